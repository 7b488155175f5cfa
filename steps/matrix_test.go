package steps_test

import (
	"slices"
	"testing"
	"testing/synctest"

	"ringproof/internal/memnet"
	"ringproof/refswitch/defect"
	"ringproof/reports/record"
	"ringproof/steps"
	"ringproof/steps/target/bundled"
)

// inMemory runs the suite in virtual time against a bundled switch with the
// defect; "" is the healthy one.
func inMemory(t *testing.T, d string) *record.Run {
	t.Helper()
	var run *record.Run
	synctest.Test(t, func(t *testing.T) {
		target, err := bundled.New(bundled.Config{Defect: d})
		if err != nil {
			t.Fatal(err)
		}
		h, err := steps.New(steps.Suite{Target: target, Network: memnet.New(), Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		if run, err = h.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	return run
}

func TestHealthySwitchIsAcceptedInVirtualTime(t *testing.T) {
	if err := steps.Verdict(inMemory(t, "")); err != nil {
		t.Error(err)
	}
}

func TestEachDefectIsCaughtByItsScenarioWithItsCause(t *testing.T) {
	for _, d := range defect.Catalogue() {
		t.Run(d.Name, func(t *testing.T) {
			run := inMemory(t, d.Name)
			var failed []string
			for _, s := range run.Scenarios {
				if s.Status == record.Failed && !slices.Contains(failed, s.ID) {
					failed = append(failed, s.ID)
				}
			}
			if want := []string{d.Scenario}; !slices.Equal(failed, want) {
				t.Errorf("caught by %v, want %v", failed, want)
			}
			if run.Verdict != record.NotAccepted {
				t.Errorf("verdict %s, want %s", run.Verdict, record.NotAccepted)
			}
			for _, f := range run.Findings {
				if string(f.Cause) != d.Cause {
					t.Errorf("cause %s (%s), want %s", f.Cause, f.Why, d.Cause)
				}
			}
		})
	}
}
