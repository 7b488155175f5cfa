package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ringproof/reports/record"
)

// callsRules: what becomes of a call.
func callsRules() []Rule {
	return []Rule{
		{"system.answers", "The system under test answers", record.Must, "RFC 3261 §11.2", systemAnswers},
		{"call.delivered", "The call reaches the number that was dialled", record.Must, "RFC 3261 §16.5; profile: thresholds.answer", callDelivered},
		{"call.once", "One call reaches the called party, not more", record.Must, "RFC 3261 §16.6", callOnce},
		{"call.answered", "The caller's call is answered", record.Must, "RFC 3261 §13.2.2.4; profile: thresholds.answer", callAnswered},
		{"call.released", "Hanging up on one side releases the other", record.Must, "RFC 3261 §15; profile: thresholds.release", callReleased},
		{"call.busy", "A busy callee is reported to the caller as busy", record.Must, "RFC 3261 §21.4.24; profile: expect.busy", callBusy},
		{"call.rejected", "A callee who declines is reported to the caller as such", record.Must, "RFC 3261 §16.7, §21.6.2; profile: expect.rejected", callBusy},
		{"call.no-answer", "A call that nobody picks up ends when its ring time is over", record.Must, "RFC 3261 §16.8; profile: ring, expect.no_answer", callNoAnswer},
		{"call.quiet", "Nothing comes of a call that has ended", record.Must, "RFC 3261 §15; RFC 3550 §6.3.7", callQuiet},
		{"call.forgotten", "A request within a dialog that has ended is refused", record.Must, "RFC 3261 §15.1.2", callForgotten},
	}
}

func systemAnswers(e Evidence) result {
	if e.Down != "" {
		return result{record.Fail, e.System, e.Down, "any response"}
	}
	return result{record.Pass, e.System, "answers OPTIONS", "any response"}
}

func callDelivered(e Evidence) result {
	r := result{record.Fail, e.Caller.To, "", "an INVITE at " + e.CalledName + " within " + ms(e.Within)}
	if e.Called == nil {
		r.measured = "no INVITE came; the caller: " + outcome(e.Caller)
		return r
	}
	number := slices.Contains(e.Numbers, e.Called.To) || len(e.Numbers) == 0 && e.Called.To == e.Caller.To
	r.verdict = when(e.Called.Party == e.CalledName && number)
	r.measured = fmt.Sprintf("INVITE for %s at %s after %s", e.Called.To, e.Called.Party, since(e.Caller.Start, e.Called.Start))
	return r
}

func callOnce(e Evidence) result {
	return result{
		when(e.Arrivals == 1), e.CalledName,
		fmt.Sprintf("%d for one that was dialled", e.Arrivals), "one call",
	}
}

func callAnswered(e Evidence) result {
	return result{
		when(e.Caller.Outcome == record.Answered), e.Caller.Party + " → " + e.Caller.To,
		outcome(e.Caller), "2xx within " + ms(e.Within),
	}
}

// outcome says in words what the caller got.
func outcome(a *record.Attempt) string {
	var codes []string
	for _, r := range a.Responses {
		codes = append(codes, fmt.Sprint(r.Code))
	}
	via := ""
	if len(codes) > 1 {
		via = " (" + strings.Join(codes, " ") + ")"
	}
	if n := len(a.Responses); n > 0 {
		last := a.Responses[n-1]
		return fmt.Sprintf("%d %s after %s%s", last.Code, last.Reason, since(a.Start, last.At), via)
	}
	if a.Error != "" {
		return a.Error
	}
	return "no response"
}

