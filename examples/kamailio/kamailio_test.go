package kamailio_test

import (
	"os/exec"
	"testing"
	"time"

	"ringproof/internal/outsider"
	"ringproof/reports/record"
	"ringproof/steps"
)

// kamailio starts Kamailio with the configuration of this folder and waits
// until it answers. What it returns kills it with all its workers.
func kamailio(t *testing.T, defines ...string) (kill func()) {
	t.Helper()
	args := []string{"-f", "kamailio.cfg", "-DD", "-E", "-m", "64", "-M", "8"}
	for _, d := range defines {
		args = append(args, "-A", d)
	}
	const at = "127.0.0.51:5060"
	options := outsider.Options("127.0.0.51")
	outsider.Free(t, at, options)
	p := outsider.Start(t, exec.Command(outsider.Need(t, "kamailio"), args...))
	p.Answers(at, options, 10*time.Second)
	return p.Kill
}

// accept runs what the tags select, or the whole suite.
func accept(t *testing.T, tags string, change ...func(*steps.Suite)) *record.Run {
	t.Helper()
	suite := steps.Suite{Profile: "site.yaml", Tags: tags}
	for _, f := range change {
		f(&suite)
	}
	h, err := steps.New(suite)
	if err != nil {
		t.Fatal(err)
	}
	run, err := h.Run(outsider.Context(t, 2*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	outsider.Tell(t, run)
	return run
}

// What is broken in one place is asked there, and beside it.
const (
	fallbacks = "@id:peer.audio,@id:fallback,@id:fallback.trying,@id:fallback.refused,@id:fallback.closed,@id:fallback.form,@id:fallback.not-on-busy,@id:fallback.all-down"
	accounts  = "@id:reg.audio,@id:register.renewed,@id:register.removed,@id:wrong-password,@id:untrusted,@id:reg.identity-theft,@id:reg.unproved,@id:reg.hijack,@id:reg.replay"
)

// expect holds a run to have failed in these scenarios alone, each for its
// cause.
func expect(t *testing.T, run *record.Run, failures map[string]record.Cause) {
	t.Helper()
	if run.Verdict != record.NotAccepted {
		t.Errorf("verdict %s (%s), want %s", run.Verdict, run.Why, record.NotAccepted)
	}
	failed := map[string]bool{}
	for _, s := range run.Scenarios {
		if s.Status != record.Failed {
			continue
		}
		failed[s.ID] = true
		for _, f := range run.Of(s.Index) {
			if f.Cause != failures[s.ID] {
				t.Errorf("%s: cause %s (%s), want %s", s.ID, f.Cause, f.Why, failures[s.ID])
			}
		}
	}
	for id := range failures {
		if !failed[id] {
			t.Errorf("%s has not failed", id)
		}
	}
	if len(failed) != len(failures) {
		t.Errorf("failed: %v, want %v", failed, failures)
	}
}

func TestKamailioIsAccepted(t *testing.T) {
	kamailio(t)
	if err := steps.Verdict(accept(t, "")); err != nil {
		t.Error(err)
	}
}

func TestKamailioIsAcceptedOverTCP(t *testing.T) {
	kamailio(t)
	if err := steps.Verdict(accept(t, "", func(s *steps.Suite) { s.Profile = outsider.OverTCP(t) })); err != nil {
		t.Error(err)
	}
}

func TestKamailioWithoutItsFallbackRouteIsRejected(t *testing.T) {
	kamailio(t, "WITHOUT_FALLBACK")
	expect(t, accept(t, fallbacks), map[string]record.Cause{
		"fallback": record.CauseRouting, "fallback.trying": record.CauseRouting, "fallback.refused": record.CauseRouting, "fallback.closed": record.CauseRouting, "fallback.form": record.CauseRouting,
	})
}

func TestKamailioWithoutAuthenticationIsRejected(t *testing.T) {
	kamailio(t, "WITHOUT_AUTH")
	expect(t, accept(t, ""), map[string]record.Cause{
		"wrong-password": record.CauseAuthentication, "untrusted": record.CauseSecurity, "untrusted.forged": record.CauseSecurity,
		"untrusted.camera": record.CauseSecurity, "untrusted.foreign": record.CauseSecurity,
		"reg.identity-theft": record.CauseSecurity, "reg.unproved": record.CauseSecurity, "reg.hijack": record.CauseSecurity,
		"identity.caller": record.CauseSignalling, // of whom nobody knows the account
	})
}

func TestKamailioThatLetsAnyAccountRegisterIsRejected(t *testing.T) {
	kamailio(t, "WITHOUT_OWNER")
	expect(t, accept(t, accounts), map[string]record.Cause{"reg.hijack": record.CauseSecurity})
}

func TestKamailioThatTakesCredentialsTwiceIsRejected(t *testing.T) {
	kamailio(t, "WITHOUT_COUNT")
	expect(t, accept(t, accounts), map[string]record.Cause{"reg.replay": record.CauseSecurity})
}

func TestKamailioKilledInMidRunIsRejected(t *testing.T) {
	kill := kamailio(t)
	run := accept(t, "", func(s *steps.Suite) {
		s.Watch = func(s record.Scenario, _ []record.Finding) {
			if s.ID == "peer.audio" {
				kill()
			}
		}
	})
	expect(t, run, map[string]record.Cause{"peer.audio": record.CauseReachability})
	for _, s := range run.Scenarios {
		if s.ID != "reach" && s.ID != "peer.audio" && s.Status != record.NotRun {
			t.Errorf("%s: %s, want %s", s.ID, s.Status, record.NotRun)
		}
	}
}
