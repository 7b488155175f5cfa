// Package junit renders a run as JUnit XML, for CI servers.
package junit

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"ringproof/reports/record"
)

type suites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Skipped  int      `xml:"skipped,attr"`
	Time     string   `xml:"time,attr"`
	Suites   []*suite `xml:"testsuite"`
}

type suite struct {
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Skipped  int        `xml:"skipped,attr"`
	Cases    []testcase `xml:"testcase"`
}

type testcase struct {
	Class   string   `xml:"classname,attr"`
	Name    string   `xml:"name,attr"`
	Time    string   `xml:"time,attr"`
	Failure *outcome `xml:"failure"`
	Skipped *outcome `xml:"skipped"`
	Out     string   `xml:"system-out,omitempty"`
}

type outcome struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// Render writes the run, each scenario by its first try. A flaky one counts as
// failed: what passes only at the second try was not proved.
func Render(w io.Writer, run *record.Run) error {
	all := suites{Name: run.Site.Name, Time: seconds(run.Ended)}
	by := map[string]*suite{}
	for _, s := range run.Scenarios {
		if s.Try > 1 {
			continue
		}
		g := by[s.Feature]
		if g == nil {
			g = &suite{Name: s.Feature}
			by[s.Feature] = g
			all.Suites = append(all.Suites, g)
		}
		c := testcase{Class: s.ID, Name: s.Name, Time: seconds(s.End - s.Start), Out: checks(run, s.Index)}
		switch s.Status {
		case record.Passed:
		case record.Failed, record.Flaky:
			c.Failure = failure(run, s)
			g.Failures++
			all.Failures++
		default:
			c.Skipped = &outcome{Message: s.Why}
			g.Skipped++
			all.Skipped++
		}
		g.Tests++
		all.Tests++
		g.Cases = append(g.Cases, c)
	}
	if !run.Verdict.Holds() && all.Failures == 0 {
		all.judge(run)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// judge adds a test case for the run's verdict, where no other says that it was
// not accepted: it was invalid, interrupted, or something was not proved.
func (all *suites) judge(run *record.Run) {
	c := testcase{Class: "verdict", Name: "The run is accepted", Time: seconds(run.Ended)}
	c.Failure = &outcome{Message: fmt.Sprintf("%s: %s", run.Verdict, run.Why), Type: string(run.Verdict)}
	all.Suites = append(all.Suites, &suite{Name: "The run", Tests: 1, Failures: 1, Cases: []testcase{c}})
	all.Tests++
	all.Failures++
}

func failure(run *record.Run, s record.Scenario) *outcome {
	o := &outcome{Message: s.Why, Type: string(record.CauseUnknown)}
	for i, f := range run.Of(s.Index) {
		if i == 0 {
			o.Type = string(f.Cause)
		}
		o.Text += fmt.Sprintf("%s: %s\n%s\n%s\n", f.Cause, f.Why, strings.Join(f.Evidence, "\n"), f.ToDo)
	}
	return o
}

func checks(run *record.Run, scenario int) string {
	var b strings.Builder
	for _, c := range run.ChecksOf(scenario) {
		fmt.Fprintf(&b, "%s %s: %s: %s (limit: %s; %s)\n", c.Verdict, c.ID, c.Subject, c.Measured, c.Limit, c.Source)
	}
	return b.String()
}

func seconds(ns int64) string { return fmt.Sprintf("%.3f", float64(ns)/1e9) }
