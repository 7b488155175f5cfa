package record_test

import (
	"testing"

	"ringproof/reports/record"
)

// What is open from every side is named once; what is open from one, with it.
func TestOpenFromEverySideIsNamedOnce(t *testing.T) {
	s := func(id, name, from string, without bool) record.Scenario {
		x := record.Scenario{ID: id, Name: name + " (from " + from + ")", From: from, Try: 1, Status: record.Passed}
		if without {
			x.Status, x.NotApplicable, x.Why = record.Skipped, true, "not applicable: none"
		}
		return x
	}
	r := record.Run{}
	for _, from := range []string{"north", "south"} {
		r.Scenarios = append(
			r.Scenarios,
			s("busy", "Busy, in peer-to-peer mode", from, true), s("busy", "Busy, in registration mode", from, false),
			s("loop", "A loop", from, true), s("hold", "Hold", from, from == "north"),
		)
	}
	_, without := r.Unproved()
	var got []string
	for _, x := range without[0].Scenarios {
		got = append(got, x.Label)
	}
	want := []string{"busy (in peer-to-peer mode)", "loop", "hold (from north)"}
	if len(without) != 1 || len(got) != len(want) || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("got %q, want %q", got, want)
	}
}
