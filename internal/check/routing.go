package check

import (
	"fmt"
	"slices"

	"ringproof/reports/record"
)

// routingRules: where a call goes.
func routingRules() []Rule {
	return []Rule{
		{"route.fallback", "The second target is tried when the first stays silent", record.Must, "RFC 3263 §4.3; profile: routes.guard, thresholds.fallback", routeFallback},
		{"route.trying", "The second target is tried when the first says 100 and no more", record.Must, "RFC 3261 §16.7 step 2, §17.1.1.2; profile: options.trying_fallback, routes.guard, thresholds.fallback", routeTrying},
		{"route.refused", "The second target is tried when the first refuses", record.Must, "RFC 3263 §4.3, RFC 3261 §21.5.4; profile: thresholds.fallback", routeRefused},
		{"route.closed", "The second target is tried when nobody listens at the first", record.Must, "RFC 3261 §8.1.3.1, RFC 3263 §4.3; profile: routes.guard, thresholds.fallback", routeClosed},
		{"route.supervised", "A target is asked whether it is there", record.Must, "RFC 3261 §11; profile: trunks.options, trunks.misses", routeSupervised},
		{"route.down", "A target that is known to be down is not tried", record.Must, "profile: trunks.options, routes.guard", routeDown},
		{"route.busy", "A busy first target is final: no other is called", record.Must, "RFC 3261 §21.4.24; profile: routes.advance, expect.busy", routeBusy},
		{"route.given-up", "Once the caller has given up, no other target is called", record.Must, "RFC 3261 §9.2, §16.10; profile: routes.guard", routeGivenUp},
		{"route.exhausted", "A caller is told when every target has failed", record.Must, "RFC 3261 §16.7 step 6; profile: expect.all_down, thresholds.fallback", routeExhausted},
		{"number.unallocated", "A number that does not exist is refused", record.Must, "RFC 3261 §21.4.5; profile: expect.unallocated", numberRefused},
		{"number.incomplete", "A number with too few digits is refused", record.Must, "RFC 3261 §21.4.22; profile: expect.incomplete", numberRefused},
		{"loop.bounded", "A call that runs in circles ends", record.Must, "RFC 3261 §16.3 step 3, RFC 7332 §3; profile: expect.loop", loopBounded},
	}
}

// second says within which time the second target is to be called.
func (e Evidence) second() string {
	return fmt.Sprintf("the second target called within %s (guard %s + %s)", ms(e.Guard+e.Within), ms(e.Guard), ms(e.Within))
}

func routeFallback(e Evidence) result { return fellBack(e, "the silent", "stayed silent") }

func routeTrying(e Evidence) result { return fellBack(e, "the 100 of", "said 100 and no more") }

// fellBack looks whether the second target was called when the first had not
// refused: after what of it, and what it did.
func fellBack(e Evidence, after, did string) result {
	r := result{record.Fail, e.Caller.To, "", e.second()}
	switch {
	case e.Called != nil && e.First == nil:
		r.verdict = record.Unprovable
		r.measured = fmt.Sprintf("%s was called at once: the first target was not tried", e.Called.Party)
	case e.Called != nil && e.Called.Start-e.First.Start < int64(e.Guard/2):
		r.measured = fmt.Sprintf("%s called %s after %s: not instead of it, but beside it", e.Called.Party, since(e.First.Start, e.Called.Start), e.First.Party)
	case e.Called != nil:
		r.verdict = record.Pass
		r.measured = fmt.Sprintf("%s called %s after %s %s", e.Called.Party, since(e.First.Start, e.Called.Start), after, e.First.Party)
	case e.First != nil:
		r.measured = fmt.Sprintf("%s was called and %s, the second target was never called; the caller: %s", e.First.Party, did, outcome(e.Caller))
	default:
		r.measured = "neither target was called; the caller: " + outcome(e.Caller)
	}
	return r
}

func routeRefused(e Evidence) result {
	r := result{record.Fail, e.Caller.To, "", e.second()}
	switch {
	case e.Called != nil && e.First == nil:
		r.verdict = record.Unprovable
		r.measured = fmt.Sprintf("%s was called at once: the first target was not tried", e.Called.Party)
	case e.First == nil:
		r.measured = "neither target was called; the caller: " + outcome(e.Caller)
	case e.Called == nil:
		r.measured = fmt.Sprintf("%s refused with %d, the second target was never called; the caller: %s", e.First.Party, e.First.Final(), outcome(e.Caller))
	case len(e.First.Responses) == 0 || e.Called.Start < e.First.Responses[0].At:
		r.measured = fmt.Sprintf("%s called before %s had refused: not instead of it, but beside it", e.Called.Party, e.First.Party)
	default:
		r.verdict = record.Pass
		r.measured = fmt.Sprintf("%s called %s after %s refused with %d", e.Called.Party, since(e.First.Responses[0].At, e.Called.Start), e.First.Party, e.First.Final())
	}
	return r
}

