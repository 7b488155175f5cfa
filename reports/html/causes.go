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

// unproved groups scenarios that neither passed nor failed, for one reason.
type unproved struct {
	Result    string // "flaky", "skipped", "not run", "waived", "not applicable"
	Why       string
	Waiver    *record.Waiver
	Scenarios []scenario
}

// excuse lists a scenario that was not proved under its reason; what is not
// applicable stands apart, for nothing is left of it to prove.
func (v *view) excuse(s scenario) {
	switch {
	case s.Status == record.Passed, s.Status == record.Failed:
	case s.NotApplicable:
		v.Without = under(v.Without, s)
	default:
		v.Unproved = under(v.Unproved, s)
	}
}

// under adds a scenario to those with the same result for the same reason.
func under(list []unproved, s scenario) []unproved {
	for i := range list {
		u := &list[i]
		if u.Result == s.Result && u.Why == s.Why && (u.Waiver == nil || s.Waiver != nil && *u.Waiver == *s.Waiver) {
			u.Scenarios = append(u.Scenarios, s)
			return list
		}
	}
	return append(list, unproved{s.Result, s.Why, s.Waiver, []scenario{s}})
}
