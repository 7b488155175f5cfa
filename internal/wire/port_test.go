package wire_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/internal/memnet"
	"ringproof/internal/network"
	"ringproof/internal/wire"
)

var (
	loopback = netip.MustParseAddrPort("127.0.0.1:0")
	ours     = netip.MustParseAddrPort("192.0.2.1:5060")
	theirs   = netip.MustParseAddrPort("192.0.2.2:5060")
)

// bound is for waits on the kernel's network; in memory it is virtual.
const bound = 10 * time.Second

// desk is a port with what it was told.
type desk struct {
	*wire.Port
	t         *testing.T
	received  chan *wire.Message
	malformed chan error
	refused   chan error

	mu     sync.Mutex
	tapped []string // direction, hop and octets
}

func open(t *testing.T, n network.Network, at netip.AddrPort, transports ...wire.Transport) *desk {
	t.Helper()
	d := &desk{t: t, received: make(chan *wire.Message, 100), malformed: make(chan error, 100), refused: make(chan error, 100)}
	var err error
	d.Port, err = wire.Listen(wire.Config{
		Network: n, Addr: at, Transports: transports,
		Receive:   func(m *wire.Message) { d.received <- m },
		Malformed: func(_ *wire.Message, err error) { d.malformed <- err },
		Refused:   func(err error) { d.refused <- err },
		Tap: func(p wire.Packet) {
			d.mu.Lock()
			defer d.mu.Unlock()
			arrow := "<-"
			if p.Sent {
				arrow = "->"
			}
			d.tapped = append(d.tapped, fmt.Sprintf("%s %s %s %s", p.Local, arrow, wire.Hop{Transport: p.Transport, Addr: p.Remote}, p.Bytes))
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// next waits for what a port is told.
func next[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(bound):
		t.Fatal("nothing came")
		panic("not reached")
	}
}

func socket(t *testing.T, n network.Network, at netip.AddrPort) net.PacketConn {
	t.Helper()
	c, err := n.ListenPacket(at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetReadDeadline(time.Now().Add(bound))
	return c
}

// onEachNetwork runs a test over the kernel's network and in memory.
func onEachNetwork(t *testing.T, test func(t *testing.T, n network.Network, addr netip.AddrPort)) {
	t.Run("over the kernel's network", func(t *testing.T) { test(t, network.Kernel{}, loopback) })
	t.Run("in memory", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { test(t, memnet.New(), netip.MustParseAddrPort("192.0.2.1:0")) })
	})
}

func TestADatagramOf60000OctetsPasses(t *testing.T) {
	onEachNetwork(t, func(t *testing.T, n network.Network, addr netip.AddrPort) {
		a, b := open(t, n, addr), open(t, n, addr)
		body := strings.Repeat("0123456789", 6000)
		raw := with(t, invite, "Content-Length: 0\r\n\r\n", "Content-Length: 60000\r\n\r\n"+body)
		if err := a.Send([]byte(raw), wire.Hop{Transport: wire.UDP, Addr: b.Addr()}); err != nil {
			t.Fatal(err)
		}
		m := next(t, b.received)
		if string(m.Bytes) != raw || string(m.Request.Body()) != body {
			t.Errorf("got %d octets, body %d, want %d and 60000", len(m.Bytes), len(m.Request.Body()), len(raw))
		}
		if got, want := m.From(), (wire.Hop{Transport: wire.UDP, Addr: a.Addr()}); got != want {
			t.Errorf("from %s, want %s", got, want)
		}
	})
}

func TestAMessageKeepsItsOctetsWhenTheNextHasCome(t *testing.T) {
	onEachNetwork(t, func(t *testing.T, n network.Network, addr netip.AddrPort) {
		a, b := open(t, n, addr), open(t, n, addr)
		for _, raw := range []string{invite, ok} {
			if err := a.Send([]byte(raw), wire.Hop{Transport: wire.UDP, Addr: b.Addr()}); err != nil {
				t.Fatal(err)
			}
		}
		first, second := next(t, b.received), next(t, b.received)
		if string(first.Bytes) != invite || string(second.Bytes) != ok {
			t.Errorf("got\n%s\nand\n%s", first.Bytes, second.Bytes)
		}
	})
}

// RFC 3261 §18.2.1, RFC 3581 §4.
func TestTheTopViaIsStampedWithTheSource(t *testing.T) {
	const via = "SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK74bf9"
	rows := []struct{ name, via, want string }{
		{"nothing where the sent-by is the source", via, via},
		{"received where it is not", "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1", "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;received=192.0.2.2"},
		{"received where it is a name", "SIP/2.0/UDP pc33.example.com;branch=1", "SIP/2.0/UDP pc33.example.com;branch=1;received=192.0.2.2"},
		{"rport filled in, and received, where it was asked for", "SIP/2.0/UDP 192.0.2.2;rport;branch=1", "SIP/2.0/UDP 192.0.2.2;branch=1;rport=5060;received=192.0.2.2"},
		{"a forged received overwritten", "SIP/2.0/UDP 10.0.0.1;received=1.2.3.4;branch=1", "SIP/2.0/UDP 10.0.0.1;branch=1;received=192.0.2.2"},
		{"a forged rport overwritten", "SIP/2.0/UDP 10.0.0.1;rport=9;branch=1", "SIP/2.0/UDP 10.0.0.1;branch=1;rport=5060;received=192.0.2.2"},
		{"the lower ones left alone", via + "\r\nVia: SIP/2.0/UDP 10.0.0.9;rport;branch=2", via + " | SIP/2.0/UDP 10.0.0.9;rport;branch=2"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := memnet.New()
				d, far := open(t, n, ours), socket(t, n, theirs)
				raw := with(t, invite, via, row.via)
				if _, err := network.WriteTo(far, []byte(raw), ours); err != nil {
					t.Fatal(err)
				}
				m := next(t, d.received)
				var got []string
				for _, h := range m.Request.GetHeaders("Via") {
					got = append(got, h.Value())
				}
				if s := strings.Join(got, " | "); s != row.want {
					t.Errorf("got %s\nwant %s", s, row.want)
				}
				if string(m.Bytes) != raw {
					t.Error("the octets as they came were changed")
				}
			})
		})
	}
	t.Run("but not a response's", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n := memnet.New()
			d, far := open(t, n, ours), socket(t, n, netip.MustParseAddrPort("192.0.2.9:5060"))
			if _, err := network.WriteTo(far, []byte(ok), ours); err != nil {
				t.Fatal(err)
			}
			if got := next(t, d.received).Response.Via().Value(); got != via {
				t.Errorf("got %s, want %s", got, via)
			}
		})
	})
}

