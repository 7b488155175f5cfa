package main

import (
	"fmt"
	"time"

	"ringproof/reports/record"
	"ringproof/steps"
)

const (
	// idColumns and tookColumns are how wide these stand before a name.
	idColumns, tookColumns = 22, 6
	// patience is how long something may take before it is said what it is,
	// where no line goes away by itself.
	patience = 5 * time.Second
)

// scenario prints how a scenario ended.
func (p *printer) scenario(s record.Scenario, findings []record.Finding) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calm()
	p.heading(s)
	mark, style, rest := "–", yellow, ""
	switch s.Status {
	case record.Passed:
		mark, style, rest = "✓", green, faint
	case record.Failed:
		mark, style = "✗", red
	}
	head := fmt.Sprintf("%-*s %*s  ", idColumns, s.ID, tookColumns, took(s.Took()))
	p.line("%s %s", p.paint(style, mark), p.paint(rest, head+fit(s.Name, p.room("  "+head))))
	if s.Try < 2 { // else why was said the first time
		p.why(s, findings)
	}
}

// heading prints the feature's name where another one begins.
func (p *printer) heading(s record.Scenario) {
	title := s.Feature
	for _, f := range p.features {
		if f.File == s.Feature {
			title = f.Name
		}
	}
	if s.Try > 1 {
		title += ", repeated"
	}
	if title == p.chapter || p.flat {
		return
	}
	if p.chapter != "" {
		p.line("")
	}
	p.chapter = title
	p.line("%s", p.paint(bold, title))
}

// why says in a line why a scenario did not pass, and the first time what to
// do.
func (p *printer) why(s record.Scenario, findings []record.Finding) {
	for _, f := range findings {
		p.text(red, "    "+string(f.Cause)+":", "", f.Why)
		if !p.said[f.ToDo] {
			p.text("", "    →", faint, f.ToDo)
		}
		p.said[f.ToDo] = true
	}
	reason := string(s.Status) + ": " + s.Why
	if s.NotApplicable {
		reason = s.Why
	}
	if len(findings) == 0 && s.Status != record.Passed && !p.said[reason] {
		p.said[reason] = true
		p.line("    %s", fit(reason, p.room("    ")))
	}
}

// took prints nanoseconds in up to six columns.
func took(ns int64) string {
	d := time.Duration(ns)
	switch {
	case d < time.Millisecond:
		return "<1ms"
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// doing shows what runs now: in a line that goes away or, where there is
// none, once it has taken long.
func (p *printer) doing(d steps.Doing) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calm()
	said := d.Scenario.ID + ": " + d.Scenario.Name
	if d.Step != "" {
		said = d.Scenario.ID + ": " + d.Step
	}
	if d.AtMost > patience {
		said += fmt.Sprintf(", at most %s", d.AtMost.Round(time.Second))
	}
	if p.live && !p.ladder {
		p.wipe()
		fmt.Fprint(p.w, p.paint(faint, fit("… "+said, p.size()-1)))
		p.shown = true
		return
	}
	if d.AtMost != 0 && d.AtMost <= patience {
		return // as long as it may
	}
	var t *time.Timer
	t = time.AfterFunc(patience, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.slow == t { // else it has ended just now
			p.heading(d.Scenario)
			p.text("", "… ", "", said)
		}
	})
	p.slow = t
}

// calm takes back what was to be said of something that takes long.
func (p *printer) calm() {
	if p.slow != nil {
		p.slow.Stop()
		p.slow = nil
	}
}
