// Package ledger lists the attempts that a system made to place one call:
// which target was tried when, what it answered, how long until the next was
// tried, and what the caller got. [Of] makes it from what our parties saw.
package ledger

import (
	"slices"
	"strings"
	"time"

	"ringproof/reports/record"
)

// Ledger is one call's way along its targets.
type Ledger struct {
	Number string        // dialled
	Rule   *record.Route // that the profile has for it, nil for none
	Legs   []Leg
	Caller string // the party
	Got    []record.Response
	Final  int           // 0: nothing final
	After  time.Duration // until the final response, or what is known of the call's end
	Why    record.Outcome
}

// Leg is one target of the call.
type Leg struct {
	Party     string // that was tried, or the target's name where it was not
	Tried     bool
	At        time.Duration // since the caller's INVITE
	Responses []record.Response
	Outcome   record.Outcome
	Answer    time.Duration // from the INVITE to its final response, or to the CANCEL
	Refused   bool          // nobody listens there
	Cancelled bool
	Next      time.Duration // from this INVITE to that of the next target, 0 for the last
}

// Of gives a ledger for each call of a scenario that had more than one target
// to try: that was tried at more than one party, or whose routing rule has a
// second target.
func Of(run *record.Run, scenario int) []Ledger {
	var out []Ledger
	callers, called := attempts(run, scenario)
	for i, c := range callers {
		var legs []record.Attempt
		for _, a := range called {
			if belongs(a, callers, i) {
				legs = append(legs, a)
			}
		}
		rule, ruled := run.Site.Route(c.To)
		if len(legs) < 2 && (!ruled || len(rule.Targets) < 2) {
			continue
		}
		l := Ledger{Number: c.To, Caller: c.Party, Got: c.Responses, Final: c.Final(), Why: c.Outcome, After: after(c)}
		if ruled {
			l.Rule = &rule
		}
		l.Legs = tried(c, legs)
		l.untried()
		out = append(out, l)
	}
	return out
}

// attempts gives a scenario's calling and called legs, in order of time.
func attempts(run *record.Run, scenario int) (callers, called []record.Attempt) {
	for _, a := range run.Attempts {
		switch {
		case a.Scenario != scenario:
		case a.Inbound:
			called = append(called, a)
		default:
			callers = append(callers, a)
		}
	}
	first := func(a, b record.Attempt) int { return int(a.Start - b.Start) }
	slices.SortStableFunc(callers, first)
	slices.SortStableFunc(called, first)
	return callers, called
}

// belongs tells whether a called leg is the i-th caller's: of those who had
// called by then, the last who dialled that number or, where the number was
// changed on the way, the last.
func belongs(leg record.Attempt, callers []record.Attempt, i int) bool {
	last, same := -1, -1
	for j, c := range callers {
		if c.Start > leg.Start {
			break
		}
		last = j
		if c.To == leg.To {
			same = j
		}
	}
	if same >= 0 {
		return same == i
	}
	return last == i
}

func tried(c record.Attempt, legs []record.Attempt) (out []Leg) {
	for i, a := range legs {
		l := Leg{
			Party: a.Party, Tried: true, At: time.Duration(a.Start - c.Start), Responses: a.Responses,
			Outcome: a.Outcome, Refused: a.Refused, Cancelled: a.CancelAt != 0, Answer: after(a),
		}
		if i+1 < len(legs) {
			l.Next = time.Duration(legs[i+1].Start - a.Start)
		}
		out = append(out, l)
	}
	return out
}

// untried adds the rule's targets at which no INVITE arrived. Whether none was
// sent or it was lost on the way cannot be told from there.
func (l *Ledger) untried() {
	if l.Rule == nil {
		return
	}
	for _, t := range l.Rule.Targets {
		if !slices.ContainsFunc(l.Legs, func(g Leg) bool { return isTarget(g.Party, t) }) {
			l.Legs = append(l.Legs, Leg{Party: t})
		}
	}
}

// isTarget tells whether a party, "trunk west", is the target "west".
func isTarget(party, target string) bool {
	return party == target || strings.HasSuffix(party, " "+target)
}

// after gives how long an attempt went on before it was decided: until its
// final response or, without one, until it was cancelled; 0 for neither.
func after(a record.Attempt) time.Duration {
	if a.Final() > 0 {
		for _, r := range slices.Backward(a.Responses) {
			if r.Code >= 200 {
				return time.Duration(r.At - a.Start)
			}
		}
	}
	if a.CancelAt > 0 {
		return time.Duration(a.CancelAt - a.Start)
	}
	return 0
}
