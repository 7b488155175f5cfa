package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ringproof/reports/record"
)

// Enough is how long a voice must be heard: four times the shortest stretch
// that cannot be chance, and shorter than any word.
const Enough = 400 * time.Millisecond

func systemAnswers(e Evidence) result {
	if e.Down != "" {
		return result{record.Fail, e.System, e.Down, "answers OPTIONS with any response"}
	}
	return result{record.Pass, e.System, "answers OPTIONS", "any response"}
}

func registerAccepted(e Evidence) result {
	r := e.Registration
	return result{
		when(r.Code >= 200 && r.Code < 300), r.Party,
		registered(r), "2xx",
	}
}

func registerRefused(e Evidence) result {
	r := e.Registration
	return result{
		when(slices.Contains(e.Codes, r.Code)), r.Party,
		registered(r), "refused with " + list(e.Codes),
	}
}

func registered(r *record.Registration) string {
	switch {
	case r.Code == 0 && r.Error != "":
		return r.Error
	case r.Challenged:
		return fmt.Sprintf("%d %s to its credentials after %s", r.Code, r.Reason, since(r.Start, r.End))
	}
	return fmt.Sprintf("%d %s without being asked for credentials, after %s", r.Code, r.Reason, since(r.Start, r.End))
}

func callRefused(e Evidence) result {
	v := when(e.Caller.Outcome == record.Rejected && slices.Contains(e.Codes, e.Caller.Final()) && e.Called == nil)
	got := outcome(e.Caller)
	if e.Called != nil {
		got += ", and the call reached " + e.Called.Party
	}
	return result{v, e.Caller.Party, got, "refused with " + list(e.Codes) + ", nobody called"}
}

func callDelivered(e Evidence) result {
	r := result{record.Fail, e.Caller.To, "", "an INVITE at " + e.CalledName + " within " + ms(e.Within)}
	if e.Called == nil {
		r.measured = "no INVITE came; the caller: " + outcome(e.Caller)
		return r
	}
	number := slices.Contains(append(e.Numbers, e.Caller.To), e.Called.To)
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

func callWithheld(e Evidence) result {
	r := result{record.Pass, e.Caller.Party + " → " + e.Caller.To, outcome(e.Caller), "refused, nobody called"}
	switch {
	case e.Called != nil:
		r.verdict = record.Fail
		r.measured = "the call reached " + e.Called.Party
	case e.Caller.Outcome == record.Pending:
		r.verdict = record.Unprovable // it may still arrive
	}
	return r
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

func heardByCallee(e Evidence) result {
	return heard(e, e.CalledStream, e.CalledName, e.CallerName)
}

func heardByCaller(e Evidence) result {
	return heard(e, e.CallerStream, e.CallerName, e.CalledName)
}

func heard(e Evidence, s *record.Stream, listener, speaker string) result {
	r := result{record.Fail, listener, "no media was opened", fmt.Sprintf("%s's voice for %s within %s", speaker, ms(Enough), ms(e.Within))}
	if s == nil {
		return r
	}
	d := s.HeardFor(speaker)
	r.verdict = when(d >= Enough)
	switch {
	case d > 0:
		r.measured = fmt.Sprintf("%s's voice for %s", speaker, ms(d))
	case len(s.Heard) > 0 && s.Heard[0].Voice == speaker:
		r.measured = fmt.Sprintf("%s's voice in pieces: %d packets came, %d were lost", speaker, s.Received, s.Lost)
	case len(s.Heard) > 0:
		r.measured = fmt.Sprintf("%s's voice instead", s.Heard[0].Voice)
	case s.Received > 0:
		r.measured = fmt.Sprintf("%d packets, nobody's voice in them", s.Received)
	default:
		r.measured = "nothing: not one packet came"
	}
	return r
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

func routeFallback(e Evidence) result {
	r := result{record.Fail, e.Caller.To, "", fmt.Sprintf("the second target called within %s (guard %s + %s)", ms(e.Guard+e.Within), ms(e.Guard), ms(e.Within))}
	switch {
	case e.Called != nil && e.First == nil:
		r.verdict = record.Unprovable
		r.measured = fmt.Sprintf("%s was called at once: the first target was not tried", e.Called.Party)
	case e.Called != nil && e.Called.Start-e.First.Start < int64(e.Guard/2):
		r.measured = fmt.Sprintf("%s called %s after %s: not instead of it, but beside it", e.Called.Party, since(e.First.Start, e.Called.Start), e.First.Party)
	case e.Called != nil:
		r.verdict = record.Pass
		r.measured = fmt.Sprintf("%s called %s after the silent %s", e.Called.Party, since(e.First.Start, e.Called.Start), e.First.Party)
	case e.First != nil:
		r.measured = fmt.Sprintf("%s was called and stayed silent, the second target was never called; the caller: %s", e.First.Party, outcome(e.Caller))
	default:
		r.measured = "neither target was called; the caller: " + outcome(e.Caller)
	}
	return r
}

func cancelPassedOn(e Evidence) result {
	r := result{record.Fail, e.CalledName, "", "CANCEL within " + ms(e.Within)}
	switch {
	case e.Called == nil || e.Called.CancelAt == 0:
		r.measured = "no CANCEL came: it rings on"
		return r
	case e.Caller.CancelAt == 0 || e.Called.CancelAt < e.Caller.CancelAt:
		r.measured = "CANCEL came before the caller gave up"
		return r
	}
	r.verdict = record.Pass
	r.measured = "CANCEL after " + since(e.Caller.CancelAt, e.Called.CancelAt)
	return r
}

func cancelEnded(e Evidence) result {
	answered := e.Caller.CancelCode >= 200 && e.Caller.CancelCode < 300
	return result{
		when(answered && slices.Contains(e.Codes, e.Caller.Final())), e.Caller.Party,
		outcome(e.Caller) + "; the CANCEL: " + codeOr(e.Caller.CancelCode, "no answer"),
		list(e.Codes) + ", and 200 to the CANCEL, within " + ms(e.Within),
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
