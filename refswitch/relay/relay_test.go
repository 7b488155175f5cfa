package relay_test

import (
	"log/slog"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"ringproof/internal/memnet"
	"ringproof/internal/network"
	"ringproof/refswitch/internal/seam"
	"ringproof/refswitch/relay"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	here   = netip.MustParseAddr("192.0.2.1")
	caller = seam.Leg{Trunk: true}
	callee = seam.Leg{Called: true}
)

// yard is a relay with a caller and a callee, each with a pair of sockets.
type yard struct {
	t                *testing.T
	net              network.Network
	relay            *relay.Relay
	session          *relay.Session
	west, east       net.PacketConn // RTP
	westRTCP, eastRC net.PacketConn
}

// in runs a test in virtual time; hooks may be nil.
func in(t *testing.T, hooks *seam.Hooks, f func(*yard)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		y := &yard{t: t, net: memnet.New()}
		y.relay = relay.New(y.net, here, relay.Ports{}, hooks, slog.New(slog.DiscardHandler))
		var err error
		if y.session, err = y.relay.Open(caller, callee); err != nil {
			t.Fatal(err)
		}
		defer y.session.Close()
		y.west, y.westRTCP = y.socket("192.0.2.11:4000"), y.socket("192.0.2.11:4001")
		y.east, y.eastRC = y.socket("192.0.2.12:4000"), y.socket("192.0.2.12:4001")
		f(y)
	})
}

func (y *yard) socket(at string) net.PacketConn {
	y.t.Helper()
	c, err := y.net.ListenPacket(netip.MustParseAddrPort(at))
	if err != nil {
		y.t.Fatal(err)
	}
	y.t.Cleanup(func() { c.Close() })
	return c
}

// bothKnown tells the session what both descriptions said.
func (y *yard) bothKnown() {
	y.session.SetCaller(network.Addr(y.west))
	y.session.SetCallee(network.Addr(y.east))
}

func next(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr(), a.Port()+1) }

func (y *yard) send(from net.PacketConn, to netip.AddrPort, text string) {
	y.t.Helper()
	if _, err := network.WriteTo(from, []byte(text), to); err != nil {
		y.t.Fatal(err)
	}
	synctest.Wait()
}

// got gives what waits at a socket; nothing more comes by itself. Where nothing
// waits, it must be the last thing asked of that socket: its reader stays.
func (y *yard) got(at net.PacketConn) string {
	y.t.Helper()
	type read struct {
		text string
		from netip.AddrPort
	}
	c := make(chan read, 1)
	go func() {
		b := make([]byte, 100)
		n, from, err := network.ReadFrom(at, b)
		if err == nil {
			c <- read{string(b[:n]), from}
		}
	}()
	synctest.Wait()
	select {
	case r := <-c:
		if r.from.Addr() != here {
			y.t.Errorf("%q came from %s, want the relay", r.text, r.from)
		}
		return r.text
	default:
		return "" // the reader ends when the socket is closed
	}
}

func (y *yard) want(at net.PacketConn, text string) {
	y.t.Helper()
	if got := y.got(at); got != text {
		y.t.Errorf("%s: got %q, want %q", at.LocalAddr(), got, text)
	}
}

func TestForwardsBothWays(t *testing.T) {
	in(t, nil, func(y *yard) {
		y.bothKnown()
		y.send(y.west, y.session.CallerAddr(), "to east")
		y.want(y.east, "to east")
		y.send(y.east, y.session.CalleeAddr(), "to west")
		y.want(y.west, "to west")
	})
}

func TestForwardsRTCPOnTheNextPort(t *testing.T) {
	in(t, nil, func(y *yard) {
		y.bothKnown()
		y.send(y.westRTCP, next(y.session.CallerAddr()), "report to east")
		y.want(y.eastRC, "report to east")
		y.send(y.eastRC, next(y.session.CalleeAddr()), "report to west")
		y.want(y.westRTCP, "report to west")
		y.want(y.east, "")
	})
}

