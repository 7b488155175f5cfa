package load_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/internal/memnet"
	"ringproof/simulators/load"
)

func TestLoadOverAnotherNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New().WithICMP()
		answer, err := load.Answer(load.CrowdConfig{
			At: netip.MustParseAddrPort("127.0.0.1:5070"), Network: n, Limit: 1000, Seed: 1,
			Manners: load.Manners{Answer: load.Fixed(40 * time.Millisecond)},
		})
		if err != nil {
			t.Fatal(err)
		}
		c := config(answer.At(), 50, 100)
		c.Network, c.Hold, c.Limit = n, load.Fixed(time.Second), 1000
		r, err := load.Call(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if err := answer.Emptied(t.Context()); err != nil {
			t.Error(err)
		}
		h := answer.Close()
		if r.Completed != 100 || h.Released != 100 || h.Open != 0 || h.Most < 50 || len(r.Invalid) != 0 {
			t.Errorf("got %d calls completed, %d released at the crowd, %d open, %d at most, %v", r.Completed, h.Released, h.Open, h.Most, r.Invalid)
		}
		p := r.Report()
		if p.Answer.P50 < 39 || p.Answer.P50 > 60 || p.PDD.Max > 20 || p.Lateness.Max > 10 {
			t.Errorf("answered after %g ms, rang after %g ms at most, begun %g ms late", p.Answer.P50, p.PDD.Max, p.Lateness.Max)
		}
		for _, s := range p.Timeline[:2] {
			if s.Attempts != 50 || s.PDD95 == 0 || s.PDD95 > 20 || s.SRD50 == 0 {
				t.Errorf("got second %+v, want 50 calls and their delays", s)
			}
		}
		if n.Sockets() != 0 {
			t.Errorf("%d sockets are left", n.Sockets())
		}
	})
}

func TestEmptiedTellsOfWhoStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		answer, err := load.Answer(load.CrowdConfig{At: netip.MustParseAddrPort("127.0.0.1:5070"), Network: n, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Close()
		c, err := n.ListenPacket(netip.MustParseAddrPort("127.0.0.1:5060"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		invite := "INVITE sip:1@127.0.0.1:5070 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKa\r\nFrom: <sip:2@a>;tag=x\r\nTo: <sip:1@a>\r\n" +
			"Call-ID: stays\r\nCSeq: 1 INVITE\r\nContact: <sip:127.0.0.1:5060>\r\nContent-Length: 0\r\n\r\n"
		if _, err := c.WriteTo([]byte(invite), netAddr("127.0.0.1:5070")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		late := errors.New("somebody stays")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, late)
		defer cancel()
		if err := answer.Emptied(ctx); !errors.Is(err, late) {
			t.Errorf("got %v, want %v", err, late)
		}
	})
}

// A port that nobody holds is told, here too.
func TestClosedPortOfAnotherNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := config(netip.MustParseAddrPort("127.0.0.1:5070"), 50, 3)
		c.Network, c.Limit = memnet.New().WithICMP(), 10
		r, err := load.Call(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if !r.Closed || r.TimedOut != 3 {
			t.Errorf("closed: %v, %d timed out; want both", r.Closed, r.TimedOut)
		}
	})
}

func netAddr(a string) net.Addr { return net.UDPAddrFromAddrPort(netip.MustParseAddrPort(a)) }