func TestKeepAlivesAreIgnored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		d, far := open(t, n, ours), socket(t, n, theirs)
		for _, raw := range []string{"\r\n\r\n", "\r\n", "\x00", "\x00\x00\x00\x00", "", ok} {
			if _, err := network.WriteTo(far, []byte(raw), ours); err != nil {
				t.Fatal(err)
			}
		}
		if m := next(t, d.received); string(m.Bytes) != ok {
			t.Errorf("got %q, want the message after them", m.Bytes)
		}
		if len(d.malformed) != 0 {
			t.Errorf("malformed: %v", <-d.malformed)
		}
		d.wantTapped("192.0.2.1:5060 <- udp:192.0.2.2:5060 " + ok)
	})
}

func (d *desk) wantTapped(want ...string) {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if got := strings.Join(d.tapped, "\n"); got != strings.Join(want, "\n") {
		d.t.Errorf("tapped\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestTheTapSeesTheOctetsOfBothDirections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		a, b := open(t, n, ours, wire.UDP, wire.TCP), open(t, n, theirs, wire.UDP, wire.TCP)
		crooked := with(t, invite, "Max-Forwards: 70", "mAX-fORWARDS:\r\n\t70")
		broken := "NOT SIP\r\n\r\n"
		for _, raw := range []string{crooked, broken} {
			if err := a.Send([]byte(raw), wire.Hop{Transport: wire.UDP, Addr: b.Addr()}); err != nil {
				t.Fatal(err)
			}
		}
		next(t, b.received)
		next(t, b.malformed)
		if err := a.Send([]byte(crooked), wire.Hop{Transport: wire.TCP, Addr: b.Addr()}); err != nil {
			t.Fatal(err)
		}
		from := next(t, b.received).Remote
		if from.Port() == ours.Port() {
			t.Errorf("a connection from %s", from)
		}
		a.wantTapped("192.0.2.1:5060 -> udp:192.0.2.2:5060 "+crooked, "192.0.2.1:5060 -> udp:192.0.2.2:5060 "+broken,
			from.String()+" -> tcp:192.0.2.2:5060 "+crooked)
		b.wantTapped("192.0.2.2:5060 <- udp:192.0.2.1:5060 "+crooked, "192.0.2.2:5060 <- udp:192.0.2.1:5060 "+broken,
			"192.0.2.2:5060 <- tcp:"+from.String()+" "+crooked)
	})
}

