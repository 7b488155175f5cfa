package load_test

import (
	"context"
	"math/rand/v2"
	"net"
	"net/netip"
	"testing"
	"time"

	"ringproof/simulators/load"
)

func crowd(t *testing.T, m load.Manners) *load.Crowd {
	t.Helper()
	c, err := load.Answer(load.CrowdConfig{At: netip.MustParseAddrPort("127.0.0.1:0"), Manners: m, Seed: 1, Limit: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func config(to netip.AddrPort, rate float64, calls uint64) load.Config {
	return load.Config{
		From: netip.MustParseAddrPort("127.0.0.1:0"), To: to, Callers: load.Range("", 1000, 500, 4), Called: load.Range("", 2000, 100, 4),
		Arrivals: func() load.Arrivals { return load.Until(load.Constant(rate), calls, 0) }, Limit: 10_000, Seed: 1,
	}
}

// What is lost on the way comes again, so that on however slow a machine every
// call comes to its end.
func TestEveryCallIsAnsweredAndReleased(t *testing.T) {
	for name, cfg := range map[string]func(*load.Config){
		"at once":       func(*load.Config) {},
		"held":          func(c *load.Config) { c.Hold = load.Uniform(0, 300*time.Millisecond) },
		"three engines": func(c *load.Config) { c.Engines = 3 },
		"poisson": func(c *load.Config) {
			c.Arrivals = func() load.Arrivals { return load.Until(load.Poisson(2000, 1), 2000, 0) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			answer := crowd(t, load.Manners{})
			c := config(answer.At(), 2000, 2000)
			cfg(&c)
			r, err := load.Call(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			h := answer.Close()
			if r.Attempts != 2000 || r.Answered != 2000 || r.Completed != 2000 || r.Stray != 0 || r.Broken != 0 || r.Codes[200] != 2000 {
				t.Errorf("got %d attempts, %d answered, %d completed, %d stray, %d broken", r.Attempts, r.Answered, r.Completed, r.Stray, r.Broken)
			}
			if h.Invited != 2000 || h.Acknowledged != 2000 || h.Released != 2000 || h.Open != 0 || h.Broken != 0 {
				t.Errorf("the crowd: %+v", h.Host)
			}
		})
	}
}

func TestUsersAndAMixOnSeveralEngines(t *testing.T) {
	answer := crowd(t, load.Manners{})
	c := config(answer.At(), 0, 0)
	c.Arrivals, c.Engines = nil, 2
	c.Users, c.Think, c.For = 31, load.Fixed(50*time.Millisecond), 2*time.Second
	c.Flows = []load.Flow{{Name: "a", Weight: 1, Called: load.One("1")}, {Name: "b", Weight: 1, Called: load.One("2")}}
	r, err := load.Call(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	h := answer.Close()
	a, b := r.Flows[0], r.Flows[1]
	if r.Attempts < 31 || r.Completed != r.Attempts || h.Released != r.Attempts || h.Most > 31 || a.Completed+b.Completed != r.Attempts || a.Attempts == 0 || b.Attempts == 0 {
		t.Errorf("%d calls, %d completed, %+v; the crowd: %+v", r.Attempts, r.Completed, r.Flows, h.Host)
	}
}

func TestCrowdHangsUp(t *testing.T) {
	answer := crowd(t, load.Manners{Hold: load.Fixed(100 * time.Millisecond)})
	c := config(answer.At(), 500, 300)
	c.Hold = load.Fixed(time.Minute)
	r, err := load.Call(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	emptied(t, answer)
	if h := answer.Close(); r.ByPeer != 300 || r.Completed != 300 || h.HungUp != 300 {
		t.Errorf("released by the crowd: %d of 300, %d completed; it says %d", r.ByPeer, r.Completed, h.HungUp)
	}
}

// emptied waits until the crowd has its answer to every BYE: the callers are
// through when they have sent the last.
func emptied(t *testing.T, c *load.Crowd) {
	t.Helper()
	wait, stop := context.WithTimeout(t.Context(), 32*time.Second) // timer F
	defer stop()
	if err := c.Emptied(wait); err != nil {
		t.Error(err)
	}
}

// A system that hangs up on calls releases them on both sides, and in time.
func TestCallsThatAreHungUpBeforeTheirTimeHaveFailed(t *testing.T) {
	answer := crowd(t, load.Manners{Hold: load.Fixed(100 * time.Millisecond)})
	c := config(answer.At(), 100, 20)
	c.Hold, c.Held = load.Fixed(time.Minute), true
	res, err := load.Call(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	none := 0.0
	r := res.Report()
	if m := (load.Thresholds{MaxFailed: &none}).Check(r); r.Answered != 20 || r.Good() != 0 || r.ReleasedEarly != 20 || len(m) != 1 {
		t.Errorf("%d answered, %d good, %d released early, missed %v; want 20, 0, 20 and a miss", r.Answered, r.Good(), r.ReleasedEarly, m)
	}
}

// A system that answers calls itself has not put them through.
func TestCallsThatSomebodyElseAnsweredAreMissed(t *testing.T) {
	called, other := crowd(t, load.Manners{}), crowd(t, load.Manners{})
	res, err := load.Call(t.Context(), config(other.At(), 100, 20))
	if err != nil {
		t.Fatal(err)
	}
	r := res.Report()
	if m := other.Seen().Check(r); len(m) > 0 {
		t.Errorf("missed %v by who was called", m)
	}
	if m := called.Seen().Check(r); len(m) != 1 || m[0].Measured != "20 of 20" {
		t.Errorf("missed %v, want that somebody else answered", m)
	}
	if m := (load.Hosted{Host: load.Host{Invited: 30, Answered: 20, Misdialled: 10}}).Check(r); len(m) != 1 || m[0].Measured != "10 of 30" {
		t.Errorf("missed %v, want numbers that were not called", m)
	}
}

func TestInterruptionReleasesAllCalls(t *testing.T) {
	answer := crowd(t, load.Manners{})
	c := config(answer.At(), 500, 100_000)
	c.Hold = load.Fixed(time.Hour)
	ctx, stop := context.WithCancel(t.Context())
	c.Watch = func(l load.Live) {
		if l.Active > 200 {
			stop()
		}
	}
	r, err := load.Call(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	if h := answer.Close(); r.Answered < 200 || r.Completed != r.Answered || h.Open != 0 || h.Released != r.Answered+r.Late {
		t.Errorf("%d answered, %d completed; the crowd: %+v", r.Answered, r.Completed, h.Host)
	}
}

// What would have become of a call that was taken back nobody knows: it is no
// failure of the system's.
func TestInterruptionTakesBackCallsThatRing(t *testing.T) {
	answer := crowd(t, load.Manners{Answer: load.Fixed(25 * time.Second)})
	c := config(answer.At(), 500, 100_000)
	ctx, stop := context.WithCancel(t.Context())
	c.Watch = func(l load.Live) {
		if l.Active > 200 {
			stop()
		}
	}
	res, err := load.Call(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	r, h := res.Report(), answer.Close()
	if r.Withdrawn < 200 || r.Withdrawn != r.Attempts || r.Withdrawn != h.Cancelled || r.Failed() != 0 || r.Uncompleted() != 0 || r.SER != nil {
		t.Errorf("%d of %d calls were taken back (%d at the crowd), %d failed", r.Withdrawn, r.Attempts, h.Cancelled, r.Failed())
	}
}

func TestClosedPortIsTold(t *testing.T) {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	to := c.LocalAddr().(*net.UDPAddr).AddrPort()
	c.Close()
	ctx, stop := context.WithCancel(t.Context())
	cfg := config(to, 100, 100_000)
	cfg.Watch = func(load.Live) { stop() }
	r, err := load.Call(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Closed || r.Answered != 0 {
		t.Errorf("closed port told: %v, answered %d", r.Closed, r.Answered)
	}
}

// Whatever is thrown at the caller: it counts, and goes on.
func TestRubbishStopsNobody(t *testing.T) {
	answer := crowd(t, load.Manners{})
	cfg := config(answer.At(), 500, 500)
	from := free(t)
	cfg.From = from
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	// The caller's socket takes what comes from the address that it calls, and
	// nothing else: rubbish for it goes through the crowd's.
	go func() {
		defer close(done)
		c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(answer.At()))
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		rnd := rand.New(rand.NewPCG(1, 2))
		b := make([]byte, 60_000)
		for n := 0; n < 20_000 && ctx.Err() == nil; n++ {
			for i := range b[:1500] {
				b[i] = byte(rnd.Uint32())
			}
			switch n % 4 {
			case 0:
				_, _ = c.Write(b[:rnd.IntN(1500)]) // lost is lost
			case 1:
				_, _ = c.Write([]byte("INVITE sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK1\r\nFrom"))
			case 2:
				_, _ = c.Write([]byte("BYE sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK1\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>;tag=ffffffffffffffff\r\nCall-ID: x\r\nCSeq: 1 BYE\r\n\r\n"))
			case 3:
				if n%100 == 3 {
					_, _ = c.Write(b)
				}
			}
		}
	}()
	r, err := load.Call(t.Context(), cfg)
	stop()
	<-done
	if err != nil {
		t.Fatal(err)
	}
	h := answer.Close()
	if r.Completed != 500 || h.Broken == 0 || h.Gone == 0 {
		t.Errorf("%d of 500 completed; the crowd: %+v", r.Completed, h.Host)
	}
}

func free(t *testing.T) netip.AddrPort {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort()
}

func TestFaultsOfAConfigAreAllNamed(t *testing.T) {
	_, err := load.Call(t.Context(), load.Config{From: netip.MustParseAddrPort("127.0.0.1:0"), To: netip.MustParseAddrPort("[::1]:0"), Limit: -1})
	if err == nil {
		t.Fatal("taken")
	}
	want := "to: want an address and a port\nfrom 127.0.0.1, to ::1: want both IPv4 or both IPv6\narrivals: want some\nlimit -1: want up to 1000000 calls at a time"
	if err.Error() != want {
		t.Errorf("got\n%s\nwant\n%s", err, want)
	}
	if _, err := load.Answer(load.CrowdConfig{At: netip.MustParseAddrPort("127.0.0.1:0"), Manners: load.Manners{Busy: 0.7, Mute: 0.5}}); err == nil {
		t.Error("shares of 1.2 in all were taken")
	}
}
