package record

// Planned is a scenario that a run was to come to.
type Planned struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Feature string `json:"feature"`
}

// neverBegun enters, as not run, what was planned and has no entry: a run that
// was killed, or could not begin, leaves open what it did not come to.
func (r *Run) neverBegun(why string) {
	begun := map[Planned]int{}
	for _, s := range r.Scenarios {
		if s.Try < 2 {
			begun[Planned{s.ID, s.Name, s.Feature}]++
		}
	}
	for _, p := range r.Planned {
		if begun[p]--; begun[p] >= 0 {
			continue
		}
		r.Scenarios = append(r.Scenarios, Scenario{
			Index: len(r.Scenarios), ID: p.ID, Name: p.Name, Feature: p.Feature, Try: 1, Status: NotRun, Why: why,
		})
	}
}
