package network_test

import (
	"errors"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"testing"
	"time"

	"ringproof/internal/network"
)

func open(t *testing.T) net.PacketConn {
	t.Helper()
	c, err := network.Kernel{}.ListenPacket(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}

// closedPort gives an address at which nobody listens.
func closedPort(t *testing.T) netip.AddrPort {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return network.Addr(c)
}

func TestClosedPortIsReportedByReading(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED, NOT PROVED: only Linux reports ICMP on a socket that is not connected")
	}
	c := open(t)
	nobody := closedPort(t)
	if _, err := network.WriteTo(c, []byte("x"), nobody); err != nil {
		t.Fatal(err)
	}
	_, _, err := network.ReadFrom(c, make([]byte, 10))
	if !network.Refused(err) || !network.Returned(err) {
		t.Errorf("read: %v, want connection refused", err)
	}
	if got := network.RefusedBy(err); !slices.Equal(got, []netip.AddrPort{nobody}) {
		t.Errorf("refused by %v, want %s", got, nobody)
	}
}

func TestPacketAfterAClosedPortIsSentAllTheSame(t *testing.T) {
	from, to, nobody := open(t), open(t), closedPort(t)
	buf := make([]byte, 10)
	// More than the error queue has room for, were it not emptied.
	for range 5000 {
		if _, err := network.WriteTo(from, []byte("lost"), nobody); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := network.WriteTo(from, []byte("hello"), network.Addr(to)); err != nil {
		t.Fatal(err)
	}
	n, src, err := network.ReadFrom(to, buf)
	if err != nil || string(buf[:n]) != "hello" || src != network.Addr(from) {
		t.Errorf("got %q from %s, %v", buf[:n], src, err)
	}
	// And the sender has room to receive: returned packets share it.
	const burst = 50
	for range burst {
		if _, err := network.WriteTo(to, []byte("again"), src); err != nil {
			t.Fatal(err)
		}
	}
	for got := 0; got < burst; {
		n, _, err := network.ReadFrom(from, buf)
		if network.Returned(err) {
			continue
		}
		if err != nil || string(buf[:n]) != "again" {
			t.Fatalf("got %q, %v after %d of %d", buf[:n], err, got, burst)
		}
		got++
	}
}

func TestNothingLeavesTheLoopbackFromALoopbackSocket(t *testing.T) {
	c := open(t)
	_, err := network.WriteTo(c, []byte("x"), netip.MustParseAddrPort("192.168.255.254:4000"))
	var unreachable *network.UnreachableError
	if !errors.As(err, &unreachable) {
		t.Errorf("error %v, want *UnreachableError", err)
	}
}

func TestSourceIsTheAddressThatTheKernelWouldTake(t *testing.T) {
	got, err := network.Kernel{}.Source(netip.MustParseAddrPort("127.0.0.9:5060"))
	if err != nil || got != netip.MustParseAddr("127.0.0.1") {
		t.Errorf("got %s, %v; want 127.0.0.1", got, err)
	}
}