func TestMessagesComeInWireOrder(t *testing.T) {
	onEachNetwork(t, func(t *testing.T, n network.Network, addr netip.AddrPort) {
		for _, transport := range []wire.Transport{wire.UDP, wire.TCP} {
			a, b := open(t, n, addr, transport), open(t, n, addr, transport)
			for i := range 50 {
				raw := with(t, invite, "Call-ID: 3848276298220188511", fmt.Sprintf("Call-ID: %d", i))
				if err := a.Send([]byte(raw), wire.Hop{Transport: transport, Addr: b.Addr()}); err != nil {
					t.Fatal(err)
				}
			}
			for i := range 50 {
				if got, want := next(t, b.received).CallID(), fmt.Sprintf("%d@atlanta.example.com", i); got != want {
					t.Fatalf("%s: got %s, want %s", transport, got, want)
				}
			}
		}
	})
}

func TestListen(t *testing.T) {
	onEachNetwork(t, func(t *testing.T, n network.Network, addr netip.AddrPort) {
		d := open(t, n, addr, wire.UDP, wire.TCP)
		if d.Addr().Port() == 0 || d.Addr().Addr() != addr.Addr() {
			t.Errorf("address %s, want one with a port", d.Addr())
		}
		for _, transport := range []wire.Transport{wire.UDP, wire.TCP} {
			if _, err := wire.Listen(wire.Config{Network: n, Addr: d.Addr(), Transports: []wire.Transport{transport}}); err == nil {
				t.Errorf("%s: the same address was opened twice", transport)
			}
		}
		if _, err := wire.Listen(wire.Config{Network: n, Addr: addr, Transports: []wire.Transport{wire.UDP, "TLS"}}); err == nil {
			t.Error("TLS was opened")
		}
		d.Close()
		again := open(t, n, d.Addr(), wire.UDP, wire.TCP)
		for _, h := range []wire.Hop{{Transport: wire.UDP, Addr: again.Addr()}, {Transport: wire.TCP, Addr: again.Addr()}} {
			if err := d.Send([]byte(ok), h); err == nil {
				t.Errorf("a closed port sent to %s", h)
			}
		}
		only := open(t, n, addr, wire.TCP)
		if err := only.Send([]byte(ok), wire.Hop{Transport: wire.UDP, Addr: again.Addr()}); err == nil {
			t.Error("a port without UDP sent over it")
		}
	})
}

// crowded is a network on which connections have the first ports that are free
// for UDP.
type crowded struct {
	network.Network
	tries, taken int
}

func (c *crowded) Listen(at netip.AddrPort) (net.Listener, error) {
	if c.tries++; c.tries <= c.taken {
		return nil, syscall.EADDRINUSE
	}
	return c.Network.Listen(at)
}

func TestAFreePortIsFreeForAllTransports(t *testing.T) {
	d := open(t, &crowded{Network: network.Kernel{}, taken: 3}, loopback, wire.UDP, wire.TCP)
	for _, h := range []wire.Hop{{Transport: wire.UDP, Addr: d.Addr()}, {Transport: wire.TCP, Addr: d.Addr()}} {
		if err := d.Send([]byte(ok), h); err != nil {
			t.Error(err)
		}
		next(t, d.received)
	}
	for _, x := range []struct {
		at    netip.AddrPort
		tries int
	}{{loopback, 10}, {netip.MustParseAddrPort("127.0.0.1:15999"), 1}} {
		n := &crowded{Network: network.Kernel{}, taken: 1000}
		if _, err := wire.Listen(wire.Config{Network: n, Addr: x.at, Transports: []wire.Transport{wire.UDP, wire.TCP}}); !errors.Is(err, syscall.EADDRINUSE) || n.tries != x.tries {
			t.Errorf("%s: %v after %d tries, want %v after %d", x.at, err, n.tries, syscall.EADDRINUSE, x.tries)
		}
	}
}

