package ua_test

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/internal/memnet"
	"ringproof/internal/network"
	"ringproof/internal/wire"
	"ringproof/reports/record"
	"ringproof/simulators/ua"
)

// answering is a network that tells of each 200 before it is sent.
type answering struct {
	network.Network
	tell func()
}

func (n *answering) ListenPacket(at netip.AddrPort) (net.PacketConn, error) {
	c, err := n.Network.ListenPacket(at)
	return &told{c, n}, err
}

type told struct {
	net.PacketConn
	n *answering
}

func (c *told) WriteTo(b []byte, to net.Addr) (int, error) {
	if bytes.HasPrefix(b, []byte("SIP/2.0 200")) {
		c.n.tell()
	}
	return c.PacketConn.WriteTo(b, to)
}

// A question that was answered is none that was left unanswered, however late
// the answer leaves: a system that has its answer takes nobody for down.
func TestAnAnsweredQuestionIsNoneThatADeafAgentWasAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		id := func() string { return "z9hG4bK" + time.Now().Format(time.RFC3339Nano) }
		journal, err := record.NewJournal("", record.Run{})
		if err != nil {
			t.Fatal(err)
		}
		agent := func(party string, at netip.AddrPort, on network.Network) *ua.Agent {
			a, err := ua.New(ua.Config{Network: on, Addr: at, Party: party, User: party, Journal: journal, NewID: id, Token: id})
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		var asked *ua.Agent
		slow := &answering{n, func() { asked.Deaf(true) }}
		asked = agent("asked", theirs, slow)
		defer asked.Close(t.Context())
		asks := agent("asks", ours, n)
		defer asks.Close(t.Context())
		asks.Face(wire.Hop{Transport: wire.UDP, Addr: theirs}, "biloxi.example.com")
		if _, err := asks.Options(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		over, cancel := context.WithCancel(t.Context())
		cancel()
		if got := asked.Asked(over, 1); got != 0 {
			t.Errorf("%d questions since it was deaf, want none: the one there was it has answered", got)
		}
	})
}
