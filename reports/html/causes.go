package html

import (
	"cmp"
	"regexp"
	"slices"

	"ringproof/reports/record"
)

// cause groups findings: one cause may fail many scenarios.
type cause struct {
	Cause record.Cause
	Items []item
}

// item is one thing to do, with the findings that it follows from.
type item struct {
	record.Finding // the first of them
	Where          []where
}

// where is a scenario that met a finding.
type where struct {
	record.Scenario
	Said string // why, where it is in other words than the first
}

// blame groups a finding under its cause, and with others after which the same
// is to be done.
func (v *view) blame(f record.Finding, s record.Scenario) {
	i := slices.IndexFunc(v.Causes, func(c cause) bool { return c.Cause == f.Cause })
	if i < 0 {
		i = len(v.Causes)
		v.Causes = append(v.Causes, cause{Cause: f.Cause})
	}
	c := &v.Causes[i]
	j := slices.IndexFunc(c.Items, func(x item) bool { return x.ToDo == f.ToDo })
	if j < 0 {
		j = len(c.Items)
		c.Items = append(c.Items, item{Finding: f})
	}
	c.Items[j].met(s, f.Why)
}

// met adds a scenario, once.
func (x *item) met(s record.Scenario, why string) {
	said := ""
	if worded(why) != worded(x.Why) {
		said = why
	}
	for i, w := range x.Where {
		if w.Index == s.Index {
			x.Where[i].Said = cmp.Or(w.Said, said)
			return
		}
	}
	x.Where = append(x.Where, where{s, said})
}

var figures = regexp.MustCompile(`[0-9][0-9.:]*`)

// worded gives a sentence without its numbers and addresses: those of one
// scenario are another's in the same words.
func worded(s string) string { return figures.ReplaceAllString(s, "0") }
