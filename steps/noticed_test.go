package steps_test

import (
	"context"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/internal/memnet"
	"ringproof/reports/record"
	"ringproof/steps"
	"ringproof/steps/target/bundled"
)

// seldom is the demo's profile with a system that asks its trunks every 5 s.
func seldom(t *testing.T) (path string) {
	t.Helper()
	b, err := os.ReadFile("../internal/site/demo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	profile := string(b)
	for was, is := range map[string]string{"options: 150ms": "options: 5s", "targets: [south, east]": "targets: [north, east]"} {
		if !strings.Contains(profile, was) {
			t.Fatalf("the demo's profile has no %q any more", was)
		}
		profile = strings.ReplaceAll(profile, was, is)
	}
	path = filepath.Join(t.TempDir(), "site.yaml")
	if err := os.WriteFile(path, []byte(profile), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A system that asks seldom takes a trunk for down for a while after it is
// there again: the next scenarios must not meet that.
func TestATrunkIsUpAgainBeforeTheNextScenario(t *testing.T) {
	path := seldom(t)
	synctest.Test(t, func(t *testing.T) {
		target, err := bundled.New(bundled.Config{Profile: path})
		if err != nil {
			t.Fatal(err)
		}
		accepts(t, steps.Suite{Profile: path, Target: target, Network: memnet.New().WithICMP(), Seed: 1, Tags: "@id:fallback.down,@id:fallback.not-on-busy"})
	})
}

// Nor must the first: one that was there before our parties has taken them for
// down.
func TestATrunkIsKnownToBeUpBeforeTheFirstScenario(t *testing.T) {
	path := seldom(t)
	synctest.Test(t, func(t *testing.T) {
		target, err := bundled.New(bundled.Config{Profile: path})
		if err != nil {
			t.Fatal(err)
		}
		before := &earlier{Target: target, Network: memnet.New().WithICMP()}
		before.alone.Store(true)
		accepts(t, steps.Suite{Profile: path, Target: before, Network: before, Seed: 1, Tags: "@id:fallback.not-on-busy"})
	})
}

func accepts(t *testing.T, s steps.Suite) {
	t.Helper()
	h, err := steps.New(s)
	if err != nil {
		t.Fatal(err)
	}
	run, err := h.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if run.Verdict != record.Accepted {
		t.Errorf("%s (%s)", run.Verdict, run.Why)
	}
}

// earlier is a system that was alone for a while: until then nobody hears what
// it asks.
type earlier struct {
	steps.Target
	steps.Network
	alone atomic.Bool
}

func (e *earlier) Start(ctx context.Context, s steps.Surroundings) (steps.Endpoint, error) {
	at, err := e.Target.Start(ctx, s)
	<-time.After(12 * time.Second) // two questions, and the silence after them
	e.alone.Store(false)
	return at, err
}

func (e *earlier) ListenPacket(at netip.AddrPort) (net.PacketConn, error) {
	c, err := e.Network.ListenPacket(at)
	return &hearsLater{c, e}, err
}

type hearsLater struct {
	net.PacketConn
	e *earlier
}

func (c *hearsLater) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := c.PacketConn.ReadFrom(b)
		if err != nil || !c.e.alone.Load() || !strings.HasPrefix(string(b[:n]), "OPTIONS ") {
			return n, from, err
		}
	}
}
