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
	text := r.row(s)
	switch {
	case s.From != "" && text != "":
		text += ", from " + s.From
	case s.From != "":
		text = "from " + s.From
	}
	return labelled(s.ID, text)
}

func labelled(id, text string) string {
	if text == "" {
		return id
	}
	return fmt.Sprintf("%s (%s)", id, text)
}

// row gives what a scenario's name says behind what it has in common with the
// other rows of its outline; empty where there is no other.
func (r *Run) row(s Scenario) string {
	words := strings.Fields(anySide(s))
	common, rows := words, 0
	for _, x := range r.Scenarios {
		if x.ID != s.ID || anySide(x) == anySide(s) {
			continue
		}
		rows++
		other, n := strings.Fields(anySide(x)), 0
		for n < min(len(common), len(other)) && common[n] == other[n] {
			n++
		}
		common = common[:n]
	}
	if rows == 0 {
		return ""
	}
	n := len(common) // whole clauses of it, if there are any
	for i := n; i > 0; i-- {
		if strings.HasSuffix(common[i-1], ",") {
			n = i
			break
		}
	}
	return strings.Join(words[n:], " ")
}

// anySide is a scenario's name from whatever side.
func anySide(s Scenario) string { return strings.TrimSuffix(s.Name, " (from "+s.From+")") }

// folded names scenarios that are open from every side once, without the side.
func (r *Run) folded(list []Labelled) (out []Labelled) {
	sides, open := map[string]bool{}, map[string]int{}
	for _, s := range r.Scenarios {
		if s.From != "" {
			sides[s.From] = true
		}
	}
	for _, x := range list {
		open[x.ID+anySide(x.Scenario)]++
	}
	for _, x := range list {
		switch key := x.ID + anySide(x.Scenario); {
		case len(sides) < 2 || open[key] > 0 && open[key] < len(sides):
			out = append(out, x)
		case open[key] > 0: // the first of them
			x.Label = labelled(x.ID, r.row(x.Scenario))
			out = append(out, x)
			open[key] = 0
		}
	}
	return out
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
	for _, all := range [][]Open{open, without} {
		for i := range all {
			all[i].Scenarios = r.folded(all[i].Scenarios)
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
