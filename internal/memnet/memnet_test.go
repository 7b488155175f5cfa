package memnet_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"ringproof/internal/memnet"
	"ringproof/internal/network"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	anyPort = netip.MustParseAddrPort("192.0.2.1:0")
	fixed   = netip.MustParseAddrPort("192.0.2.1:5060")
	other   = netip.MustParseAddrPort("192.0.2.2:5060")
)

var _ network.Network = memnet.New()

func packets(t *testing.T, n *memnet.Network, at netip.AddrPort) net.PacketConn {
	t.Helper()
	c, err := n.ListenPacket(at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestPortZeroTakesAFreePort(t *testing.T) {
	n := memnet.New()
	first, second := network.Addr(packets(t, n, anyPort)), network.Addr(packets(t, n, anyPort))
	if first.Port() == 0 || second.Port() == 0 || first == second {
		t.Errorf("got %s and %s, want two ports", first, second)
	}
}

func TestATakenPortIsPassedOverByPortZero(t *testing.T) {
	n := memnet.New()
	taken := network.Addr(packets(t, n, netip.AddrPortFrom(anyPort.Addr(), 49152)))
	if got := network.Addr(packets(t, n, anyPort)); got == taken {
		t.Errorf("got the taken %s", got)
	}
}

func TestPortZeroFindsTheOneFreePortLeft(t *testing.T) {
	n := memnet.New()
	for port := 49152; port < 65535; port++ {
		packets(t, n, netip.AddrPortFrom(anyPort.Addr(), uint16(port)))
	}
	last := packets(t, n, anyPort)
	if got := network.Addr(last).Port(); got != 65535 {
		t.Errorf("got port %d, want the last free one, 65535", got)
	}
	if _, err := n.ListenPacket(anyPort); err == nil {
		t.Error("got another port where none is free")
	}
	last.Close()
	if got := network.Addr(packets(t, n, anyPort)).Port(); got != 65535 {
		t.Errorf("got port %d, want 65535 that was closed", got)
	}
}

func TestAnAddressInUseIsRefused(t *testing.T) {
	n := memnet.New()
	c := packets(t, n, fixed)
	if _, err := n.ListenPacket(fixed); err == nil {
		t.Error("a second socket got the same address")
	}
	packets(t, n, other) // another host's same port is free
	l, err := n.Listen(fixed)
	if err != nil {
		t.Fatalf("TCP beside UDP: %v", err)
	}
	defer l.Close()
	if _, err := n.Listen(fixed); err == nil {
		t.Error("a second listener got the same address")
	}
	c.Close()
	packets(t, n, fixed) // and so is a closed one's
}

func TestDatagramsComeInOrderWithTheirSource(t *testing.T) {
	n := memnet.New()
	a, b := packets(t, n, fixed), packets(t, n, other)
	buf := []byte("first")
	if _, err := network.WriteTo(a, buf, other); err != nil {
		t.Fatal(err)
	}
	copy(buf, "XXXXX") // the sender's buffer is its own again
	if _, err := network.WriteTo(a, []byte("second"), other); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"first", "second"} {
		got := make([]byte, 100)
		k, from, err := network.ReadFrom(b, got)
		if err != nil || string(got[:k]) != want || from != fixed {
			t.Errorf("got %q from %s, %v, want %q from %s", got[:k], from, err, want, fixed)
		}
	}
}

func TestADatagramToNobodyIsLostInSilence(t *testing.T) {
	n := memnet.New()
	if _, err := network.WriteTo(packets(t, n, fixed), []byte("x"), other); err != nil {
		t.Errorf("got %v, want no error", err)
	}
	late := packets(t, n, other)
	late.SetReadDeadline(time.Unix(1, 0))
	if _, _, err := network.ReadFrom(late, make([]byte, 10)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v, want nothing for who comes later", err)
	}
}

func TestAClosedSocketNeitherReadsNorWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		a, b := packets(t, n, fixed), packets(t, n, other)
		waiting := make(chan error)
		go func() {
			_, _, err := network.ReadFrom(b, make([]byte, 10))
			waiting <- err
		}()
		synctest.Wait()
		b.Close()
		b.Close() // once more does no harm
		if err := <-waiting; !errors.Is(err, net.ErrClosed) {
			t.Errorf("read that waited: got %v, want net.ErrClosed", err)
		}
		if _, _, err := network.ReadFrom(b, make([]byte, 10)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("read: got %v, want net.ErrClosed", err)
		}
		if _, err := network.WriteTo(b, []byte("x"), fixed); !errors.Is(err, net.ErrClosed) {
			t.Errorf("write: got %v, want net.ErrClosed", err)
		}
		if _, err := network.WriteTo(a, []byte("x"), other); err != nil {
			t.Errorf("write to a closed one: got %v, want it lost in silence", err)
		}
	})
}

