package record_test

import (
	"slices"
	"testing"
	"time"

	"ringproof/reports/record"
)

func waived(list ...record.Scenario) *record.Run {
	for i := range list {
		if list[i].Index, list[i].ID = i, "busy"; list[i].Try == 0 {
			list[i].Try = 1
		}
	}
	return &record.Run{Scenarios: list, Site: record.Site{Waivers: []record.Waiver{{Scenario: "busy", Reason: "no phones", By: "A. Customer"}}}}
}

func TestWaiverThatExcusedNothingIsNamed(t *testing.T) {
	passed, skipped := record.Scenario{Status: record.Passed}, record.Scenario{Status: record.Skipped}
	without := record.Scenario{Status: record.Skipped, NotApplicable: true}
	for name, c := range map[string]struct {
		run *record.Run
		why string
	}{
		"passed":                     {waived(passed), "it passed"},
		"passed and not applicable":  {waived(without, passed, without), "it passed"},
		"not applicable":             {waived(without), "it is not applicable"},
		"failed":                     {waived(record.Scenario{Status: record.Failed}, without), "it failed, which no waiver excuses"},
		"one row of two was skipped": {waived(passed, skipped), ""},
		"flaky":                      {waived(record.Scenario{Status: record.Flaky}, record.Scenario{Status: record.Passed, Try: 2}), ""},
		"not run":                    {waived(record.Scenario{Status: record.NotRun}), ""},
		"not selected":               {waived(), ""},
	} {
		idle := c.run.Idle()
		if (c.why == "") != (len(idle) == 0) || len(idle) > 0 && (idle[0].Why != c.why || idle[0].Scenario != "busy") {
			t.Errorf("%s: got %+v, want %q", name, idle, c.why)
		}
	}
}

func TestLabelTellsTheRowsOfAnOutlineApart(t *testing.T) {
	run := &record.Run{Scenarios: []record.Scenario{
		{ID: "busy", Name: "A busy callee is reported, in registration mode"},
		{ID: "busy", Name: "A busy callee is reported, in peer-to-peer mode"},
		{ID: "loop", Name: "A call that goes round, for ever, ends"},
		{ID: "loop", Name: "A call that goes round, for ever, ends", Try: 2},
		{ID: "odd", Name: "One"},
		{ID: "odd", Name: "Another, thing"},
		{ID: "hold", Name: "It is held by the caller, at once, in one mode"},
		{ID: "hold", Name: "It is held by the caller, at once, in another"},
		{ID: "hold", Name: "It is held by the callee, at once, in one mode"},
	}}
	var got []string
	for _, s := range run.Scenarios {
		got = append(got, run.Label(s))
	}
	want := []string{
		"busy (in registration mode)", "busy (in peer-to-peer mode)", "loop", "loop", "odd (One)", "odd (Another, thing)",
		"hold (caller, at once, in one mode)", "hold (caller, at once, in another)", "hold (callee, at once, in one mode)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A killed run, and one that could not begin, tell what they did not come to:
// an outline's rows are counted one by one, a repetition is none.
func TestWhatWasPlannedAndNeverBegunWasNotRun(t *testing.T) {
	planned := []record.Planned{{ID: "a", Name: "A", Feature: "f"}, {ID: "a", Name: "A", Feature: "f"}, {ID: "a", Name: "A", Feature: "f"}, {ID: "b", Name: "B", Feature: "f"}}
	dir := t.TempDir()
	j, err := record.NewJournal(dir, record.Run{Planned: planned, Started: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	j.Add(record.Scenario{Index: 0, ID: "a", Name: "A", Feature: "f", Try: 1, Status: record.Passed})
	j.Add(record.Scenario{Index: 1, ID: "a", Name: "A", Feature: "f", Try: 1, Status: record.NotRun})
	j.Add(record.Scenario{Index: 2, ID: "a", Name: "A", Feature: "f", Try: 2, Status: record.Passed})
	statuses := func(run *record.Run) (out []string) {
		for i, s := range run.Scenarios {
			if s.Index != i {
				t.Errorf("scenario %d has index %d", i, s.Index)
			}
			out = append(out, s.ID+" "+string(s.Status))
		}
		return out
	}
	want := []string{"a passed", "a not run", "a passed", "a not run", "b not run"}
	killed, err := record.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := statuses(killed); !slices.Equal(got, want) || killed.Scenarios[3].Why != "the run ended before it" {
		t.Errorf("killed: got %q, want %q", got, want)
	}
	ended, err := j.Finish(record.Invalid, "no address")
	if err != nil {
		t.Fatal(err)
	}
	if got := statuses(ended); !slices.Equal(got, want) || ended.Scenarios[4].Why != "the run did not come to it: no address" {
		t.Errorf("ended: got %q, want %q", got, want)
	}
}
