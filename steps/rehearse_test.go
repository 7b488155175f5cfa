package steps_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"ringproof/reports/record"
	"ringproof/steps"
	"ringproof/steps/target/bundled"
)

// dialled lists who called what, in alphabetical order: parties enter their
// calls into the record side by side.
func dialled(run *record.Run) []string {
	var out []string
	for _, a := range run.Attempts {
		if !a.Inbound {
			out = append(out, fmt.Sprintf("%s: %s dialled %s", run.Scenarios[a.Scenario].ID, a.From, a.To))
		}
	}
	slices.Sort(out)
	return out
}

func TestRehearsalDialsWhatTheRunDialsAndOpensNothing(t *testing.T) {
	var rehearsed *record.Run
	synctest.Test(t, func(t *testing.T) {
		out := t.TempDir() + "/report"
		var err error
		rehearsed, err = bundled.Rehearse(t.Context(), steps.Suite{Network: forbidden{t}, Seed: 1, Out: out})
		if err != nil {
			t.Fatal(err)
		}
	})
	want := dialled(inMemory(t, ""))
	if got := dialled(rehearsed); !slices.Equal(got, want) || len(want) < 10 {
		t.Errorf("rehearsed %q, run %q", got, want)
	}
}