func TestADeadlineEndsReads(t *testing.T) {
	rows := map[string]func(c net.PacketConn, start time.Time){
		"set before the read": func(c net.PacketConn, start time.Time) { c.SetReadDeadline(start.Add(time.Second)) },
		"set while it waits": func(c net.PacketConn, start time.Time) {
			time.AfterFunc(500*time.Millisecond, func() { c.SetReadDeadline(start.Add(time.Second)) })
		},
		"already past while it waits": func(c net.PacketConn, _ time.Time) {
			time.AfterFunc(time.Second, func() { c.SetReadDeadline(time.Unix(1, 0)) })
		},
		"moved back": func(c net.PacketConn, start time.Time) {
			c.SetReadDeadline(start.Add(100 * time.Millisecond))
			c.SetReadDeadline(start.Add(time.Second))
		},
	}
	for name, set := range rows {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, start := packets(t, memnet.New(), fixed), time.Now()
				set(c, start)
				_, _, err := network.ReadFrom(c, make([]byte, 10))
				if !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != time.Second {
					t.Errorf("got %v after %s, want os.ErrDeadlineExceeded after 1s", err, time.Since(start))
				}
				c.SetReadDeadline(time.Time{})
				_, _ = network.WriteTo(c, []byte("x"), fixed)
				if _, _, err := network.ReadFrom(c, make([]byte, 10)); err != nil {
					t.Errorf("after the deadline was taken off: %v", err)
				}
			})
		})
	}
}

func TestDialingNobodyIsRefused(t *testing.T) {
	n := memnet.New()
	if _, err := n.Dial(t.Context(), anyPort, other); !network.Refused(err) {
		t.Errorf("got %v, want connection refused", err)
	}
	l, err := n.Listen(other)
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if _, err := n.Dial(t.Context(), anyPort, other); !network.Refused(err) {
		t.Errorf("closed listener: got %v, want connection refused", err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("accept: got %v, want net.ErrClosed", err)
	}
}

func TestADialThatNobodyAcceptsEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		l, err := n.Listen(other)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := n.Dial(ctx, anyPort, other); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the context's error", err)
		}
	})
}

// connect gives both ends of a connection.
func connect(t *testing.T, n *memnet.Network, from netip.AddrPort) (near, far net.Conn) {
	t.Helper()
	l, err := n.Listen(other)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	accepted := make(chan net.Conn, 1)
	go func() {
		c, _ := l.Accept()
		accepted <- c
	}()
	if near, err = n.Dial(t.Context(), from, other); err != nil {
		t.Fatal(err)
	}
	far = <-accepted
	t.Cleanup(func() { near.Close(); far.Close() })
	return near, far
}

func TestEveryConnectionHasAPortOfItsOwn(t *testing.T) {
	n := memnet.New()
	seen := map[netip.AddrPort]bool{}
	for range 20_000 { // more than there are dynamic ports: they come round again
		near, far := connect(t, n, anyPort)
		from := network.AddrPort(far.RemoteAddr())
		if from.Port() < 49152 || from != network.Addr(near) {
			t.Fatalf("got a connection from %s, which calls itself %s", from, network.Addr(near))
		}
		seen[from] = true
	}
	if len(seen) != 65536-49152 {
		t.Errorf("used %d ports, want all dynamic ones", len(seen))
	}
}

func TestBothEndsOfAConnectionMayWriteBeforeEitherReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := connect(t, memnet.New(), anyPort)
		for _, c := range []net.Conn{a, b} {
			if _, err := c.Write([]byte("hello")); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []net.Conn{a, b} {
			got := make([]byte, 10)
			if n, err := c.Read(got); err != nil || string(got[:n]) != "hello" {
				t.Errorf("got %q, %v", got[:n], err)
			}
		}
	})
}

func TestAFullConnectionBlocksUntilItIsReadOrTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := connect(t, memnet.New(), anyPort)
		start := time.Now()
		a.SetWriteDeadline(start.Add(time.Second))
		sent, err := a.Write(make([]byte, 100_000))
		if !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != time.Second {
			t.Fatalf("got %d, %v after %s, want the deadline's error after 1s", sent, err, time.Since(start))
		}
		a.SetWriteDeadline(time.Time{})
		wrote := make(chan error)
		go func() {
			_, err := a.Write(make([]byte, 100_000))
			a.Close()
			wrote <- err
		}()
		total := 0
		for buf := make([]byte, 5000); err == nil || total == 0; {
			var n int
			n, err = b.Read(buf)
			total += n
		}
		if err := <-wrote; err != nil {
			t.Error(err)
		}
		if total != sent+100_000 {
			t.Errorf("read %d octets, want %d", total, sent+100_000)
		}
	})
}

func TestAClosedConnectionIsReadToItsEndAndThenEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := connect(t, memnet.New(), anyPort)
		_, _ = a.Write([]byte("bye"))
		a.Close()
		got := make([]byte, 10)
		if n, err := b.Read(got); err != nil || string(got[:n]) != "bye" {
			t.Errorf("got %q, %v, want what was written before the close", got[:n], err)
		}
		if n, err := b.Read(got); err == nil || n != 0 {
			t.Errorf("got %d, %v, want the end", n, err)
		}
		if _, err := b.Write(got); !errors.Is(err, syscall.EPIPE) {
			t.Errorf("write to a closed end: got %v, want EPIPE", err)
		}
		if _, err := a.Read(got); !errors.Is(err, net.ErrClosed) {
			t.Errorf("read at the closed end: got %v, want net.ErrClosed", err)
		}
		b.SetReadDeadline(time.Unix(1, 0))
		if _, err := b.Read(got); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v, want os.ErrDeadlineExceeded", err)
		}
	})
}

func TestClosedPortsAreToldOfWhereICMPIs(t *testing.T) {
	n := memnet.New().WithICMP()
	a := packets(t, n, fixed)
	if _, err := network.WriteTo(a, []byte("x"), other); err != nil {
		t.Fatal(err)
	}
	_, _, err := network.ReadFrom(a, make([]byte, 10))
	if got := network.RefusedBy(err); !network.Returned(err) || len(got) != 1 || got[0] != other {
		t.Errorf("got %v, refused by %v; want %s", err, got, other)
	}
}
