package steps_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"ringproof/internal/memnet"
	"ringproof/reports/record"
	"ringproof/steps"
	"ringproof/steps/target/bundled"
)

// probed probes the bundled switch in memory.
func probed(t *testing.T, text, defect string, change ...func(*steps.Suite)) *record.Run {
	t.Helper()
	path := profile(t, text)
	var run *record.Run
	synctest.Test(t, func(t *testing.T) {
		target, err := bundled.New(bundled.Config{Profile: path, Defect: defect})
		if err != nil {
			t.Fatal(err)
		}
		s := steps.Suite{Profile: path, Target: target, Network: memnet.New(), Seed: 1}
		for _, f := range change {
			f(&s)
		}
		h, err := steps.New(s)
		if err != nil {
			t.Fatal(err)
		}
		if run, err = h.Probe(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	return run
}

// stages gives how each stage ended, "reach passed".
func stages(run *record.Run) []string {
	var out []string
	for _, s := range run.Scenarios {
		out = append(out, s.ID+" "+string(s.Status))
	}
	return out
}

const phonesToo = twoTrunks + "accounts:\n  - {user: '1001'}\n  - {user: '1002'}\n"

func TestProbeGoesStageByStageAndStopsAtTheFirstThatFails(t *testing.T) {
	all := []string{"sources passed", "reach passed", "register passed", "call passed", "media passed"}
	withoutAccounts := slices.Clone(all)
	withoutAccounts[2] = "register skipped"
	for _, c := range []struct {
		name, profile, defect string
		change                func(*steps.Suite)
		verdict               record.Verdict
		stages                []string
		cause                 record.Cause
	}{
		{name: "healthy, phones", profile: phonesToo, verdict: record.Worked, stages: all},
		{name: "healthy, trunks alone", profile: twoTrunks, verdict: record.Worked, stages: withoutAccounts},
		{name: "healthy, one account and trunks", profile: twoTrunks + "accounts: {user: '1001'}\n", verdict: record.Worked, stages: all},
		{
			name: "an address that is not ours", profile: phonesToo, change: func(s *steps.Suite) { s.Network = elsewhere{memnet.New()} },
			verdict: record.Invalid, stages: []string{"sources failed"}, cause: record.CauseHarness,
		},
		{
			name: "nobody there", profile: phonesToo, change: func(s *steps.Suite) { s.Target = nobody{} },
			verdict: record.NotWorked, stages: []string{"sources passed", "reach failed"}, cause: record.CauseReachability,
		},
		{
			name: "nobody there, over TCP", profile: phonesToo, change: func(s *steps.Suite) { s.Target = nobodyOverTCP{} },
			verdict: record.NotWorked, stages: []string{"sources passed", "reach failed"}, cause: record.CauseSIPPort,
		},
		{
			name: "another password there", profile: phonesToo, change: func(s *steps.Suite) { s.Target = forgetful{s.Target.(*bundled.Target)} },
			verdict: record.NotWorked, stages: []string{"sources passed", "reach passed", "register failed"}, cause: record.CauseAuthentication,
		},
		{
			name: "a route that leads nowhere", profile: twoTrunks, change: func(s *steps.Suite) { s.Target = other(t, trunks+"routes: {prefix: '8', targets: east}\n") },
			verdict: record.NotWorked, stages: []string{"sources passed", "reach passed", "register skipped", "call failed"}, cause: record.CauseRouting,
		},
		{
			name: "one-way audio", profile: twoTrunks, defect: "one-way-audio",
			verdict: record.NotWorked, stages: []string{"sources passed", "reach passed", "register skipped", "call passed", "media failed"}, cause: record.CauseMedia,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			change := func(*steps.Suite) {}
			if c.change != nil {
				change = c.change
			}
			run := probed(t, c.profile, c.defect, change)
			if run.Verdict != c.verdict || !slices.Equal(stages(run), c.stages) {
				t.Errorf("verdict %s (%s), stages %v; want %s, %v", run.Verdict, run.Why, stages(run), c.verdict, c.stages)
			}
			if c.cause != "" && (len(run.Findings) == 0 || run.Findings[0].Cause != c.cause || run.Findings[0].ToDo == "") {
				t.Errorf("findings %+v, want %s and what to do", run.Findings, c.cause)
			}
			for _, a := range run.Attempts {
				if a.Outcome == record.Answered && a.ByeAt == 0 {
					t.Errorf("the leg of %s was not released", a.Party)
				}
			}
		})
	}
}

func TestProbeThatPassesIsNotTakenForTheSuite(t *testing.T) {
	run := probed(t, phonesToo, "")
	if run.Kind != record.AProbe || !strings.HasSuffix(run.Why, "; a probe and not the suite: nothing is accepted or rejected by it") {
		t.Errorf("verdict %s %s", run.Verdict, run.Why)
	}
}

func TestSilentSystemIsToldFromASilentHost(t *testing.T) {
	run := probed(t, phonesToo, "", func(s *steps.Suite) { s.Network = deaf{memnet.New()} })
	if len(run.Findings) != 1 || !strings.Contains(run.Findings[0].Why, "Its host is up, for TCP is answered there") {
		t.Errorf("findings %+v, want one that says that the host is up", run.Findings)
	}
}

// elsewhere is a network that has not the phones' address.
type elsewhere struct{ steps.Network }

func (e elsewhere) ListenPacket(at netip.AddrPort) (net.PacketConn, error) {
	if at.Addr() == netip.MustParseAddr("127.0.0.21") {
		return nil, errors.New("cannot assign requested address")
	}
	return e.Network.ListenPacket(at)
}

// nobodyOverTCP is a target whose TCP port is closed.
type nobodyOverTCP struct{ nobody }

func (n nobodyOverTCP) Start(ctx context.Context, s steps.Surroundings) (steps.Endpoint, error) {
	at, err := n.nobody.Start(ctx, s)
	at.Transport = "tcp"
	return at, err
}

// other is a bundled switch of another profile.
func other(t *testing.T, text string) steps.Target {
	t.Helper()
	target, err := bundled.New(bundled.Config{Profile: profile(t, text)})
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// forgetful is a bundled switch with other passwords than the harness's.
type forgetful struct{ *bundled.Target }

func (f forgetful) Start(ctx context.Context, s steps.Surroundings) (steps.Endpoint, error) {
	others := map[string]string{}
	for user := range s.Passwords {
		others[user] = "another password"
	}
	s.Passwords = others
	return f.Target.Start(ctx, s)
}
