package lines_test

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/internal/memnet"
	"ringproof/simulators/load/lines"
)

var (
	west  = netip.MustParseAddr("127.0.0.1")
	east  = netip.MustParseAddr("127.0.0.2")
	relay = netip.MustParseAddrPort("127.0.0.3:40000")
)

func take(t *testing.T, p *lines.Pool) *lines.Line {
	t.Helper()
	l, err := p.Take()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// pass lets virtual time go by.
func pass(d time.Duration) { <-time.After(d) }

func at(a netip.Addr, l *lines.Line) netip.AddrPort { return netip.AddrPortFrom(a, l.Port()) }

// pools runs a test in virtual time, with a pool at each side.
func pools(t *testing.T, f func(t *testing.T, n *memnet.Network, a, b *lines.Pool)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		a := lines.Open(lines.Config{Network: n, Address: west, Most: 3})
		b := lines.Open(lines.Config{Network: n, Address: east, Most: 3})
		f(t, n, a, b)
		a.Close()
		b.Close()
	})
}

func TestBothHearEachOther(t *testing.T) {
	pools(t, func(t *testing.T, _ *memnet.Network, a, b *lines.Pool) {
		x, y := take(t, a), take(t, b)
		y.Listen(at(west, x), []byte("91000"))
		pass(time.Second)
		x.Talk(at(east, y), []byte("61000"), true)
		pass(2 * time.Second)
		there, here := y.Hang(), x.Hang()
		for name, h := range map[string]lines.Heard{"caller": here, "called": there} {
			if h.Packets < 95 || h.Packets > 105 || h.Lost != 0 || h.There < 90 || h.Crossed != 0 || h.Strange != 0 || h.IsCrossed() {
				t.Errorf("%s: %+v", name, h)
			}
		}
		if a, b := here.Gaps(); a || b {
			t.Errorf("gaps here %v, there %v", a, b)
		}
		if here.For != 2*time.Second || here.After > 50*time.Millisecond || there.After < time.Second {
			t.Errorf("%+v, %+v", here, there)
		}
		if s := a.Stats(); s.Late != 0 || s.Sent < 95 || s.Lines != 1 {
			t.Errorf("%+v", s)
		}
	})
}

func TestOneWay(t *testing.T) {
	pools(t, func(t *testing.T, _ *memnet.Network, a, b *lines.Pool) {
		x, y, nobody := take(t, a), take(t, b), take(t, a)
		y.Listen(at(west, nobody), nil) // its answer does not come back
		y.Answered()
		x.Talk(at(east, y), nil, true)
		pass(time.Second)
		if here, there := x.Hang(), y.Hang(); here.Packets != 0 || there.Packets < 45 || there.There != 0 {
			t.Errorf("%+v, %+v", here, there)
		}
	})
}

// The called side says that it hears nobody, but not all the time: a call that
// has no voice is not to cost what one costs that has.
func TestNotHeardThere(t *testing.T) {
	pools(t, func(t *testing.T, _ *memnet.Network, a, b *lines.Pool) {
		x, y, nobody := take(t, a), take(t, b), take(t, b)
		y.Listen(at(west, x), nil)
		y.Answered()
		x.Talk(at(east, nobody), nil, true)
		pass(2250 * time.Millisecond)
		if here := x.Hang(); here.Packets != 4 || here.There != 0 || here.IsCrossed() {
			t.Errorf("%+v", here)
		}
	})
}

func TestCrossedLines(t *testing.T) {
	for name, c := range map[string]struct {
		from, to [2]int // who hears whom, of two callers and two called
		wrong    [2]string
	}{
		"answers change places": {from: [2]int{0, 1}, to: [2]int{1, 0}},
		"voices change places":  {from: [2]int{1, 0}, to: [2]int{0, 1}},
		"calls change places":   {from: [2]int{1, 0}, to: [2]int{1, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			pools(t, func(t *testing.T, _ *memnet.Network, a, b *lines.Pool) {
				x := [2]*lines.Line{take(t, a), take(t, a)}
				y := [2]*lines.Line{take(t, b), take(t, b)}
				numbers := [2]string{"61111", "62222"}
				for i := range 2 {
					y[i].Listen(at(west, x[c.to[i]]), []byte(numbers[i]))
					x[i].Talk(at(east, y[c.from[i]]), []byte(numbers[i]), true)
				}
				pass(time.Second)
				for i := range 2 {
					if h := x[i].Hang(); !h.IsCrossed() {
						t.Errorf("call %d: %+v", i, h)
					}
				}
			})
		})
	}
}