func routeClosed(e Evidence) result {
	r := result{record.Fail, e.Caller.To, "", e.second()}
	if e.Called == nil {
		r.measured = "the second target was never called; the caller: " + outcome(e.Caller)
		return r
	}
	r.verdict = record.Pass
	r.measured = fmt.Sprintf("%s called after %s", e.Called.Party, since(e.Caller.Start, e.Called.Start))
	return r
}

func routeSupervised(e Evidence) result {
	return result{
		when(e.Asked >= e.Misses), "the first target", fmt.Sprintf("%d OPTIONS came", e.Asked),
		fmt.Sprintf("%d OPTIONS, one every %s, within %s", e.Misses, ms(e.Every), ms(e.Within)),
	}
}

func routeDown(e Evidence) result {
	r := result{record.Fail, e.Caller.To, "", fmt.Sprintf("the second target called at once (sooner than the guard time of %s), the first not at all", ms(e.Guard))}
	switch {
	case e.First != nil && e.Called != nil:
		r.measured = fmt.Sprintf("%s was called although it had answered none of %d OPTIONS, %s only after %s", e.First.Party, e.Asked, e.Called.Party, since(e.Caller.Start, e.Called.Start))
	case e.First != nil:
		r.measured = fmt.Sprintf("%s was called although it had answered none of %d OPTIONS", e.First.Party, e.Asked)
	case e.Called == nil:
		r.measured = "neither target was called; the caller: " + outcome(e.Caller)
	default:
		r.verdict = when(e.Called.Start-e.Caller.Start < int64(e.Guard))
		r.measured = fmt.Sprintf("%s alone called, after %s", e.Called.Party, since(e.Caller.Start, e.Called.Start))
	}
	return r
}

func routeBusy(e Evidence) result {
	r := result{record.Fail, e.Caller.To, outcome(e.Caller), list(e.Codes) + " for the caller, and no second target called"}
	switch {
	case e.First == nil:
		r.measured = "the first target was not called; the caller: " + outcome(e.Caller)
	case e.Called != nil:
		r.measured = fmt.Sprintf("%s was called after %s was busy; the caller: %s", e.Called.Party, e.First.Party, outcome(e.Caller))
	default:
		r.verdict = when(slices.Contains(e.Codes, e.Caller.Final()))
	}
	return r
}

func routeGivenUp(e Evidence) result {
	r := result{record.Pass, e.Caller.To, "no second target called", "no second target called within " + ms(e.Guard) + " of the CANCEL"}
	switch {
	case e.First == nil:
		r.verdict = record.Fail
		r.measured = "the first target was not called; the caller: " + outcome(e.Caller)
	case e.Caller.CancelAt == 0:
		r.verdict = record.Unprovable
		r.measured = "no CANCEL was sent; the caller: " + outcome(e.Caller)
	case e.Called != nil && e.Called.Start >= e.Caller.CancelAt:
		r.verdict = record.Fail
		r.measured = fmt.Sprintf("%s was called %s after the caller had given up", e.Called.Party, since(e.Caller.CancelAt, e.Called.Start))
	case e.Called != nil:
		r.verdict = record.Unprovable
		r.measured = fmt.Sprintf("%s was called %s before the caller gave up", e.Called.Party, since(e.Called.Start, e.Caller.CancelAt))
	}
	return r
}

func routeExhausted(e Evidence) result {
	return result{
		when(e.Caller.Outcome == record.Rejected && slices.Contains(e.Codes, e.Caller.Final())), e.Caller.Party + " → " + e.Caller.To,
		outcome(e.Caller), fmt.Sprintf("%s within %s", list(e.Codes), ms(e.Guard+e.Within)),
	}
}

func numberRefused(e Evidence) result {
	r := result{
		when(e.Caller.Outcome == record.Rejected && slices.Contains(e.Codes, e.Caller.Final()) && e.Called == nil),
		e.Caller.Party + " → " + e.Caller.To, outcome(e.Caller), "refused with " + list(e.Codes) + ", nobody called",
	}
	if e.Called != nil {
		r.measured += ", and a call for " + e.Called.To + " reached " + e.Called.Party
	}
	return r
}

// turns is how often a call that set out with so many hops can come to a party
// that takes one off for itself, where the system takes one off too.
func turns(hops int) int { return (hops + 1) / 2 }

func loopBounded(e Evidence) result {
	most := turns(e.Caller.Hops)
	r := result{
		record.Fail, e.Caller.Party + " → " + e.Caller.To,
		fmt.Sprintf("%d turns; the caller: %s", e.Arrivals, outcome(e.Caller)),
		fmt.Sprintf("%d turns at most for Max-Forwards %d, then %s for the caller", most, e.Caller.Hops, list(e.Codes)),
	}
	r.verdict = when(e.Arrivals <= most && e.Caller.Outcome == record.Rejected && slices.Contains(e.Codes, e.Caller.Final()))
	return r
}
