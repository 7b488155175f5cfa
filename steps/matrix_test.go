package steps_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"ringproof/internal/check"
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
		s := steps.Suite{Target: target, Network: memnet.New().WithICMP(), Seed: 1}
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

// long has the scenarios run too that hold a call for minutes.
func long(s *steps.Suite, _ *steps.Harness) { s.Long = true }

func TestHealthySwitchIsAcceptedInVirtualTime(t *testing.T) {
	if err := steps.Verdict(inMemory(t, "", long)); err != nil {
		t.Error(err)
	}
}

func TestLongScenariosAreRunWhereThatIsAskedFor(t *testing.T) {
	without, with := inMemory(t, ""), inMemory(t, "", long)
	var more []string
	for _, s := range with.Scenarios {
		if slices.Contains(s.Tags, "@long") {
			more = append(more, s.ID)
		}
	}
	if len(more) == 0 || len(with.Scenarios) != len(without.Scenarios)+len(more) {
		t.Errorf("%d scenarios, and %d with those that take long (%v)", len(without.Scenarios), len(with.Scenarios), more)
	}
	for _, id := range more {
		if !strings.Contains(without.Why, id) || strings.Contains(with.Why, id) {
			t.Errorf("%s was left out, and the verdicts say: %s; with it: %s", id, without.Why, with.Why)
		}
	}
}

func TestEachDefectIsCaughtByItsScenarioWithItsCause(t *testing.T) {
	var rows []bundled.Row
	list := catalogue(t)
	synctest.Test(t, func(t *testing.T) { rows = slices.Collect(bundled.Matrix(t.Context(), list...)) })
	if got, want := len(rows), len(list); got != want {
		t.Fatalf("%d rows, want %d", got, want)
	}
	alike := map[string]string{}
	for _, r := range rows {
		if !r.AsExpected() {
			t.Errorf("%s: caught by %v at %s for %v (%v), want %s at %s for %s", r.Defect.Name, r.CaughtBy, r.Check, r.Causes, r.Err,
				r.Defect.Scenario, r.Defect.Check, r.Defect.Cause)
		}
		if gate := slices.Equal(r.CaughtBy, []string{"reach"}); 2*len(r.CaughtBy) > r.Ran && !gate {
			t.Errorf("%s: %d of %d scenarios failed: a switch that refuses everything shows nothing", r.Defect.Name, len(r.CaughtBy), r.Ran)
		}
		row := fmt.Sprint(r.CaughtBy, r.Check, r.Causes)
		if other, twice := alike[row]; twice {
			t.Errorf("%s and %s cannot be told apart: %s", r.Defect.Name, other, row)
		}
		alike[row] = r.Defect.Name
	}
	if underRace {
		return // what follows asks the whole catalogue
	}
	everyScenarioCatchesOneAlone(t, rows)
	everyMustFailsFirst(t, rows)
}

// catalogue gives all defects; under the race detector, which slows them down
// tenfold, each eighth: `make test` runs the whole matrix without it.
func catalogue(t *testing.T) []defect.Defect {
	t.Helper()
	all := defect.Catalogue()
	if !underRace {
		return all
	}
	var some []defect.Defect
	for i := 0; i < len(all); i += 8 {
		some = append(some, all[i])
	}
	t.Logf("under the race detector: %d of %d defects", len(some), len(all))
	return some
}

// everyScenarioCatchesOneAlone: a scenario that catches nothing alone proves
// nothing that others do not.
func everyScenarioCatchesOneAlone(t *testing.T, rows []bundled.Row) {
	t.Helper()
	alone, others := map[string]bool{}, map[string][]string{}
	for _, r := range rows {
		if r.Alone() {
			alone[r.CaughtBy[0]] = true
		}
		others[r.Defect.Scenario] = append(others[r.Defect.Scenario], fmt.Sprintf("%s: %v", r.Defect.Name, r.CaughtBy))
	}
	for _, s := range inMemory(t, "", long).Scenarios {
		if !alone[s.ID] {
			t.Errorf("%s catches no defect alone, but with others %v", s.ID, others[s.ID])
			alone[s.ID] = true // said once
		}
	}
}

// ofNoSwitch are the rules that no switch can be the first to fail: those that
// `ringproof probe` alone holds, those about ourselves, and those of phones that
// are not ours, which the demo has none of (real_test.go).
var ofNoSwitch = []string{
	"source.ready", "register.withdrawn", "load.offered", "phone.calls", "phone.heard", "phone.hears", "phone.released",
}

// everyMustFailsFirst: a must that is never the first to fail could be left
// out.
func everyMustFailsFirst(t *testing.T, rows []bundled.Row) {
	t.Helper()
	first := map[string]bool{}
	for _, r := range rows {
		first[r.Check] = true
	}
	for _, r := range check.Catalogue() {
		if r.Severity == record.Must && !first[r.ID] && !slices.Contains(ofNoSwitch, r.ID) {
			t.Errorf("%s is the first failure of no defect", r.ID)
		}
	}
}
