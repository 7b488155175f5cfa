package main

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"

	"ringproof/internal/memnet"
	"ringproof/simulators/load"
)

// left has a caller talk to a crowd, and hang up if that is asked for; it gives
// what is missed when it is done.
func left(t *testing.T, hangsUp bool) (misses []load.Miss) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		crowd, err := load.Answer(load.CrowdConfig{At: netip.MustParseAddrPort("127.0.0.2:5070"), Network: n, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		defer crowd.Close()
		c, err := n.ListenPacket(netip.MustParseAddrPort("127.0.0.1:5060"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		tag := ""
		send := func(method string, seq int) (reply string) {
			text := fmt.Sprintf("%s sip:1@127.0.0.2:5070 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK%s\r\nFrom: <sip:a@h>;tag=a\r\nTo: <sip:1@h>%s\r\nCall-ID: 1@h\r\nCSeq: %d %[1]s\r\nContact: <sip:a@127.0.0.1:5060>\r\nContent-Length: 0\r\n\r\n", method, method, tag, seq)
			if _, err := c.WriteTo([]byte(text), net.UDPAddrFromAddrPort(crowd.At())); err != nil {
				t.Fatal(err)
			}
			b := make([]byte, 1500)
			for method != "ACK" && !strings.HasPrefix(reply, "SIP/2.0 200") {
				k, _, err := c.ReadFrom(b)
				if err != nil {
					t.Fatal(err)
				}
				reply = string(b[:k])
			}
			return reply
		}
		_, tag, _ = strings.Cut(send("INVITE", 1), "\r\nTo: <sip:1@h>")
		tag, _, _ = strings.Cut(tag, "\r\n")
		send("ACK", 1)
		if hangsUp {
			send("BYE", 2)
		}
		_, misses = settled(t.Context(), crowd)
	})
	return misses
}

func TestCallsLeftAtTheCalledSideAreMissed(t *testing.T) {
	if m := left(t, false); len(m) != 1 || m[0] != (load.Miss{Name: "calls left open at the called side", Measured: "1 of 1", Limit: "0"}) {
		t.Errorf("a call that nobody released: missed %v", m)
	}
	if m := left(t, true); len(m) != 0 {
		t.Errorf("a call that was released: missed %v", m)
	}
}