func TestOtherContentIsStrange(t *testing.T) {
	pools(t, func(t *testing.T, n *memnet.Network, a, _ *lines.Pool) {
		x := take(t, a)
		x.Talk(relay, nil, true)
		c, err := n.ListenPacket(relay)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		buf := make([]byte, 1500)
		k, from, err := c.ReadFrom(buf)
		if err != nil || k != 172 {
			t.Fatalf("%d bytes, %v", k, err)
		}
		buf[100] ^= 1 // as one that transcodes would
		for _, b := range [][]byte{buf[:k], buf[:20], buf[:5], {0x80, 200, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}} {
			if _, err := c.WriteTo(b, from); err != nil {
				t.Fatal(err)
			}
		}
		pass(time.Second)
		if h := x.Hang(); h.Strange != 2 || h.Packets != 0 || h.Crossed != 0 {
			t.Errorf("%+v, want the changed and the short one to be strange", h)
		}
	})
}

// Somebody else's sound beside a good voice is crosstalk. One that the voice
// takes turns with is not, nor is the voice itself, changed here and there.
func TestSomebodyElseBesideTheOtherSide(t *testing.T) {
	for name, c := range map[string]struct {
		from, to time.Duration
		change   func(rtp []byte)
		foreign  bool
	}{
		"all the time":        {0, 2 * time.Second, func([]byte) {}, true},
		"for a while":         {time.Second, 1500 * time.Millisecond, func([]byte) {}, true},
		"before the voice":    {-time.Second, 100 * time.Millisecond, func([]byte) {}, false},
		"reports of a stream": {0, 2 * time.Second, func(b []byte) { b[1] = 200 }, false},
	} {
		t.Run(name, func(t *testing.T) {
			pools(t, func(t *testing.T, n *memnet.Network, a, b *lines.Pool) {
				x, y := take(t, a), take(t, b)
				other, err := n.ListenPacket(relay)
				if err != nil {
					t.Fatal(err)
				}
				defer other.Close()
				y.Listen(at(west, x), nil)
				x.Talk(at(east, y), nil, true)
				begun := time.Now()
				pass(max(0, c.from))
				for i := uint16(0); time.Since(begun) < c.to; i++ {
					rtp := make([]byte, 172)
					rtp[0] = 0x80
					binary.BigEndian.PutUint16(rtp[2:], i)
					binary.BigEndian.PutUint32(rtp[8:], 7)
					c.change(rtp)
					if _, err := other.WriteTo(rtp, net.UDPAddrFromAddrPort(at(west, x))); err != nil {
						t.Fatal(err)
					}
					pass(20 * time.Millisecond)
				}
				pass(2*time.Second - time.Since(begun))
				if here, there := x.Hang(), y.Hang(); here.HasForeign() != c.foreign || here.IsCrossed() || there.HasForeign() || here.Packets < 95 {
					t.Errorf("%+v, %+v; want foreign sound %v", here, there, c.foreign)
				}
			})
		})
	}
}

// A line that is given back is not lent at once: what is on its way to the
// call before must not be heard in the next one.
func TestLinesRest(t *testing.T) {
	pools(t, func(t *testing.T, _ *memnet.Network, a, _ *lines.Pool) {
		first := take(t, a)
		port := first.Port()
		first.Hang()
		if l := take(t, a); l.Port() == port {
			t.Error("the same port at once")
		}
		pass(2 * time.Second)
		if l := take(t, a); l.Port() != port {
			t.Errorf("port %d after a rest, want %d", l.Port(), port)
		}
		take(t, a)
		if _, err := a.Take(); !errors.Is(err, lines.ErrNone) {
			t.Errorf("a fourth of three: %v", err)
		}
		if s := a.Stats(); s.Missing != 1 || s.Lines != 3 {
			t.Errorf("%+v", s)
		}
	})
}

