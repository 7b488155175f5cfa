package html

import "ringproof/reports/record"

// cause groups findings: one cause may fail many scenarios.
type cause struct {
	Cause record.Cause
	Items []item
}

// item is one finding, with the scenarios that met it in the same words.
type item struct {
	record.Finding
	Scenarios []record.Scenario
}

// blame groups a finding under its cause, and with others of the same words.
func (v *view) blame(f record.Finding, s record.Scenario) {
	for i := range v.Causes {
		c := &v.Causes[i]
		if c.Cause != f.Cause {
			continue
		}
		for j := range c.Items {
			if c.Items[j].Why == f.Why {
				c.Items[j].Scenarios = append(c.Items[j].Scenarios, s)
				return
			}
		}
		c.Items = append(c.Items, item{f, []record.Scenario{s}})
		return
	}
	v.Causes = append(v.Causes, cause{f.Cause, []item{{f, []record.Scenario{s}}}})
}
