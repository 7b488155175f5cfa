package private_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"ringproof/internal/network"
	"ringproof/internal/outsider"
)

// pinhole is after how many idle seconds the router forgets a mapping of UDP.
const pinhole = "3"

// networks are three of the test's own: phones inside, a router that
// masquerades, and outside of it the system under test, its trunk peers and
// an intruder. README.md draws them.
type networks struct {
	inside, router, outside string // namespaces
}

// built counts the networks of this process, for their names.
var built atomic.Int32

// build makes the networks. Those of a machine that has no namespaces are
// missing.
func build(t *testing.T) networks {
	t.Helper()
	ip, nft := outsider.Need(t, "ip"), outsider.Need(t, "nft")
	base := fmt.Sprintf("rp%d-%d", os.Getpid(), built.Add(1))
	n := networks{inside: base + "in", router: base + "nat", outside: base + "out"}
	do := func(args ...string) {
		t.Helper()
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			outsider.Missing(t, "netns", fmt.Sprintf("%s: %v: %s", strings.Join(args, " "), err, out))
		}
	}
	t.Cleanup(func() {
		for _, ns := range []string{n.inside, n.outside, n.router} {
			_ = exec.Command(ip, "-n", ns, "link", "del", "up0").Run() // its namespace would let go of it later
			_ = exec.Command(ip, "netns", "del", ns).Run()
		}
	})
	for _, ns := range []string{n.inside, n.router, n.outside} {
		do(ip, "netns", "add", ns)
		do(ip, "-n", ns, "link", "set", "lo", "up")
	}
	cable := func(ns, end, gateway string, addresses ...string) {
		t.Helper()
		do(ip, "-n", ns, "link", "add", "up0", "type", "veth", "peer", "name", end, "netns", n.router)
		for _, a := range addresses {
			do(ip, "-n", ns, "addr", "add", a+"/24", "dev", "up0")
		}
		do(ip, "-n", n.router, "addr", "add", gateway+"/24", "dev", end)
		do(ip, "-n", ns, "link", "set", "up0", "up")
		do(ip, "-n", n.router, "link", "set", end, "up")
		do(ip, "-n", ns, "route", "add", "default", "via", gateway)
	}
	cable(n.inside, "in0", "198.18.1.1", "198.18.1.10", "198.18.1.11")
	cable(n.outside, "out0", "198.18.0.1", "198.18.0.10", "198.18.0.11", "198.18.0.12", "198.18.0.66")
	do(ip, "-n", n.router, "addr", "add", mapped+"/24", "dev", "out0")
	rules := filepath.Join(t.TempDir(), "rules.nft")
	if err := os.WriteFile(rules, []byte(masquerading), 0o600); err != nil {
		t.Fatal(err)
	}
	do(ip, "netns", "exec", n.router, nft, "-f", rules)
	do(ip, "netns", "exec", n.router, "sysctl", "-qw", "net.ipv4.ip_forward=1",
		"net.netfilter.nf_conntrack_udp_timeout="+pinhole, "net.netfilter.nf_conntrack_udp_timeout_stream="+pinhole)
	return n
}

// mapped is the outside address of the trunk peer at 198.18.1.11.
const mapped = "198.18.0.21"

// masquerading is what a home router does: who is inside may speak first, and
// is shown with the router's address; nobody outside may. One address alone is
// mapped to one inside, both ways.
const masquerading = `
table ip nat {
	chain in {
		type nat hook prerouting priority -100;
		iifname "out0" ip daddr 198.18.0.21 dnat to 198.18.1.11
	}
	chain out {
		type nat hook postrouting priority 100;
		oifname "out0" ip saddr 198.18.1.11 snat to 198.18.0.21
		oifname "out0" masquerade
	}
}
table ip filter {
	chain through {
		type filter hook forward priority 0; policy drop;
		iifname "in0" accept
		ct state established,related accept
		ct status dnat accept
	}
	chain itself {
		type filter hook input priority 0;
		iifname "out0" ct state new drop
	}
}
`

// of gives the namespace that an address belongs to.
func (n networks) of(a netip.Addr) string {
	if netip.MustParsePrefix("198.18.1.0/24").Contains(a) {
		return n.inside
	}
	return n.outside
}

// ListenPacket opens a UDP socket where its address belongs.
func (n networks) ListenPacket(at netip.AddrPort) (c net.PacketConn, err error) {
	err = within(n.of(at.Addr()), func() (err error) {
		c, err = network.Kernel{}.ListenPacket(at)
		return err
	})
	return c, err
}

// Listen opens a TCP listener where its address belongs.
func (n networks) Listen(at netip.AddrPort) (l net.Listener, err error) {
	err = within(n.of(at.Addr()), func() (err error) {
		l, err = network.Kernel{}.Listen(at)
		return err
	})
	return l, err
}

// Dial opens a TCP connection from where its local address belongs.
func (n networks) Dial(ctx context.Context, from, to netip.AddrPort) (c net.Conn, err error) {
	err = within(n.of(from.Addr()), func() (err error) {
		c, err = network.Kernel{}.Dial(ctx, from, to)
		return err
	})
	return c, err
}

// within does something in a namespace. A socket stays in the one that it was
// opened in; the thread that opened it ends with its goroutine, for it is
// locked to it: no other goroutine ever runs in that namespace.
func within(ns string, do func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked
		done <- enter(ns, do)
	}()
	return <-done
}

func enter(ns string, do func() error) error {
	f, err := os.Open(filepath.Join("/run/netns", ns))
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.Setns(int(f.Fd()), unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("setns %s: %w", ns, err)
	}
	return do()
}
