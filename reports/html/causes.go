package html

import "ringproof/reports/record"

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
	for i := range v.Causes {
		c := &v.Causes[i]
		if c.Cause != f.Cause {
			continue
		}
		for j := range c.Items {
			x := &c.Items[j]
			switch {
			case x.ToDo != f.ToDo:
				continue
			case x.Why == f.Why:
				x.Where = append(x.Where, where{s, ""})
			default:
				x.Where = append(x.Where, where{s, f.Why})
			}
			return
		}
		c.Items = append(c.Items, item{f, []where{{s, ""}}})
		return
	}
	v.Causes = append(v.Causes, cause{f.Cause, []item{{f, []where{{s, ""}}}}})
}
