package main

import (
	"time"

	"ringproof/reports/ladder"
	"ringproof/reports/record"
)

// message draws a message of the one call that is watched, under a heading
// where something new begins.
func (p *printer) message(m record.Message) {
	if !p.ladder {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.start == 0 {
		p.start = m.At
	}
	if phase := ladder.Phase(m.Raw); phase != "" && phase != p.phase {
		p.phase = phase
		p.line("%s", p.paint(bold, phase))
	}
	arrow := "◄──"
	if m.Sent {
		arrow = "──►"
	}
	at := time.Duration(m.At - p.start).Seconds()
	p.line("%8.3fs  %-16s %s %s", at, m.Party, arrow, ladder.Label(m.Raw))
}

// checks prints what was held against the one call that was watched, and
// whose each check is.
func (p *printer) checks(run *record.Run) {
	p.line("%s", p.paint(bold, "Checks"))
	for _, c := range run.Checks {
		mark, style := "–", yellow
		switch c.Verdict {
		case record.Pass:
			mark, style = "✓", green
		case record.Fail:
			mark, style = "✗", red
		}
		p.line("  %s %s", p.paint(style, mark), fit(c.Title, p.room("    ")))
		p.text("", "    ", faint, c.Subject+": "+c.Measured)
	}
}