func callReleased(e Evidence) result {
	by, other := e.Caller, e.Called
	if !by.ByeSent {
		by, other = other, by
	}
	r := result{record.Fail, by.Party + " hangs up", "", "BYE answered 2xx, and the other side released, within " + ms(e.Within)}
	answered := by.ByeCode >= 200 && by.ByeCode < 300
	switch {
	case other.ByeAt == 0:
		r.measured = "no BYE reached " + other.Party
		if by.Unacked {
			r.measured = by.Party + " could not hang up: its 2xx got no ACK"
		}
		for _, s := range slices.Concat(by.Stray, other.Stray) {
			r.measured += "; " + s
		}
	case other.ByeAt < by.ByeAt:
		r.measured = other.Party + " was released before " + by.Party + " hung up"
	case !answered:
		r.measured = fmt.Sprintf("the BYE of %s got %s", by.Party, codeOr(by.ByeCode, "no answer"))
	default:
		r.verdict = record.Pass
		r.measured = fmt.Sprintf("%s released after %s", other.Party, since(by.ByeAt, other.ByeAt))
	}
	return r
}

func callBusy(e Evidence) result {
	final := e.Caller.Final()
	return result{
		when(slices.Contains(e.Codes, final)), e.Caller.Party + " → " + e.Caller.To,
		outcome(e.Caller), list(e.Codes),
	}
}

func codeOr(code int, none string) string {
	if code == 0 {
		return none
	}
	return fmt.Sprint(code)
}

func list(codes []int) string {
	var out []string
	for _, c := range codes {
		out = append(out, fmt.Sprint(c))
	}
	return strings.Join(out, " or ")
}

func callNoAnswer(e Evidence) result {
	r := result{record.Fail, e.Caller.To, "", fmt.Sprintf("%s, and the phone falls silent, after %s of ringing and %s at most", list(e.Codes), ms(e.Ring), ms(e.Within))}
	switch c := e.Caller; {
	case e.Called == nil:
		r.measured = "nobody was called; the caller: " + outcome(c)
	case c.Final() == 0:
		r.measured = e.CalledName + " rings on; the caller: " + outcome(c)
	case e.Called.CancelAt == 0:
		r.measured = e.CalledName + " rings on, no CANCEL came; the caller: " + outcome(c)
	case lasted(c) < e.Ring/2:
		r.measured = "too early: " + outcome(c)
	default:
		r.verdict = when(slices.Contains(e.Codes, c.Final()) && lasted(c) <= e.Ring+e.Within)
		r.measured = outcome(c)
	}
	return r
}

// lasted tells how long an attempt took to its last response.
func lasted(a *record.Attempt) time.Duration {
	return time.Duration(a.Responses[len(a.Responses)-1].At - a.Start)
}

// Settled is how long packets may be on their way when a call has ended.
const Settled = 250 * time.Millisecond

func callQuiet(e Evidence) result {
	r := result{record.Pass, e.Caller.Party + " → " + e.Caller.To, "nothing", "no request after the end, no packet later than " + ms(Settled)}
	over := Over(e)
	for _, side := range []struct {
		a *record.Attempt
		s *record.Stream
	}{{e.Caller, e.CallerStream}, {e.Called, e.CalledStream}} {
		if side.a == nil {
			continue
		}
		if len(side.a.After) > 0 {
			r.verdict, r.measured = record.Fail, fmt.Sprintf("%s at %s", strings.Join(side.a.After, ", "), side.a.Party)
			return r
		}
		if side.s != nil && side.s.LastAt-over > int64(Settled) {
			r.verdict, r.measured = record.Fail, fmt.Sprintf("a packet at %s after %s", side.a.Party, since(over, side.s.LastAt))
			return r
		}
	}
	return r
}

// Over gives when a call had ended for both sides: until then the other may
// talk.
func Over(e Evidence) (at int64) {
	for _, a := range []*record.Attempt{e.Caller, e.Called} {
		if a != nil {
			at = max(at, ended(a))
		}
	}
	return at
}

// ended gives when an attempt was over for its party.
func ended(a *record.Attempt) int64 {
	switch n := len(a.Responses); {
	case a.ByeAt != 0:
		return a.ByeAt
	case n > 0:
		return max(a.CancelAt, a.Responses[n-1].At)
	}
	return max(a.CancelAt, a.Start)
}

func callForgotten(e Evidence) result {
	code := e.Caller.AskedCode
	return result{
		when(code >= 300), e.Caller.Party + " → " + e.Caller.To,
		"BYE got " + codeOr(code, "no answer"), "481, or another refusal, within " + ms(e.Within),
	}
}
