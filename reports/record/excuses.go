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

// Idle gives the waivers that excused nothing, but for those whose scenario was
// not selected.
func (r *Run) Idle() (out []Idle) {
	for _, w := range r.Site.Waivers {
		tried, why := false, "it passed"
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
				why = "it failed, which no waiver excuses"
			case s.NotApplicable && why == "it passed":
				why = "it is not applicable"
			}
		}
		if tried {
			out = append(out, Idle{w, why})
		}
	}
	return out
}

// Label names a scenario by its id and, where an outline has several rows of
// that id, by what its name says of the row: "busy (in registration mode)".
func (r *Run) Label(s Scenario) string {
	for _, x := range r.Scenarios {
		if x.ID != s.ID || x.Name == s.Name {
			continue
		}
		words := s.Name
		if at := strings.LastIndex(words, ", "); at >= 0 && strings.HasPrefix(x.Name, words[:at]) {
			words = words[at+2:]
		}
		return fmt.Sprintf("%s (%s)", s.ID, words)
	}
	return s.ID
}
