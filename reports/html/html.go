// Package html renders a run as one HTML file that opens without a network:
// no script, no font, no image from elsewhere; light and dark; printable.
package html

import (
	_ "embed" // for the template and the style
	"fmt"
	"html/template"
	"io"
	"time"

	"ringproof/reports/ladder"
	"ringproof/reports/record"
)

//go:embed report.html.tmpl
var page string

//go:embed report.css
var style string

// Render writes the report.
func Render(w io.Writer, run *record.Run) error {
	t, err := template.New("report").Funcs(template.FuncMap{"ms": ms, "clock": clock}).Parse(page)
	if err != nil {
		return err
	}
	return t.Execute(w, newView(run))
}

// view is what the template shows.
type view struct {
	Run       *record.Run
	Style     template.CSS
	Tested    record.System
	Counts    []count
	Causes    []cause
	Scenarios []scenario
}

type count struct {
	Status record.Status
	N      int
}

// cause groups findings: one cause may fail many scenarios.
type cause struct {
	Cause record.Cause
	Items []item
}

type item struct {
	record.Finding
	Scenarios []record.Scenario
}

type scenario struct {
	record.Scenario
	Checks   []record.Check
	Findings []record.Finding
	Streams  []record.Stream
	Ladder   *ladder.Ladder
	Rows     []row
	Open     bool
}

// row is a message with the geometry of its arrow, in columns.
type row struct {
	ladder.Row
	Left, Width int
	Kind        string // class: request, provisional, success, refusal
	ToRight     bool
}

func newView(run *record.Run) view {
	v := view{Run: run, Style: template.CSS(style)} //nolint:gosec // our own file
	for _, s := range run.Site.Systems {
		if s.Tested {
			v.Tested = s
		}
	}
	n := map[record.Status]int{}
	for _, s := range run.Scenarios {
		v.Scenarios = append(v.Scenarios, newScenario(run, s))
		if s.Try > 1 {
			continue // it counts, and is explained, by its first try
		}
		n[s.Status]++
		for _, f := range run.Of(s.Index) {
			v.add(f, s)
		}
	}
	for _, s := range []record.Status{record.Passed, record.Failed, record.Flaky, record.Skipped, record.NotRun} {
		if n[s] > 0 {
			v.Counts = append(v.Counts, count{s, n[s]})
		}
	}
	return v
}

// add groups a finding under its cause, and with others of the same words.
func (v *view) add(f record.Finding, s record.Scenario) {
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

func newScenario(run *record.Run, s record.Scenario) scenario {
	out := scenario{
		Scenario: s, Checks: run.ChecksOf(s.Index), Findings: run.Of(s.Index),
		Ladder: ladder.Build(run, s.Index), Open: s.Status == record.Failed || s.Status == record.Flaky,
	}
	for _, x := range run.Streams {
		if x.Scenario == s.Index {
			out.Streams = append(out.Streams, x)
		}
	}
	for _, r := range out.Ladder.Rows {
		out.Rows = append(out.Rows, row{
			Row: r, Left: min(r.From, r.To), Width: max(r.From, r.To) - min(r.From, r.To),
			Kind: kind(r.Code), ToRight: r.To > r.From,
		})
	}
	return out
}

func kind(code int) string {
	switch {
	case code == 0:
		return "request"
	case code < 200, code == 401, code == 407: // a challenge is no failure
		return "provisional"
	case code < 300:
		return "success"
	}
	return "refusal"
}

func ms(ns int64) string {
	d := time.Duration(ns)
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d < time.Millisecond:
		return "under 1 ms"
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}

func clock(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
