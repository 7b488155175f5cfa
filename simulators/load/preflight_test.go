package load_test

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"

	"ringproof/internal/memnet"
	"ringproof/internal/network"
	"ringproof/simulators/load"
)

func TestPreflightNamesEveryPortThatIsTaken(t *testing.T) {
	a := free(t)
	taken, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(a))
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	cfg := config(netip.MustParseAddrPort("127.0.0.1:5070"), 1, 1)
	cfg.From = a
	if _, err := cfg.Preflight(); err == nil || !strings.Contains(err.Error(), "another program or socket has "+a.String()) {
		t.Errorf("got %v", err)
	}
	cfg.From = netip.MustParseAddrPort("192.0.2.1:0")
	if _, err := cfg.Preflight(); err == nil || !strings.Contains(err.Error(), "192.0.2.1 is no address of this machine") {
		t.Errorf("got %v", err)
	}
	cfg.From = netip.MustParseAddrPort("127.0.0.1:0")
	cfg.Engines = 1000
	notes, err := cfg.Preflight()
	if err != nil || len(notes) == 0 || !strings.HasPrefix(notes[0].What, "1000 engines share") {
		t.Errorf("got %v, %v", notes, err)
	}
	cfg.From = netip.MustParseAddrPort("127.0.0.1:65000")
	if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "1000 engines would need ports up to 65999") {
		t.Errorf("got %v", err)
	}
}

// poor is a network of a machine that now and then has nothing more to give.
type poor struct {
	network.Network
	accept, dial error
	times        atomic.Int32
}

func (n *poor) Listen(at netip.AddrPort) (net.Listener, error) {
	l, err := n.Network.Listen(at)
	return &poorListener{l, n}, err
}

func (n *poor) Dial(ctx context.Context, from, to netip.AddrPort) (net.Conn, error) {
	if n.dial != nil {
		return nil, n.dial
	}
	return n.Network.Dial(ctx, from, to)
}

type poorListener struct {
	net.Listener
	n *poor
}

func (l *poorListener) Accept() (net.Conn, error) {
	if l.n.accept != nil && l.n.times.Add(1) <= 3 {
		return nil, l.n.accept
	}
	return l.Listener.Accept()
}

// What this machine lacks is never put down to the system under test, and
// nobody stops listening for it.
func TestWantOfDescriptorsAndPortsSpoilsARun(t *testing.T) {
	run := func(t *testing.T, at, from *poor) (*load.Result, load.Hosted) {
		answer, err := load.Answer(load.CrowdConfig{At: netip.MustParseAddrPort("127.0.0.1:5070"), Transport: "tcp", Network: at, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		cfg := config(answer.At(), 10, 20)
		cfg.Transport, cfg.Network, cfg.Limit = "tcp", from, 100
		r, err := load.Call(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		return r, answer.Close()
	}
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		r, h := run(t, &poor{Network: n, accept: syscall.EMFILE}, &poor{Network: n})
		reasons := h.Reasons(load.Hosted{})
		if r.Completed != 20 || len(reasons) != 1 || !strings.Contains(reasons[0].What, "too many open files") || !strings.Contains(reasons[0].Change, "ulimit -n") {
			t.Errorf("%d of 20 completed, the crowd: %v", r.Completed, reasons)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		r, _ := run(t, &poor{Network: n}, &poor{Network: n, dial: syscall.EADDRNOTAVAIL})
		if r.Completed != 0 || len(r.Invalid) != 1 || !strings.Contains(r.Invalid[0].What, "cannot assign requested address") {
			t.Errorf("%d completed, %v", r.Completed, r.Invalid)
		}
	})
}