func TestAClosedPortElsewhereIsToldWhereTheSystemTellsIt(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux reports ICMP to a socket that is not connected")
	}
	d := open(t, network.Kernel{}, loopback)
	closed := socket(t, network.Kernel{}, loopback)
	nobody := network.Addr(closed)
	closed.Close()
	if err := d.Send([]byte(ok), wire.Hop{Transport: wire.UDP, Addr: nobody}); err != nil {
		t.Fatal(err)
	}
	if err := next(t, d.refused); !network.Refused(err) {
		t.Errorf("told %v, want connection refused", err)
	}
	// The port goes on.
	far := socket(t, network.Kernel{}, loopback)
	if _, err := network.WriteTo(far, []byte(ok), d.Addr()); err != nil {
		t.Fatal(err)
	}
	next(t, d.received)
}

// struck is a network whose sockets report an ICMP error once at the next
// read and once at the next write, as the kernel's do.
type struck struct {
	*memnet.Network
	errno syscall.Errno
}

type struckConn struct {
	net.PacketConn
	errno            syscall.Errno
	reading, sending sync.Once
}

func (n struck) ListenPacket(at netip.AddrPort) (net.PacketConn, error) {
	c, err := n.Network.ListenPacket(at)
	return &struckConn{PacketConn: c, errno: n.errno}, err
}

func (c *struckConn) ReadFrom(b []byte) (n int, from net.Addr, err error) {
	c.reading.Do(func() { err = &net.OpError{Op: "read", Err: os.NewSyscallError("recvmsg", c.errno)} })
	if err != nil {
		return 0, nil, err
	}
	return c.PacketConn.ReadFrom(b)
}

func (c *struckConn) WriteTo(b []byte, to net.Addr) (n int, err error) {
	c.sending.Do(func() { err = &net.OpError{Op: "write", Err: os.NewSyscallError("sendmsg", c.errno)} })
	if err != nil {
		return 0, err
	}
	return c.PacketConn.WriteTo(b, to)
}

func TestAnICMPErrorOfAnEarlierPacketEndsNothing(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.ECONNREFUSED, syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EMSGSIZE} {
		t.Run(errno.Error(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := memnet.New()
				d, far := open(t, struck{n, errno}, ours), socket(t, n, theirs)
				if err := d.Send([]byte(ok), wire.Hop{Transport: wire.UDP, Addr: theirs}); err != nil {
					t.Errorf("send: %v", err)
				}
				if _, _, err := network.ReadFrom(far, make([]byte, 2000)); err != nil {
					t.Errorf("was not sent: %v", err)
				}
				if _, err := network.WriteTo(far, []byte(ok), ours); err != nil {
					t.Fatal(err)
				}
				next(t, d.received)
				want := 0
				if errno == syscall.ECONNREFUSED {
					want = 2
				}
				if got := len(d.refused); got != want {
					t.Errorf("told of %d refusals, want %d", got, want)
				}
			})
		})
	}
}

func TestAFirmErrorOfSendingIsReported(t *testing.T) {
	onEachNetwork(t, func(t *testing.T, n network.Network, addr netip.AddrPort) {
		d := open(t, n, addr, wire.UDP, wire.TCP)
		nobody := open(t, n, addr, wire.TCP)
		nobody.Close()
		err := d.Send([]byte(ok), wire.Hop{Transport: wire.TCP, Addr: nobody.Addr()})
		if !network.Refused(err) || !strings.HasPrefix(err.Error(), "connect to tcp:") {
			t.Errorf("got %v, want connection refused and the peer's name", err)
		}
	})
	t.Run("off the loopback", func(t *testing.T) {
		d := open(t, network.Kernel{}, loopback)
		err := d.Send([]byte(ok), wire.Hop{Transport: wire.UDP, Addr: theirs})
		if unreachable := (*network.UnreachableError)(nil); !errors.As(err, &unreachable) {
			t.Errorf("got %v, want *network.UnreachableError", err)
		}
	})
}

var _ network.Network = (*crossing)(nil)

// crossing is a network on which two dials are under way at the same time.
type crossing struct {
	*memnet.Network
	both sync.WaitGroup
}

func (n *crossing) Dial(ctx context.Context, from, to netip.AddrPort) (net.Conn, error) {
	n.both.Done()
	n.both.Wait()
	return n.Network.Dial(ctx, from, to)
}
