package steps_test

import (
	"slices"
	"testing"
	"testing/synctest"

	"ringproof/internal/memnet"
	"ringproof/reports/record"
	"ringproof/steps"
	"ringproof/steps/target/bundled"
)

func TestWhatWasRegisteredIsRemovedAtTheEndOfEachScenario(t *testing.T) {
	run := inMemory(t, "", func(s *steps.Suite, h *steps.Harness) {
		if h == nil {
			s.Tags = "@registration"
		}
	})
	if err := steps.Verdict(run); err != nil {
		t.Fatal(err)
	}
	last := map[string]record.Registration{}
	for _, r := range run.Registrations {
		if r.Code == 200 {
			last[r.User] = r
		}
	}
	for _, user := range []string{"1001", "1002", "3001", "3002", "2000", "2100"} {
		r, ok := last[user]
		if !ok || len(r.Contacts) > 0 {
			t.Errorf("%s: the last REGISTER left %v, want no contact", user, r.Contacts)
		}
	}
}

func TestOneCallToANumberBehindAGateway(t *testing.T) {
	for _, number := range []string{"2777", "2050", "43002", "+4930550142"} {
		t.Run(number, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				target, err := bundled.New(bundled.Config{})
				if err != nil {
					t.Fatal(err)
				}
				h, err := steps.New(steps.Suite{Target: target, Network: memnet.New(), Seed: 1})
				if err != nil {
					t.Fatal(err)
				}
				run, err := h.Call(t.Context(), "1001", number)
				if err != nil {
					t.Fatal(err)
				}
				if err := steps.Verdict(run); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestProfileWithoutGatewaysLeavesTheirScenariosUnproved(t *testing.T) {
	site := profile(t, trunks+"routes:\n  - {prefix: '6', targets: west}\naccounts:\n  - {user: '1001'}\n  - {user: '1002'}\n")
	run := around(t, site, site, "@registration")
	if run.Verdict != record.Incomplete {
		t.Errorf("verdict %s (%s), want %s", run.Verdict, run.Why, record.Incomplete)
	}
	for _, s := range run.Scenarios {
		missing := slices.Contains([]string{"register.idle", "register.gateway", "register.pilot", "register.bulk", "register.unmapped", "reg.identity-theft", "reg.hijack", "reg.replay", "untrusted.foreign", "identity.forged", "camera.prefix", "camera.last", "camera.offline", "camera.unmapped", "camera.ends", "camera.registered"}, s.ID)
		if want := map[bool]record.Status{true: record.Skipped, false: record.Passed}[missing]; s.Status != want {
			t.Errorf("%s: %s (%s), want %s", s.ID, s.Status, s.Why, want)
		}
	}
}
