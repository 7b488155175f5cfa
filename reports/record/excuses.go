package record

import (
	"fmt"
	"strings"
)

// Excused gives the waiver that excuses a scenario, where it was neither proved
// nor found wanting. What is not applicable needs none.
func (r *Run) Excused(s Scenario) (Waiver, bool) {
	if s.Status == Passed || s.Status == Failed || s.NotApplicable || s.Try > 1 {
		return Waiver{}, false
	}
	return r.Site.Waiver(s.ID)
}

// Idle is a waiver that excused nothing, and why it did not.
type Idle struct {
	Waiver
	Why string
}

const failedAnyway = "it failed, which no waiver excuses"

// Idle gives the waivers that excused nothing, but for those whose scenario was
// not selected.
func (r *Run) Idle() (out []Idle) {
	for _, w := range r.Site.Waivers {
		tried, why := false, "it is not applicable"
		for _, s := range r.Scenarios {
			if s.ID != w.Scenario || s.Try > 1 {
				continue
			}
			tried = true
			if _, ok := r.Excused(s); ok {
				tried = false
				break
			}
			switch {
			case s.Status == Failed:
				why = failedAnyway
			case s.Status == Passed && why != failedAnyway:
				why = "it passed"
			}
		}
		if tried {
			out = append(out, Idle{w, why})
		}
	}
	return out
}

// Label names a scenario by its id and, where an outline has several rows of
// that id, by what its name says behind what they have in common: "busy (in
// registration mode)".
func (r *Run) Label(s Scenario) string {
	common, rows := strings.Fields(s.Name), 0
	for _, x := range r.Scenarios {
		if x.ID != s.ID || x.Name == s.Name {
			continue
		}
		rows++
		other, n := strings.Fields(x.Name), 0
		for n < min(len(common), len(other)) && common[n] == other[n] {
			n++
		}
		common = common[:n]
	}
	if rows == 0 {
		return s.ID
	}
	n := len(common) // whole clauses of it, if there are any
	for i := n; i > 0; i-- {
		if strings.HasSuffix(common[i-1], ",") {
			n = i
			break
		}
	}
	return fmt.Sprintf("%s (%s)", s.ID, strings.Join(strings.Fields(s.Name)[n:], " "))
}

// Result says how a scenario ended: by its status, or as "waived" or "not
// applicable". A flaky one stays flaky, waived or not.
func (r *Run) Result(s Scenario) string {
	if s.NotApplicable {
		return "not applicable"
	}
	if _, ok := r.Excused(s); ok && s.Status != Flaky {
		return "waived"
	}
	return string(s.Status)
}

// Open are scenarios that neither passed nor failed, with the same result for
// the same reason.
type Open struct {
	Result    string // "flaky", "skipped", "not run", "waived", "not applicable"
	Why       string
	Waiver    *Waiver
	Scenarios []Labelled
}

// Labelled is a scenario with what tells it from the others.
type Labelled struct {
	Scenario
	Label string
}

// Unproved gives what was left open, and apart from it what is not applicable,
// of which nothing is left to prove.
func (r *Run) Unproved() (open, without []Open) {
	for _, s := range r.Scenarios {
		switch {
		case s.Status == Passed, s.Status == Failed, s.Try > 1:
		case s.NotApplicable:
			without = r.under(without, s)
		default:
			open = r.under(open, s)
		}
	}
	return open, without
}

// under adds a scenario to those with its result, reason and waiver.
func (r *Run) under(list []Open, s Scenario) []Open {
	o := Open{Result: r.Result(s), Why: s.Why, Scenarios: []Labelled{{s, r.Label(s)}}}
	if w, ok := r.Excused(s); ok {
		o.Waiver = &w
	}
	for i, x := range list {
		same := x.Waiver == nil && o.Waiver == nil || x.Waiver != nil && o.Waiver != nil && *x.Waiver == *o.Waiver
		if x.Result == o.Result && x.Why == o.Why && same {
			list[i].Scenarios = append(list[i].Scenarios, o.Scenarios...)
			return list
		}
	}
	return append(list, o)
}
