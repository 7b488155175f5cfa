// Package html renders a run as one HTML file that opens without a network:
// no script, no font, no image from elsewhere; light and dark; printable.
//
// [Render] does it. A file here is a part of the page: what it shows is made
// ready in Go, how it is laid out is in page/, how it looks in style/.
package html

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"ringproof/reports/record"
)

//go:embed page style
var files embed.FS

// Render writes the report.
func Render(w io.Writer, run *record.Run) error {
	t, err := template.New("report").Funcs(template.FuncMap{
		"ms": ms, "styled": styled, "clock": clock, "span": span, "times": times, "join": strings.Join,
	}).ParseFS(files, "page/*.tmpl")
	if err != nil {
		return err
	}
	v := newView(run)
	v.Margins = margins(run)
	if v.Style, err = style(); err != nil {
		return err
	}
	return t.ExecuteTemplate(w, "report.tmpl", v)
}

// view is what the templates show.
type view struct {
	Run      *record.Run
	Style    template.CSS
	Margins  template.CSS
	Under    []record.System
	Title    string
	Meaning  string
	Musts    string // how many of them held, and did not
	Counts   []count
	Causes   []cause
	Unproved []record.Open
	Without  []record.Open // what is not applicable
	Idle     []record.Idle
	Groups   []group
	Flows    []flow
}

// count is how many scenarios ended in a way.
type count struct {
	Result string
	Class  string
	N      int
}

func newView(run *record.Run) view {
	v := view{Run: run, Title: "Acceptance report", Under: run.Site.Under(), Meaning: meaning[run.Verdict], Flows: flows(run), Idle: run.Idle(), Musts: musts(run)}
	if !run.Kind.Judges() {
		v.Title = fmt.Sprintf("Report of a %s, not of an acceptance", run.Kind)
	}
	n := map[string]int{}
	for _, s := range run.Scenarios {
		x := newScenario(run, s)
		v.group(run, s.Feature).add(x)
		if s.Try > 1 {
			continue // it counts, and is explained, by its first try
		}
		n[x.Result]++
		for _, f := range run.Of(s.Index) {
			v.blame(f, s)
		}
	}
	v.Unproved, v.Without = run.Unproved()
	for _, r := range []string{"passed", "failed", "flaky", "skipped", "not run", "waived", "not applicable"} {
		if n[r] > 0 {
			v.Counts = append(v.Counts, count{r, styled(r), n[r]})
		}
	}
	return v
}

// musts counts the checks that a verdict hangs on, by first tries.
func musts(run *record.Run) string {
	n := map[record.Verdict]int{}
	for _, c := range run.Checks {
		if c.Severity == record.Must && c.Scenario < len(run.Scenarios) && run.Scenarios[c.Scenario].Try < 2 {
			n[c.Verdict]++
		}
	}
	if len(n) == 0 {
		return ""
	}
	out := fmt.Sprintf("%d held", n[record.Pass])
	if n[record.Fail] > 0 {
		out += fmt.Sprintf(", %d failed", n[record.Fail])
	}
	if n[record.Unprovable] > 0 {
		out += fmt.Sprintf(", %d not provable", n[record.Unprovable])
	}
	return out
}

// meaning says a run's verdict to somebody who meets it for the first time.
var meaning = map[record.Verdict]string{
	record.Accepted:    "Every requirement below was proved, or is waived by name.",
	record.NotAccepted: "At least one requirement was found not to hold.",
	record.Worked:      "What was tried works. It is no acceptance: the suite was not run.",
	record.NotWorked:   "What was tried does not work. The suite was not run.",
	record.Incomplete:  "Not every requirement was proved.",
	record.Invalid:     "The test itself, or the machine it ran on, was at fault. This says nothing about the system.",
	record.Interrupted: "The run was stopped before all requirements were tried.",
}
