// Package ladder arranges a scenario's messages for reading: one column for
// each party, the system under test between those who call and those who are
// called, one row for each message. [Build] does it; renderers draw it.
package ladder

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ringproof/reports/record"
)

// Ladder is a scenario's messages.
type Ladder struct {
	Columns []string // parties, and the system under test at index System
	System  int
	Rows    []Row

	start int64
	seen  map[string]bool // messages, to tell a retransmission
}

// Row is one message.
type Row struct {
	At       time.Duration // since the scenario's start
	From, To int           // columns
	Label    string        // "INVITE 8001", "180 Ringing"
	Method   string        // of the request, or of the request answered
	Code     int           // 0 for a request
	Again    bool          // sent before: a retransmission
	Raw      string
}

// New gives an empty ladder for a scenario that started at the given time of
// the run: who is left of the system, the system, who is right of it.
func New(start int64, left []string, system string, right []string) *Ladder {
	l := &Ladder{System: len(left), start: start, seen: map[string]bool{}}
	l.Columns = append(append(append(l.Columns, left...), system), right...)
	return l
}

// Build arranges the messages of a scenario.
func Build(run *record.Run, scenario int) *Ladder {
	start := int64(0)
	if scenario < len(run.Scenarios) {
		start = run.Scenarios[scenario].Start
	}
	left, right := parties(run, scenario)
	l := New(start, left, systemName(run), right)
	for _, m := range run.Messages {
		if m.Scenario == scenario {
			l.Add(m)
		}
	}
	return l
}

// Add adds a message and gives its row; false where no column is its party's.
func (l *Ladder) Add(m record.Message) (Row, bool) {
	party := slices.Index(l.Columns, m.Party)
	if party < 0 {
		return Row{}, false
	}
	r := Row{At: time.Duration(m.At - l.start), From: party, To: l.System, Raw: m.Raw}
	if !m.Sent {
		r.From, r.To = l.System, party
	}
	r.Label, r.Method, r.Code = label(m.Raw)
	key := fmt.Sprint(m.Party, m.Sent, m.Raw)
	r.Again = l.seen[key]
	l.seen[key] = true
	l.Rows = append(l.Rows, r)
	return r, true
}

// parties splits who sent or received anything into those left of the system,
// who called or registered, and those right of it, who were called.
func parties(run *record.Run, scenario int) (left, right []string) {
	called := map[string]bool{}
	for _, a := range run.Attempts {
		if a.Scenario == scenario && a.Inbound {
			called[a.Party] = true
		}
	}
	for _, m := range run.Messages {
		side := &left
		if called[m.Party] {
			side = &right
		}
		if m.Scenario == scenario && !slices.Contains(*side, m.Party) {
			*side = append(*side, m.Party)
		}
	}
	return left, right
}

func systemName(run *record.Run) string {
	for _, s := range run.Site.Systems {
		if s.Tested {
			return s.Name
		}
	}
	return "system under test"
}

func label(raw string) (text, method string, code int) {
	first, rest, _ := strings.Cut(raw, "\r\n")
	if status, ok := strings.CutPrefix(first, "SIP/2.0 "); ok {
		fmt.Sscanf(status, "%d", &code) //nolint:errcheck // 0 is what an unreadable code shows as
		for _, h := range strings.Split(rest, "\r\n") {
			if name, value, ok := strings.Cut(h, ":"); ok && strings.EqualFold(strings.TrimSpace(name), "CSeq") {
				if f := strings.Fields(value); len(f) == 2 {
					method = f[1]
				}
			}
		}
		return status, method, code
	}
	f := strings.Fields(first)
	if len(f) < 2 {
		return first, "", 0
	}
	scheme, rest, _ := strings.Cut(f[1], ":")
	user, _, found := strings.Cut(rest, "@")
	if !found && !strings.EqualFold(scheme, "tel") {
		return f[0], f[0], 0
	}
	if end := strings.IndexAny(user, ":;"); end >= 0 {
		user = user[:end]
	}
	return f[0] + " " + user, f[0], 0
}

// Label names a message in a few words: "INVITE 8001", "180 Ringing".
func Label(raw string) string {
	text, _, _ := label(raw)
	return text
}
