package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"ringproof/reports/record"
)

// printer writes what a person reads. On a terminal no line is longer than it
// is wide, what runs now stands in a last line that goes away, and there are
// colours; elsewhere lines are whole and plain. Rules: one line a scenario
// under its feature; under a failed one its cause, why, and what to do; then
// what failed, what was not proved and why; the verdict and the report's path
// last.
type printer struct {
	w      io.Writer
	colour bool
	live   bool       // the last line may be written over
	flat   bool       // one line below the other, without features
	ladder bool       // draw messages as they pass
	size   func() int // columns; 0 is as many as it takes

	mu       sync.Mutex
	features []record.Feature
	chapter  string          // of the last scenario
	start    int64           // of the first message
	phase    string          // of the last message
	said     map[string]bool // reasons
	shown    bool            // a line that goes away stands
	slow     *time.Timer     // says what takes long
}

func newPrinter(w io.Writer) *printer {
	p := &printer{w: w, size: func() int { return 0 }, said: map[string]bool{}}
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return p
	}
	p.adorn(os.Getenv)
	p.size = func() int {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil {
			return max(columns, narrowest)
		}
		return 0
	}
	return p
}

// adorn settles what a terminal can show and its user wants
// (https://no-color.org).
func (p *printer) adorn(env func(string) string) {
	p.live = env("TERM") != "dumb"
	p.colour = p.live && env("NO_COLOR") == ""
}

// narrowest is the width below which lines are left to the terminal.
const narrowest = 40

const (
	green  = "32"
	red    = "31"
	yellow = "33"
	faint  = "2"
	bold   = "1"
)

func (p *printer) paint(style, s string) string {
	if !p.colour || s == "" {
		return s
	}
	return "\x1b[" + style + "m" + s + "\x1b[0m"
}

// line prints a line, in place of one that goes away.
func (p *printer) line(format string, args ...any) {
	p.wipe()
	fmt.Fprintf(p.w, format+"\n", args...)
}

func (p *printer) wipe() {
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = false
	}
}

// text prints a text behind a head, broken between words to what the terminal
// is wide; its further lines stand below the text or, behind a head that ends
// in no space, four columns in.
func (p *printer) text(headStyle, head, style, text string) {
	indent := strings.Repeat(" ", len([]rune(head)))
	if !strings.HasSuffix(head, " ") {
		head, indent = head+" ", "    "
	}
	for i, l := range broken(text, p.room(head), p.room(indent)) {
		if i > 0 {
			headStyle, head = "", indent
		}
		p.line("%s%s", p.paint(headStyle, head), p.paint(style, l))
	}
}

// room is how many columns are left behind a head; 0 is as many as it takes.
func (p *printer) room(head string) int {
	if p.size() == 0 {
		return 0
	}
	return max(1, p.size()-len([]rune(head)))
}

// broken breaks a text between words into a line of so many columns, and
// further ones of so many.
func broken(text string, first, further int) (lines []string) {
	if first == 0 {
		return []string{text}
	}
	line, columns := "", first
	for _, word := range strings.Fields(text) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > columns {
			lines, line, columns = append(lines, line), "", further
		}
		for r := []rune(word); len(r) > columns; r = []rune(word) { // an address, say
			lines, word, columns = append(lines, string(r[:columns])), string(r[columns:]), further
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}

// fit shortens a text to so many columns. What its last words say of a row,
// ", in registration mode", stays.
func fit(text string, columns int) string {
	r := []rune(text)
	if columns == 0 || len(r) <= columns {
		return text
	}
	if at := strings.LastIndex(text, ", "); at >= 0 {
		if tail := []rune("…" + text[at:]); len(tail) <= columns*3/4 {
			return strings.TrimRight(string(r[:columns-len(tail)]), " ,") + string(tail)
		}
	}
	return strings.TrimRight(string(r[:columns-1]), " ,") + "…"
}

// say prints what was done or found beside the scenarios.
func (p *printer) say(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text(yellow, "· ", "", text)
}
