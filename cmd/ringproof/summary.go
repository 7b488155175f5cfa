package main

import (
	"fmt"
	"slices"
	"strings"

	"ringproof/reports/record"
)

// verdict prints how the run ended: what failed and through what, what was
// not proved and why, and what it comes to.
func (p *printer) verdict(run *record.Run, path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calm()
	if p.ladder {
		p.checks(run)
	}
	p.failed(run)
	open, without := run.Unproved()
	p.unproved(run, "Not proved", open)
	p.unprovable(run)
	p.unproved(run, "Not applicable", without)
	p.line("")
	for _, w := range run.Idle() {
		p.text(yellow, "· ", "", fmt.Sprintf("waiver for %s excused nothing: %s", w.Scenario, w.Why))
	}
	p.text(bold+";"+colourOf(run.Verdict), string(run.Verdict), "", run.Why)
	p.line("report: %s", path)
}

func colourOf(v record.Verdict) string {
	switch v {
	case record.Accepted, record.Worked:
		return green
	case record.NotAccepted, record.NotWorked:
		return red
	}
	return yellow
}

// failed lists what failed under its cause.
func (p *printer) failed(run *record.Run) {
	var causes []string
	of := map[string][]record.Labelled{}
	for _, s := range run.Scenarios {
		if s.Status != record.Failed || s.Try > 1 {
			continue
		}
		cause := string(record.CauseUnknown)
		if list := run.Of(s.Index); len(list) > 0 {
			cause = string(list[0].Cause)
		}
		if !slices.Contains(causes, cause) {
			causes = append(causes, cause)
		}
		of[cause] = append(of[cause], record.Labelled{Scenario: s, Label: run.Label(s)})
	}
	if len(causes) > 0 {
		p.line("\n%s", p.paint(bold, "Failed"))
	}
	for _, c := range causes {
		p.text(red, fmt.Sprintf("  %-14s ", c), "", names(run, of[c]))
	}
}

// unproved lists what was left open, by the reason.
func (p *printer) unproved(run *record.Run, title string, list []record.Open) {
	if len(list) > 0 {
		p.line("\n%s", p.paint(bold, title))
	}
	for _, o := range list {
		head := "  "
		if o.Result != "not applicable" { // which the title says
			head = fmt.Sprintf("  %-14s ", o.Result)
		}
		p.text(yellow, head, "", names(run, o.Scenarios))
		p.text("", "    ", faint, o.Why)
		if o.Waiver != nil {
			p.text("", "    ", faint, fmt.Sprintf("waived by %s: %s", o.Waiver.By, o.Waiver.Reason))
		}
	}
}

// names lists scenarios; an outline of which every row is among them by its id
// alone.
func names(run *record.Run, list []record.Labelled) string {
	rows, here := map[string]int{}, map[string]int{}
	for _, s := range run.Scenarios {
		if s.Try < 2 {
			rows[s.ID]++
		}
	}
	for _, s := range list {
		here[s.ID]++
	}
	var out []string
	for _, s := range list {
		name := s.Label
		if here[s.ID] == rows[s.ID] {
			name = s.ID
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}

// unprovable lists checks that could not be made in scenarios that passed.
func (p *printer) unprovable(run *record.Run) {
	titled := false
	for _, c := range run.Checks {
		if c.Verdict != record.Unprovable || c.Scenario >= len(run.Scenarios) || run.Scenarios[c.Scenario].Status != record.Passed {
			continue
		}
		if !titled {
			titled = true
			p.line("\n%s", p.paint(bold, "Not proved in scenarios that passed"))
		}
		p.text("", "  ", "", fmt.Sprintf("%s: %s: %s", run.Label(run.Scenarios[c.Scenario]), c.Title, c.Measured))
	}
}
