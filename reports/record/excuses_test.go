package record_test

import (
	"slices"
	"testing"

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
		"passed and not applicable":  {waived(passed, without), "it is not applicable"},
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
	}}
	var got []string
	for _, s := range run.Scenarios {
		got = append(got, run.Label(s))
	}
	want := []string{"busy (in registration mode)", "busy (in peer-to-peer mode)", "loop", "loop", "odd (One)", "odd (Another, thing)"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
