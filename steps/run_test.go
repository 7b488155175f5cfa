package steps_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"ringproof/internal/memnet"
	"ringproof/refswitch/defect"
	"ringproof/reports/record"
	"ringproof/steps"
	"ringproof/steps/target/bundled"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// one is a suite of a single scenario with these steps.
func one(lines ...string) fstest.MapFS {
	text := "Feature: One\n  @id:one\n  Scenario: One\n    " + strings.Join(lines, "\n    ") + "\n"
	return fstest.MapFS{"one.feature": {Data: []byte(text)}}
}

func with(features fstest.MapFS) func(*steps.Suite, *steps.Harness) {
	return func(s *steps.Suite, _ *steps.Harness) { s.Features = features }
}

func TestStepWithoutDefinitionMakesTheRunInvalid(t *testing.T) {
	run := inMemory(t, "", with(one(
		"Given a caller and a callee in peer-to-peer mode",
		"When the caller sings",
		"Then the callee's phone is reached",
	)))
	if run.Verdict == record.Accepted || run.Verdict == record.Incomplete {
		t.Errorf("verdict %s (%s), want none that passes", run.Verdict, run.Why)
	}
	if len(run.Findings) != 1 || run.Findings[0].Cause != record.CauseHarness {
		t.Errorf("findings %v, want one of cause %s", run.Findings, record.CauseHarness)
	}
}

func TestPanickingStepMakesTheRunInvalid(t *testing.T) {
	// Hanging up a call that nobody placed is a nil pointer.
	run := inMemory(t, "", with(one("When the caller hangs up")))
	if run.Verdict != record.Invalid {
		t.Errorf("verdict %s (%s), want %s", run.Verdict, run.Why, record.Invalid)
	}
}

func TestSuiteWithoutScenariosIsWrongUse(t *testing.T) {
	target, err := bundled.New(bundled.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []steps.Suite{
		{Target: target, Tags: "@nothing"},
		{Target: target, Features: fstest.MapFS{}},
		{Target: target, Features: one()}, // a scenario without steps
		{Target: target, Tags: "@a or @b"},
		{Target: target, Tags: "not @a"},
		{},
	} {
		if _, err := steps.New(s); err == nil {
			t.Errorf("%+v: no error", s)
		}
	}
}

func TestSystemThatDiesInMidRunGivesOneVerdictWithinTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, err := bundled.New(bundled.Config{})
		if err != nil {
			t.Fatal(err)
		}
		target := &mortal{Target: b}
		var died time.Time
		h, err := steps.New(steps.Suite{
			Target: target, Network: memnet.New(), Seed: 1,
			Watch: func(s record.Scenario, _ []record.Finding) {
				if s.ID == "peer.audio" && died.IsZero() {
					died = time.Now()
					target.die()
				}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		run, err := h.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(died); took > 10*time.Second {
			t.Errorf("verdict after %s, want it within 10s", took)
		}
		if run.Verdict != record.NotAccepted || len(run.Findings) != 1 || run.Findings[0].Cause != record.CauseReachability {
			t.Errorf("verdict %s, findings %+v, want %s for %s, once", run.Verdict, run.Findings, record.NotAccepted, record.CauseReachability)
		}
		notRun := 0
		for _, s := range run.Scenarios {
			if s.Status == record.NotRun && strings.Contains(s.Why, "no longer answers") {
				notRun++
			}
		}
		if notRun < 5 {
			t.Errorf("%d scenarios not run for it, want the rest", notRun)
		}
	})
}

// overTCP is the bundled switch at its TCP port.
type overTCP struct{ *bundled.Target }

func (o overTCP) Start(ctx context.Context, s steps.Surroundings) (steps.Endpoint, error) {
	at, err := o.Target.Start(ctx, s)
	at.Transport = "tcp"
	return at, err
}

func TestHealthySwitchIsAcceptedOverTCP(t *testing.T) {
	run := inMemory(t, "", func(s *steps.Suite, h *steps.Harness) {
		if h == nil {
			s.Target = overTCP{s.Target.(*bundled.Target)}
		}
	})
	if err := steps.Verdict(run); err != nil {
		t.Error(err)
	}
	tcp := 0
	for _, m := range run.Messages {
		if m.Transport == "TCP" {
			tcp++
		}
	}
	if tcp < 50 {
		t.Errorf("%d messages over TCP, want the callers' side of every call", tcp)
	}
	if len(run.Loads) < 3 {
		t.Errorf("%d loads, want them over TCP too", len(run.Loads))
	}
}

// What a switch does wrong is found over TCP as over UDP: under load each fault,
// and of the others some of each family.
func TestDefectsAreCaughtOverTCP(t *testing.T) {
	for i, d := range defect.Catalogue() {
		if !strings.HasPrefix(d.Scenario, "load.") && i%7 != 0 {
			continue
		}
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			run := inMemory(t, d.Name, func(s *steps.Suite, h *steps.Harness) {
				if h == nil {
					s.Target, s.Long = overTCP{s.Target.(*bundled.Target)}, d.Long
				}
			})
			i := slices.IndexFunc(run.Scenarios, func(s record.Scenario) bool { return s.Status == record.Failed })
			if i < 0 {
				t.Fatalf("%s, want %s failed", run.Verdict, d.Scenario)
			}
			s := run.Scenarios[i]
			if f := run.Of(s.Index); s.ID != d.Scenario || len(f) == 0 || string(f[0].Cause) != d.Cause {
				t.Errorf("caught first by %s: %+v; want %s for %s", s.ID, f, d.Scenario, d.Cause)
			}
		})
	}
}

func TestWrongProfileSendsNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "site.yaml")
	if err := os.WriteFile(path, []byte("version: 2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := steps.New(steps.Suite{Profile: path, Network: forbidden{t}})
	var usage *steps.UsageError
	if !errors.As(err, &usage) {
		t.Errorf("error %v, want a *UsageError", err)
	}
}

// forbidden is a network that nobody may touch.
type forbidden struct{ t *testing.T }

func (f forbidden) ListenPacket(netip.AddrPort) (net.PacketConn, error) {
	f.t.Error("a UDP socket was opened")
	return nil, net.ErrClosed
}

func (f forbidden) Listen(netip.AddrPort) (net.Listener, error) {
	f.t.Error("a TCP listener was opened")
	return nil, net.ErrClosed
}

func (f forbidden) Dial(context.Context, netip.AddrPort, netip.AddrPort) (net.Conn, error) {
	f.t.Error("a TCP connection was opened")
	return nil, net.ErrClosed
}

// mortal is a bundled switch that can die before it is stopped.
type mortal struct {
	*bundled.Target
	dead bool
}

func (m *mortal) die() {
	m.dead = true
	_ = m.Target.Stop(context.Background())
}

func (m *mortal) Stop(ctx context.Context) error {
	if m.dead {
		return nil
	}
	return m.Target.Stop(ctx)
}

func TestInterruptedRunReleasesItsCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target, err := bundled.New(bundled.Config{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		answered := 0
		h, err := steps.New(steps.Suite{
			Target: target, Network: memnet.New(), Seed: 1, Tags: "@peer",
			Trace: func(m record.Message) {
				if m.Sent && strings.HasPrefix(m.Raw, "ACK") {
					answered++
					cancel()
				}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		run, err := h.Run(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if run.Verdict != record.Interrupted {
			t.Errorf("verdict %s, want %s", run.Verdict, record.Interrupted)
		}
		if answered != 1 {
			t.Fatalf("%d calls were answered, want the one that was interrupted", answered)
		}
		for _, a := range run.Attempts {
			if a.ByeAt == 0 {
				t.Errorf("the leg of %s was not released", a.Party)
			}
		}
	})
}

func TestScenarioThatPassesOnlyWhenRepeatedIsFlakyAndTheRunIncomplete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target, err := bundled.New(bundled.Config{})
		if err != nil {
			t.Fatal(err)
		}
		net := &lossy{Network: memnet.New()}
		h, err := steps.New(steps.Suite{
			Target: target, Network: net, Seed: 1, Tags: "@id:reg.audio",
			Watch: func(s record.Scenario, _ []record.Finding) { net.lose.Store(s.ID == "reach") },
		})
		if err != nil {
			t.Fatal(err)
		}
		run, err := h.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if run.Verdict != record.Incomplete || !strings.Contains(run.Why, "reg.audio (flaky)") {
			t.Errorf("verdict %s (%s), want %s for the flaky reg.audio", run.Verdict, run.Why, record.Incomplete)
		}
	})
}
