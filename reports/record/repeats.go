package record

import (
	"strings"
	"time"
)

// Repeats counts what had to be sent again over UDP, by the top Via's branch
// and the CSeq (RFC 3261 §17.1.3): where it was answered in the end, packets
// were lost, or late by more than T1.
type Repeats struct {
	// Requests is how many requests of ours were answered, Again how many of
	// them only after they had been sent more than once.
	Requests, Again int
	// Heard is how many requests and final responses came from the system,
	// HeardAgain how many of them came again although we had answered the
	// request, or acknowledged the response.
	Heard, HeardAgain int
}

// Share gives the part of our answered requests that had to be sent again,
// from 0 to 1.
func (r Repeats) Share() float64 {
	if r.Requests == 0 {
		return 0
	}
	return float64(r.Again) / float64(r.Requests)
}

// Any tells whether anything was repeated, by us or by the system.
func (r Repeats) Any() bool { return r.Again+r.HeardAgain > 0 }

// copyWithin is how soon after a message another is a copy that the network
// made, and no repetition, of which the first comes after T1.
const copyWithin = int64(100 * time.Millisecond)

// exchange is one request, with what was answered, as a party saw it.
type exchange struct {
	sent                 int // copies of a request of ours
	heard                int // of one of the system's, those that came although it was answered
	finals               int // final responses that came, the same one again
	answered             bool
	lastHeard, lastFinal int64
}

// RepeatsIn counts the repetitions in messages, which are in the order in
// which they passed.
func RepeatsIn(messages []Message) Repeats {
	all := map[string]*exchange{}
	for i := range messages {
		m := &messages[i]
		if m.Transport != "UDP" {
			continue
		}
		first, branch, method := keyOf(m.Raw)
		response := strings.HasPrefix(first, "SIP/2.0 ")
		if branch == "" || method == "ACK" {
			continue
		}
		ours := m.Sent != response // whose request it is about
		key := m.Party + " " + branch + " " + method
		if !ours {
			key = "theirs " + key
		}
		x := all[key]
		if x == nil {
			x = &exchange{}
			all[key] = x
		}
		x.note(m, response, first)
	}
	var r Repeats
	for key, x := range all {
		r.add(x, !strings.HasPrefix(key, "theirs "))
	}
	return r
}

func (x *exchange) note(m *Message, response bool, first string) {
	switch {
	case m.Sent && response:
		x.answered = true
	case m.Sent:
		x.sent++
	case response:
		x.answered = true
		if len(first) > 8 && first[8] >= '2' {
			if x.finals == 0 || m.At-x.lastFinal >= copyWithin {
				x.finals++
			}
			x.lastFinal = m.At
		}
	default:
		if x.heard == 0 || x.answered && m.At-x.lastHeard >= copyWithin {
			x.heard++
		}
		x.lastHeard = m.At
	}
}

func (r *Repeats) add(x *exchange, ours bool) {
	again := func(n, total, repeated *int) {
		if *n == 0 {
			return
		}
		*total++
		if *n > 1 {
			*repeated++
		}
	}
	if !ours {
		again(&x.heard, &r.Heard, &r.HeardAgain)
		return
	}
	again(&x.finals, &r.Heard, &r.HeardAgain)
	if x.answered {
		again(&x.sent, &r.Requests, &r.Again)
	}
}

// keyOf gives the first line of a message, the branch of its top Via and the
// method of its CSeq; an empty branch where they cannot be read.
func keyOf(raw string) (first, branch, method string) {
	head, _, _ := strings.Cut(raw, "\r\n\r\n")
	first, rest, _ := strings.Cut(head, "\r\n")
	for line := range strings.SplitSeq(rest, "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		switch name = strings.ToLower(strings.TrimSpace(name)); {
		case branch == "" && (name == "via" || name == "v"):
			_, after, _ := strings.Cut(value, "branch=")
			branch, _, _ = strings.Cut(after, ";")
			branch, _, _ = strings.Cut(branch, ",")
			branch = strings.TrimSpace(branch)
		case name == "cseq":
			if f := strings.Fields(value); len(f) == 2 {
				method = f[1]
			}
		}
	}
	return first, branch, method
}
