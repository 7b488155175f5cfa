// Package cucumber renders a run as Cucumber's JSON, for the many tools that
// read it.
package cucumber

import (
	"encoding/json"
	"io"
	"strings"

	"ringproof/reports/record"
)

type feature struct {
	URI      string    `json:"uri"`
	ID       string    `json:"id"`
	Keyword  string    `json:"keyword"`
	Name     string    `json:"name"`
	Elements []element `json:"elements"`
}

type element struct {
	ID      string `json:"id"`
	Keyword string `json:"keyword"`
	Type    string `json:"type"`
	Name    string `json:"name"`
	Tags    []tag  `json:"tags,omitempty"`
	Steps   []step `json:"steps"`
}

type tag struct {
	Name string `json:"name"`
}

type step struct {
	Keyword string `json:"keyword"`
	Name    string `json:"name"`
	Result  result `json:"result"`
}

type result struct {
	Status   string `json:"status"`
	Duration int64  `json:"duration"` // ns
	Error    string `json:"error_message,omitempty"`
}

// Render writes the run.
func Render(w io.Writer, run *record.Run) error {
	features := []*feature{}
	by := map[string]*feature{}
	for _, s := range run.Scenarios {
		if s.Try > 1 {
			continue // it counts by its first try
		}
		f := by[s.Feature]
		if f == nil {
			f = &feature{URI: s.Feature, ID: slug(s.Feature), Keyword: "Feature", Name: s.Feature}
			by[s.Feature] = f
			features = append(features, f)
		}
		f.Elements = append(f.Elements, scenario(s, f.ID))
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(features)
}

func scenario(s record.Scenario, feature string) element {
	e := element{ID: feature + ";" + slug(s.Name), Keyword: "Scenario", Type: "scenario", Name: s.Name, Steps: []step{}}
	for _, t := range append([]string{"@id:" + s.ID}, s.Tags...) {
		e.Tags = append(e.Tags, tag{t})
	}
	said := s.Status == record.Passed && len(s.Steps) > 0 // that it did not pass, if it did not
	for _, x := range s.Steps {
		r := result{Status: string(x.Status), Duration: x.End - x.Start, Error: x.Error}
		if x.Status == record.Failed && (s.Status == record.Skipped || s.Status == record.NotRun) {
			r.Status = string(record.Skipped)
		}
		if r.Status == string(record.Failed) && r.Error == "" {
			r.Error = s.Why
		}
		said = said || x.Status != record.Passed
		e.Steps = append(e.Steps, step{Keyword: "* ", Name: x.Text, Result: r})
	}
	if !said { // a gate, not run, or ended between two steps: a line that says so
		r := result{Status: status(s.Status), Duration: s.End - s.Start, Error: s.Why}
		e.Steps = append(e.Steps, step{Keyword: "* ", Name: s.Name, Result: r})
	}
	return e
}

// status gives Cucumber's word for what a scenario came to: readers judge it by
// its steps alone. What was not proved is skipped; a flaky one counts as
// failed, as in JUnit.
func status(s record.Status) string {
	switch s {
	case record.NotRun, record.Skipped:
		return string(record.Skipped)
	case record.Flaky:
		return string(record.Failed)
	}
	return string(s)
}

func slug(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(s))
}
