package steps_test

import (
	"testing"
	"testing/synctest"

	"ringproof/internal/memnet"
	"ringproof/refswitch/defect"
	"ringproof/reports/record"
	"ringproof/steps"
	"ringproof/steps/target/bundled"
)

// inMemory runs a suite in virtual time against a bundled switch with the
// defect; "" is the healthy one. Changes are made twice: to the suite before
// there is a harness, and to the harness before it runs.
func inMemory(t *testing.T, d string, change ...func(*steps.Suite, *steps.Harness)) *record.Run {
	t.Helper()
	var run *record.Run
	synctest.Test(t, func(t *testing.T) {
		target, err := bundled.New(bundled.Config{Defect: d})
		if err != nil {
			t.Fatal(err)
		}
		s := steps.Suite{Target: target, Network: memnet.New(), Seed: 1}
		for _, f := range change {
			f(&s, nil)
		}
		h, err := steps.New(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range change {
			f(&s, h)
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

func TestEachDefectIsCaughtByItsScenarioAloneWithItsCause(t *testing.T) {
	var rows []bundled.Row
	synctest.Test(t, func(t *testing.T) {
		rows = bundled.Matrix(t.Context(), func() steps.Network { return memnet.New() })
	})
	if got, want := len(rows), len(defect.Catalogue()); got != want {
		t.Fatalf("%d rows, want %d", got, want)
	}
	for _, r := range rows {
		if !r.AsExpected() {
			t.Errorf("%s: caught by %v for %v (%v), want %s for %s", r.Defect.Name, r.CaughtBy, r.Causes, r.Err, r.Defect.Scenario, r.Defect.Cause)
		}
	}
}
