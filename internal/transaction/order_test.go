package transaction_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/memnet"
	"ringproof/internal/network"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
)

// calls is how many go side by side: few enough for a socket's buffer.
const calls = 50

// onEachNetwork runs a test over the kernel's network and in memory.
func onEachNetwork(t *testing.T, test func(t *testing.T, n network.Network, addr netip.AddrPort)) {
	t.Run("over the kernel's network", func(t *testing.T) {
		test(t, network.Kernel{}, netip.MustParseAddrPort("127.0.0.1:0"))
	})
	t.Run("in memory", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { test(t, memnet.New(), netip.MustParseAddrPort("192.0.2.1:0")) })
	})
}

// next takes the next event within ctx.
func next(ctx context.Context, t *testing.T, in *transaction.Inbox) string {
	t.Helper()
	for {
		if e, ok := in.Take(); ok {
			return describe(e)
		}
		select {
		case <-in.Ready():
		case <-ctx.Done():
			t.Fatal("an event is missing")
		}
	}
}

func TestResponsesBackToBackGoUpInWireOrder(t *testing.T) {
	onEachNetwork(t, func(t *testing.T, n network.Network, addr netip.AddrPort) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		sock, err := n.ListenPacket(addr)
		if err != nil {
			t.Fatal(err)
		}
		defer sock.Close()
		sock.SetReadDeadline(time.Now().Add(10 * time.Second))
		branch := 0
		l, err := transaction.Listen(transaction.Config{
			Wire:   wire.Config{Network: n, Addr: addr},
			Branch: func() string { branch++; return fmt.Sprint(branch) },
			NewTag: func() string { return "t" },
		})
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		var inboxes [calls]*transaction.Inbox
		var invites [calls]string
		buf := make([]byte, 65535)
		for i := range calls {
			inboxes[i] = transaction.NewInbox()
			if _, err := l.Request(outgoing(t, sip.INVITE), wire.Hop{Transport: wire.UDP, Addr: network.Addr(sock)}, inboxes[i]); err != nil {
				t.Fatal(err)
			}
			k, _, err := network.ReadFrom(sock, buf)
			if err != nil {
				t.Fatal(err)
			}
			invites[i] = string(buf[:k])
		}
		for _, invite := range invites {
			for _, code := range []int{180, 200} {
				if _, err := network.WriteTo(sock, []byte(reply(invite, code)), l.Addr()); err != nil {
					t.Fatal(err)
				}
			}
		}
		for i, in := range inboxes {
			if first, second := next(ctx, t, in), next(ctx, t, in); first != "180 INVITE" || second != "200 INVITE" {
				t.Errorf("call %d: got %s before %s", i, first, second)
			}
		}
	})
}

func TestRequestsBackToBackGoUpInWireOrder(t *testing.T) {
	onEachNetwork(t, func(t *testing.T, n network.Network, addr netip.AddrPort) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		sock, err := n.ListenPacket(addr)
		if err != nil {
			t.Fatal(err)
		}
		defer sock.Close()
		sock.SetReadDeadline(time.Now().Add(10 * time.Second))
		in := transaction.NewInbox()
		l, err := transaction.Listen(transaction.Config{
			Wire:   wire.Config{Network: n, Addr: addr},
			Route:  func(*wire.Message, *transaction.Server) *transaction.Inbox { return in },
			NewTag: func() string { return "t" },
		})
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		for i := range calls {
			for _, method := range []string{"ACK", "BYE"} {
				raw := strings.Replace(incoming(method, fmt.Sprint("z9hG4bK", method, i)), "CSeq: 3", fmt.Sprint("CSeq: ", i), 1)
				if _, err := network.WriteTo(sock, []byte(raw), l.Addr()); err != nil {
					t.Fatal(err)
				}
			}
		}
		for i := range calls {
			if first, second := next(ctx, t, in), next(ctx, t, in); first != "ACK" || second != "BYE" {
				t.Fatalf("call %d: got %s before %s", i, first, second)
			}
		}
	})
}
