package steps_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/internal/memnet"
	"ringproof/reports/record"
	"ringproof/steps"
	"ringproof/steps/target/bundled"
)

// A run tells what it is at before it waits: who watches a registration end
// sees for how long.
func TestRunTellsWhatItIsAtAndHowLongItMayWait(t *testing.T) {
	path := profile(t, phonesToo+"registration: {expiry: 60s, grace: 3s}\n")
	var told []string
	var longest time.Duration
	synctest.Test(t, func(t *testing.T) {
		target, err := bundled.New(bundled.Config{Profile: path})
		if err != nil {
			t.Fatal(err)
		}
		h, err := steps.New(steps.Suite{
			Profile: path, Target: target, Network: memnet.New(), Seed: 1, Tags: "@id:register.expired",
			Doing: func(d steps.Doing) {
				told = append(told, fmt.Sprintf("%s: %s", d.Scenario.ID, d.Step))
				if d.Step == "the first registration has ended" {
					longest = max(longest, d.AtMost)
				}
			},
			Watch: func(s record.Scenario, _ []record.Finding) { told = append(told, s.ID+" ended") },
		})
		if err != nil {
			t.Fatal(err)
		}
		if run, err := h.Run(t.Context()); err != nil || run.Verdict != record.Accepted {
			t.Fatalf("%+v, %v", run, err)
		}
	})
	told = slices.Compact(told)
	want := []string{
		"reach: ", "reach ended", "register.expired: ", "register.expired: a registered caller",
		"register.expired: a callee that registers for a short time", "register.expired: the first registration has ended",
	}
	if len(told) < len(want) || !slices.Equal(told[:len(want)], want) || told[len(told)-1] != "register.expired ended" {
		t.Errorf("told %q, want it to begin with %q", told, want)
	}
	if longest < 62*time.Second || longest > 64*time.Second {
		t.Errorf("it may wait %s, want an expiry of 60s and a grace of 3s", longest)
	}
}
