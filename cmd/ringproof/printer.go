package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"ringproof/reports/ladder"
	"ringproof/reports/record"
)

// printer writes what a person reads on a terminal: colours there, plain
// lines elsewhere. Rules: one line a scenario; under a failed one its cause,
// why, and what to do; the verdict and the report's path last.
type printer struct {
	w      io.Writer
	colour bool
	ladder bool // draw messages as they pass

	mu    sync.Mutex
	start int64  // of the first message
	why   string // of the last scenario that was not run
}

func newPrinter(w io.Writer) *printer {
	f, ok := w.(*os.File)
	return &printer{w: w, colour: ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == ""}
}

const (
	green  = "32"
	red    = "31"
	yellow = "33"
	faint  = "2"
	bold   = "1"
)

func (p *printer) paint(style, s string) string {
	if !p.colour {
		return s
	}
	return "\x1b[" + style + "m" + s + "\x1b[0m"
}

func (p *printer) scenario(s record.Scenario, findings []record.Finding) {
	p.mu.Lock()
	defer p.mu.Unlock()
	mark, style := "–", yellow
	switch s.Status {
	case record.Passed:
		mark, style = "✓", green
	case record.Failed:
		mark, style = "✗", red
	}
	again := ""
	if s.Try > 1 {
		again = " (repeated)"
	}
	took := time.Duration(s.Took()).Round(time.Millisecond).String()
	if took == "0s" {
		took = "under 1ms"
	}
	fmt.Fprintf(p.w, "%s %-22s %s%s %s\n", p.paint(style, mark), s.ID, s.Name, again, p.paint(faint, took))
	if s.Try > 1 {
		return // why was said the first time
	}
	for _, f := range findings {
		fmt.Fprintf(p.w, "    %s %s\n    %s\n", p.paint(red, string(f.Cause)+":"), f.Why, p.paint(faint, "→ "+f.ToDo))
	}
	if len(findings) == 0 && s.Status != record.Passed && s.Why != p.why {
		fmt.Fprintf(p.w, "    %s: %s\n", s.Status, s.Why)
	}
	p.why = s.Why
}

// say prints what was done or found beside the scenarios.
func (p *printer) say(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.w, "%s %s\n", p.paint(yellow, "·"), text)
}

// message draws a message of the one call that is watched.
func (p *printer) message(m record.Message) {
	if !p.ladder {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.start == 0 {
		p.start = m.At
	}
	arrow := "◄──"
	if m.Sent {
		arrow = "──►"
	}
	at := time.Duration(m.At - p.start).Seconds()
	fmt.Fprintf(p.w, "%8.3fs  %-16s %s %s\n", at, m.Party, arrow, ladder.Label(m.Raw))
}

// checks prints what was held against the one call that was watched.
func (p *printer) checks(run *record.Run) {
	for _, c := range run.Checks {
		mark, style := "–", yellow
		switch c.Verdict {
		case record.Pass:
			mark, style = "✓", green
		case record.Fail:
			mark, style = "✗", red
		}
		fmt.Fprintf(p.w, "  %s %-47s %s\n", p.paint(style, mark), c.Title, c.Measured)
	}
}

func (p *printer) verdict(run *record.Run, path string) {
	if p.ladder {
		p.checks(run)
	}
	for _, w := range run.Idle() {
		fmt.Fprintf(p.w, "%s waiver for %s excused nothing: %s\n", p.paint(yellow, "·"), w.Scenario, w.Why)
	}
	style := yellow
	switch run.Verdict {
	case record.Accepted, record.Worked:
		style = green
	case record.NotAccepted, record.NotWorked:
		style = red
	}
	fmt.Fprintf(p.w, "\n%s %s\n", p.paint(bold+";"+style, string(run.Verdict)), run.Why)
	fmt.Fprintln(p.w, strings.TrimSpace("report: "+path))
}