func TestLostPacketsAreCounted(t *testing.T) {
	pools(t, func(t *testing.T, n *memnet.Network, a, b *lines.Pool) {
		x, y := take(t, a), take(t, b)
		c, err := n.ListenPacket(relay)
		if err != nil {
			t.Fatal(err)
		}
		y.Listen(at(west, x), nil)
		go func() { // passes on all but every tenth
			buf := make([]byte, 1500)
			for i := 0; ; i++ {
				k, _, err := c.ReadFrom(buf)
				if err != nil {
					return
				}
				if i%10 != 5 {
					_, _ = c.WriteTo(buf[:k], net.UDPAddrFromAddrPort(at(east, y)))
				}
			}
		}()
		x.Talk(relay, nil, true)
		pass(10 * time.Second)
		if _, there := x.Hang().Gaps(); !there {
			t.Error("the caller does not know that a tenth is lost on its way")
		}
		if h := y.Hang(); h.Lost < 48 || h.Lost > 52 || h.IsCrossed() {
			t.Errorf("%+v, want one of ten lost", h)
		}
		c.Close()
	})
}

// relayed lets two lines speak to each other by way of a socket that does with
// each packet what it likes.
func relayed(t *testing.T, does func(write func([]byte, netip.AddrPort), packet []byte, from netip.AddrPort, x, y netip.AddrPort)) (here, there lines.Heard) {
	t.Helper()
	pools(t, func(t *testing.T, n *memnet.Network, a, b *lines.Pool) {
		l, m := take(t, a), take(t, b)
		c, err := n.ListenPacket(relay)
		if err != nil {
			t.Fatal(err)
		}
		x, y := at(west, l), at(east, m)
		go func() {
			buf := make([]byte, 1500)
			for {
				k, from, err := c.ReadFrom(buf)
				if err != nil {
					return
				}
				write := func(b []byte, to netip.AddrPort) { _, _ = c.WriteTo(b, net.UDPAddrFromAddrPort(to)) }
				does(write, buf[:k], netip.MustParseAddrPort(from.String()), x, y)
			}
		}()
		m.Listen(relay, nil)
		m.Answered()
		l.Talk(relay, nil, true)
		pass(3 * time.Second)
		here, there = l.Hang(), m.Hang()
		c.Close()
	})
	return here, there
}

// What a side hears of itself is no other side.
func TestOwnVoiceThatComesBack(t *testing.T) {
	here, there := relayed(t, func(write func([]byte, netip.AddrPort), packet []byte, from netip.AddrPort, _, _ netip.AddrPort) {
		write(packet, from)
	})
	for name, h := range map[string]lines.Heard{"caller": here, "called": there} {
		if h.Packets != 0 || h.There != 0 || h.IsCrossed() {
			t.Errorf("%s: %+v, want nothing heard but itself", name, h)
		}
	}
	if !here.IsEcho() {
		t.Errorf("%+v, want an echo", here)
	}
	here, there = relayed(t, func(write func([]byte, netip.AddrPort), packet []byte, from netip.AddrPort, x, y netip.AddrPort) {
		if write(packet, y); from == y {
			write(packet, x)
		}
	})
	if here.IsEcho() || !there.IsEcho() || here.Packets < 140 || there.Packets < 140 || here.IsCrossed() || there.IsCrossed() {
		t.Errorf("%+v, %+v, want an echo beside the caller's voice, at the called side alone", here, there)
	}
}

// A relay may begin a stream anew: its numbers then jump, and nothing is lost
// (RFC 3550 §8.1).
func TestNewStreamOfTheSameVoiceLosesNothing(t *testing.T) {
	for name, jump := range map[string]uint16{"forward": 10_000, "back": 50_000} {
		sent := 0
		here, there := relayed(t, func(write func([]byte, netip.AddrPort), packet []byte, from netip.AddrPort, x, y netip.AddrPort) {
			to := x
			if from == x {
				to = y
			}
			if sent++; sent > 100 {
				binary.BigEndian.PutUint16(packet[2:], binary.BigEndian.Uint16(packet[2:])+jump)
				binary.BigEndian.PutUint32(packet[8:], 4711)
			}
			write(packet, to)
		})
		a, b := here.Gaps()
		if a || b || here.Lost > 0 || there.Lost > 0 || here.Packets < 140 || here.IsCrossed() {
			t.Errorf("%s: %+v, %+v", name, here, there)
		}
	}
}