func TestNothingIsForwardedBeforeTheSDPIsKnown(t *testing.T) {
	in(t, nil, func(y *yard) {
		y.send(y.west, y.session.CallerAddr(), "too early")
		y.session.SetCaller(network.Addr(y.west))
		y.send(y.east, y.session.CalleeAddr(), "too early")
		y.send(y.west, y.session.CallerAddr(), "nobody to send it to")
		y.session.SetCallee(network.Addr(y.east))
		y.send(y.west, y.session.CallerAddr(), "now")
		y.want(y.east, "now")
		y.send(y.east, y.session.CalleeAddr(), "now")
		y.want(y.west, "now")
	})
}

func TestSendsWherePacketsReallyComeFrom(t *testing.T) {
	in(t, nil, func(y *yard) {
		y.session.SetCaller(netip.MustParseAddrPort("10.0.0.1:4000")) // behind a NAT
		y.session.SetCallee(network.Addr(y.east))
		y.send(y.west, y.session.CallerAddr(), "from outside the NAT")
		y.want(y.east, "from outside the NAT")
		y.send(y.east, y.session.CalleeAddr(), "back")
		y.want(y.west, "back")
	})
}

func TestLatchesOnTheFirstSourceAndIgnoresOthers(t *testing.T) {
	in(t, nil, func(y *yard) {
		intruder := y.socket("192.0.2.66:4000")
		y.bothKnown()
		y.send(y.west, y.session.CallerAddr(), "first")
		y.want(y.east, "first")
		y.send(intruder, y.session.CallerAddr(), "second")
		y.want(y.east, "")
		y.send(y.east, y.session.CalleeAddr(), "back")
		y.want(intruder, "")
	})
	in(t, nil, func(y *yard) {
		intruder := y.socket("192.0.2.66:4000")
		y.bothKnown()
		y.send(y.west, y.session.CallerAddr(), "first")
		y.send(intruder, y.session.CallerAddr(), "second")
		y.send(y.east, y.session.CalleeAddr(), "back")
		y.want(y.west, "back")
	})
}

func TestAnotherTargetStartsAfresh(t *testing.T) {
	in(t, nil, func(y *yard) {
		south := y.socket("192.0.2.13:4000")
		y.bothKnown()
		y.send(y.east, y.session.CalleeAddr(), "early media")
		y.want(y.west, "early media")
		y.session.SetCallee(network.Addr(south))
		y.send(y.west, y.session.CallerAddr(), "to south")
		y.want(south, "to south")
		y.send(south, y.session.CalleeAddr(), "from south")
		y.want(y.west, "from south")
		y.want(y.east, "")
	})
	in(t, nil, func(y *yard) {
		south := y.socket("192.0.2.13:4000")
		y.bothKnown()
		y.session.SetCallee(network.Addr(south))
		y.send(south, y.session.CalleeAddr(), "latched")
		y.session.SetCallee(network.Addr(south)) // the same again: it stays latched
		y.send(y.east, y.session.CalleeAddr(), "late")
		y.want(y.west, "latched")
		y.want(y.west, "")
	})
}

func TestPort0IsSentNothing(t *testing.T) {
	in(t, nil, func(y *yard) {
		y.session.SetCaller(network.Addr(y.west))
		y.session.SetCallee(netip.MustParseAddrPort("192.0.2.12:0"))
		y.send(y.west, y.session.CallerAddr(), "lost")
		y.want(y.east, "")
	})
}

func TestAnAddressOf0000IsSentNothing(t *testing.T) {
	in(t, nil, func(y *yard) {
		y.bothKnown()
		y.send(y.east, y.session.CalleeAddr(), "here I am")
		y.want(y.west, "here I am")
		y.session.SetCallee(netip.MustParseAddrPort("0.0.0.0:4000")) // RFC 3264 §8.4
		y.send(y.west, y.session.CallerAddr(), "hello?")
		y.want(y.east, "")
	})
}

