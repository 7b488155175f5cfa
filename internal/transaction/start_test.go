package transaction_test

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"ringproof/internal/memnet"
	"ringproof/internal/network"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
)

// eager is a network on which something has come before the socket's owner
// knows that it is open.
type eager struct {
	*memnet.Network
	raw string
}

func (n eager) ListenPacket(at netip.AddrPort) (net.PacketConn, error) {
	c, err := n.Network.ListenPacket(at)
	if err == nil && at == ours {
		_, err = network.WriteTo(c, []byte(n.raw), ours)
	}
	return c, err
}

func TestWhatComesWhileTheLayerOpensIsTaken(t *testing.T) {
	invite := strings.Replace(incoming("OPTIONS", "z9hG4bKb"), "192.0.2.2;branch", "192.0.2.2;rport;branch", 1)
	rows := map[string]string{
		"a request":           invite,
		"a malformed request": strings.Replace(invite, "CSeq: 3 OPTIONS", "CSeq: 3 INVITE", 1),
	}
	for name, raw := range rows {
		t.Run(name, func(t *testing.T) {
			n := eager{memnet.New(), raw}
			sent := make(chan string, 3)
			l, err := transaction.Listen(transaction.Config{
				Wire: wire.Config{Network: n, Addr: ours, Tap: func(p wire.Packet) {
					if p.Sent {
						sent <- kind(string(p.Bytes))
					}
				}},
				Route: func(_ *wire.Message, s *transaction.Server) *transaction.Inbox {
					if s != nil {
						_ = s.Respond(wire.NewResponse(s.Request(), 200, "OK", "t"))
					}
					return nil
				},
				NewTag: func() string { return "t" },
			})
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			select {
			case <-sent:
			case <-time.After(10 * time.Second):
				t.Error("no answer")
			}
		})
	}
}
