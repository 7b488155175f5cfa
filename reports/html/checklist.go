package html

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"ringproof/reports/record"
)

// group is a feature: a chapter of the checklist and of the evidence.
type group struct {
	File, Name, Text string
	Scenarios        []scenario // tries after the first included
	Passed, Total    int        // of the first tries, but for those not applicable
	Without          int        // not applicable
	Class            string     // "failed", "open" where something was not proved, or nothing
}

// group gives the feature's chapter, a new one if it has none.
func (v *view) group(run *record.Run, file string) *group {
	for i := range v.Groups {
		if v.Groups[i].File == file {
			return &v.Groups[i]
		}
	}
	g := group{File: file, Name: title(file)}
	for _, f := range run.Features {
		if f.File == file {
			g.Name, g.Text = f.Name, f.Text
		}
	}
	v.Groups = append(v.Groups, g)
	return &v.Groups[len(v.Groups)-1]
}

// add adds a scenario, a repetition behind what it repeats.
func (g *group) add(s scenario) {
	if s.Try > 1 {
		for i, first := range slices.Backward(g.Scenarios) {
			if first.ID == s.ID && first.Name == s.Name {
				g.Scenarios = slices.Insert(g.Scenarios, i+1, s)
				return
			}
		}
	}
	g.Scenarios = append(g.Scenarios, s)
	if s.Try > 1 {
		return
	}
	if s.NotApplicable {
		g.Without++
		return
	}
	g.Total++
	switch {
	case s.Status == record.Passed:
		g.Passed++
	case s.Status == record.Failed:
		g.Class = "failed"
	case g.Class == "":
		g.Class = "open"
	}
}

var numbered = regexp.MustCompile(`^[0-9]+[_-]`)

// title makes a heading of a feature's file, for records that have no better:
// "10_calls.feature" is "Calls".
func title(file string) string {
	name, isFile := strings.CutSuffix(path.Base(file), ".feature")
	if !isFile {
		return file
	}
	name = strings.ReplaceAll(numbered.ReplaceAllString(name, ""), "_", " ")
	return strings.ToUpper(name[:min(1, len(name))]) + name[min(1, len(name)):]
}