func TestDefectsBendIt(t *testing.T) {
	private := netip.MustParseAddr("10.9.9.9")
	hooks := &seam.Hooks{Media: seam.Media{
		DropMedia: func(to seam.Leg) bool { return to == callee },
		MediaAddr: func(to seam.Leg, told netip.AddrPort) netip.AddrPort {
			if to == caller {
				return netip.AddrPortFrom(private, told.Port())
			}
			return told
		},
	}}
	in(t, hooks, func(y *yard) {
		if got := y.session.CallerAddr().Addr(); got != private {
			t.Errorf("the caller is told %s, want %s", got, private)
		}
		if got := y.session.CalleeAddr().Addr(); got != here {
			t.Errorf("the callee is told %s, want %s", got, here)
		}
		y.bothKnown()
		y.send(y.east, y.session.CalleeAddr(), "to west")
		y.want(y.west, "to west")
		y.send(y.west, netip.AddrPortFrom(here, y.session.CallerAddr().Port()), "to east")
		y.want(y.east, "")
	})
}

func TestCloseEndsAll(t *testing.T) {
	in(t, nil, func(y *yard) {
		y.bothKnown()
		ports := []netip.AddrPort{y.session.CallerAddr(), y.session.CalleeAddr()}
		y.session.Close()
		y.session.Close() // again: nothing
		for _, p := range append(ports, next(ports[0]), next(ports[1])) {
			c, err := y.net.ListenPacket(p)
			if err != nil {
				t.Errorf("%s is still taken: %v", p, err)
				continue
			}
			c.Close()
		}
	})
}

func TestPortRange(t *testing.T) {
	for _, c := range []struct {
		name     string
		ports    relay.Ports
		sessions int
	}{
		{"two pairs are one session", relay.Ports{First: 20000, Last: 20003}, 1},
		{"an odd first port is passed over", relay.Ports{First: 20001, Last: 20005}, 1},
		{"the last port must hold RTCP", relay.Ports{First: 20000, Last: 20006}, 1},
		{"up to the last port there is", relay.Ports{First: 65528, Last: 65535}, 2},
		{"more pairs than are tried where any port will do", relay.Ports{First: 20000, Last: 20399}, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := memnet.New()
			r := relay.New(n, here, c.ports, nil, slog.New(slog.DiscardHandler))
			var open []*relay.Session
			for i := range c.sessions {
				s, err := r.Open(caller, callee)
				if err != nil {
					t.Fatalf("session %d of %d: %v", i+1, c.sessions, err)
				}
				open = append(open, s)
				for _, a := range []netip.AddrPort{s.CallerAddr(), s.CalleeAddr()} {
					if a.Port()%2 != 0 || a.Port() < c.ports.First || a.Port()+1 > c.ports.Last || a.Addr() != here {
						t.Errorf("got %s, want an even port from %d to %d", a, c.ports.First, c.ports.Last)
					}
				}
			}
			// Half the range away from the port whose turn it is.
			open[len(open)/2].Close()
			s, err := r.Open(caller, callee)
			if err != nil {
				t.Fatalf("the ports of a closed session are not found again: %v", err)
			}
			open = append(open, s)
			if s, err := r.Open(caller, callee); err == nil {
				t.Errorf("one more session at %s and %s, want none", s.CallerAddr(), s.CalleeAddr())
				s.Close()
			}
			for _, s := range open {
				s.Close()
			}
		})
	}
}

func TestPortsComeInTurn(t *testing.T) {
	r := relay.New(memnet.New(), here, relay.Ports{First: 20000, Last: 20007}, nil, slog.New(slog.DiscardHandler))
	var got []uint16
	for range 3 {
		s, err := r.Open(caller, callee)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, s.CallerAddr().Port(), s.CalleeAddr().Port())
		s.Close()
	}
	// A port that was just given back is used last: late packets find nobody.
	for i, want := range []uint16{20000, 20002, 20004, 20006, 20000, 20002} {
		if got[i] != want {
			t.Fatalf("got %v", got)
		}
	}
}
