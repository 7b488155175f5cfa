package diagnosis

import (
	"fmt"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// routingFinders: where a call goes.
func routingFinders() map[string]finder {
	return map[string]finder{
		"route.fallback":     noFallback,
		"route.trying":       noFallbackFromTrying,
		"route.refused":      noFallbackFromRefusal,
		"route.closed":       noFallbackFromClosed,
		"route.supervised":   notSupervised,
		"route.down":         downTried,
		"route.busy":         busyNotFinal,
		"route.given-up":     goesOn,
		"route.exhausted":    notTold,
		"number.unallocated": wrongNumber("does not exist", "A number without a route is to be refused with 404 (RFC 3261 §21.4.5): look for a default route, and at the mapping of response codes."),
		"number.incomplete":  wrongNumber("has too few digits", "A number that is too short is to be refused with 484 (RFC 3261 §21.4.22): look at the least count of digits of its route."),
		"loop.bounded":       notBounded,
	}
}

func noFallback(e check.Evidence) record.Finding {
	f := record.Finding{Cause: record.CauseRouting, ToDo: "Look at the route's second target, at the timer that ends the wait for the first, and at the failures that let it go on."}
	if e.First != nil && e.Called != nil {
		f.Why = fmt.Sprintf("%s and %s were called at the same time: the route forks, it does not fall back.", e.First.Party, e.Called.Party)
		return f
	}
	if e.First != nil {
		f.Why = fmt.Sprintf("%s stayed silent and the route's second target was never tried; the caller got %s.", e.First.Party, code(e.Caller.Final()))
		return f
	}
	f.Why = neither(e)
	return f
}

func noFallbackFromTrying(e check.Evidence) record.Finding {
	f := noFallback(e)
	if e.First != nil && e.Called == nil {
		f.Why = fmt.Sprintf("%s said 100 and no more, and the route's second target was never tried; the caller got %s.", e.First.Party, code(e.Caller.Final()))
		f.ToDo = "Let the guard time go on after a 100, which says only that the next hop has the INVITE; or say in the profile that a 100 is taken for ringing (options.trying_fallback: false)."
	}
	return f
}

// neither says that no target of the route was called.
func neither(e check.Evidence) string {
	return fmt.Sprintf("The number %s reached neither target of its route; the caller got %s.", e.Caller.To, code(e.Caller.Final()))
}

func noFallbackFromRefusal(e check.Evidence) record.Finding {
	f := record.Finding{Cause: record.CauseRouting, ToDo: "Look at the responses that let the route go on to its next target: 408, 500, 502, 503 and 504 do."}
	switch {
	case e.First != nil && e.Called != nil:
		f.Why = fmt.Sprintf("%s was called before %s had refused: the route forks, it does not fall back.", e.Called.Party, e.First.Party)
	case e.First != nil:
		f.Why = fmt.Sprintf("%s refused with %s and the route's second target was never tried; the caller got %s.", e.First.Party, code(e.First.Final()), code(e.Caller.Final()))
	default:
		f.Why = neither(e)
	}
	return f
}

func noFallbackFromClosed(e check.Evidence) record.Finding {
	return record.Finding{
		Cause: record.CauseRouting,
		Why:   fmt.Sprintf("Nobody listens at the first target of %s, and the second was never tried; the caller got %s.", e.Caller.To, code(e.Caller.Final())),
		ToDo:  "Look whether an ICMP error or a refused connection is taken for a failure of the target, and at the timer that ends the wait for it.",
	}
}

func notSupervised(e check.Evidence) record.Finding {
	came := fmt.Sprintf("%d came, none of which was answered", e.Asked)
	if e.Asked == 0 {
		came = "not one came"
	}
	return record.Finding{
		Cause:    record.CauseRouting,
		Why:      fmt.Sprintf("The profile says that the system asks its first target by OPTIONS every %s; within %s %s.", e.Every, e.Within, came),
		ToDo:     "Switch on the supervision of that trunk by OPTIONS, or take options out of the profile.",
		Evidence: []string{fmt.Sprintf("%d OPTIONS came within %s", e.Asked, e.Within)},
	}
}

func downTried(e check.Evidence) record.Finding {
	f := record.Finding{Cause: record.CauseRouting, ToDo: "Look whether the result of the supervision is asked before a target is tried: each call waits for the guard time else."}
	switch {
	case e.First != nil:
		f.Why = fmt.Sprintf("%s had left %d OPTIONS unanswered and was called all the same.", e.First.Party, e.Asked)
	case e.Called != nil:
		f.Why = fmt.Sprintf("%s was called too late: as if the first target had been waited for.", e.Called.Party)
	default:
		f.Why = neither(e)
	}
	return f
}

func busyNotFinal(e check.Evidence) record.Finding {
	f := record.Finding{Cause: record.CauseRouting, ToDo: "Take 486 out of the responses that lead to the route's next target."}
	switch {
	case e.First == nil:
		return missedFirst(e)
	case e.Called != nil:
		f.Why = fmt.Sprintf("%s was busy, and the call was then put to %s: the called party's decision was taken for a failure.", e.First.Party, e.Called.Party)
	default:
		return notBusy(check.Evidence{System: e.System, Caller: e.Caller, Called: e.First})
	}
	return f
}

func missedFirst(e check.Evidence) record.Finding {
	return record.Finding{
		Cause: record.CauseRouting,
		Why:   fmt.Sprintf("The number %s did not reach the first target of its route; the caller got %s.", e.Caller.To, code(e.Caller.Final())),
		ToDo:  "Look at the order of the route's targets.",
	}
}

func goesOn(e check.Evidence) record.Finding {
	if e.First == nil {
		return missedFirst(e)
	}
	return record.Finding{
		Cause: record.CauseRouting,
		Why:   fmt.Sprintf("The caller gave up while the first target rang, and then %s was called: a phone rings for nobody, and who picks up hears nothing.", e.Called.Party),
		ToDo:  "Look at what follows when a target ends with 487 or its timer runs out: once the caller has sent CANCEL the search is over (RFC 3261 §16.10).",
	}
}

func notTold(e check.Evidence) record.Finding {
	f := record.Finding{Cause: record.CauseSignalling, ToDo: "Look at what follows when the route's last target has failed: the caller is to get the best of the responses (RFC 3261 §16.7 step 6)."}
	switch final := e.Caller.Final(); {
	case e.First == nil && e.Called == nil:
		return notAnswered(e)
	case final == 0:
		f.Why = fmt.Sprintf("Every target of %s failed, and the caller was never told: it waits on.", e.Caller.To)
	default:
		f.Why = fmt.Sprintf("Every target of %s failed, and the caller was told %d, which says something else.", e.Caller.To, final)
	}
	return f
}

// wrongNumber says what became of a call to a number that leads nowhere.
func wrongNumber(what, todo string) finder {
	return func(e check.Evidence) record.Finding {
		f := record.Finding{Cause: record.CauseRouting, ToDo: todo}
		switch final := e.Caller.Final(); {
		case e.Called != nil:
			f.Why = fmt.Sprintf("The number %s %s, and yet a call for it reached %s.", e.Caller.To, what, e.Called.Party)
		case final == 0 && len(e.Caller.Responses) == 0:
			return notAnswered(e)
		case final == 0 || final < 300:
			f.Why = fmt.Sprintf("The number %s %s, and the caller was not refused: it got %s.", e.Caller.To, what, code(final))
		case final == 401 || final == 403 || final == 407:
			return notAnswered(e)
		default:
			f.Cause = record.CauseSignalling
			f.Why = fmt.Sprintf("The number %s %s, and the caller was told %d, which says something else.", e.Caller.To, what, final)
		}
		return f
	}
}

func notBounded(e check.Evidence) record.Finding {
	f := record.Finding{
		Cause: record.CauseSignalling,
		Why: fmt.Sprintf("A call with Max-Forwards %d came to %s %d times, and each time more than one hop was left: it would never have ended.",
			e.Caller.Hops, e.CalledName, e.Arrivals),
		ToDo: "Have the outgoing INVITE carry the Max-Forwards of the incoming one less one (RFC 7332 §3): two systems that point at each other are else busy with one call for ever.",
	}
	if e.Called != nil && e.Called.Identity != nil && e.Called.Identity.Hops < e.Caller.Hops {
		f.Why = fmt.Sprintf("A call that ran in circles came to %s %d times, and the caller got %s.", e.CalledName, e.Arrivals, code(e.Caller.Final()))
		f.ToDo = "Follow the Max-Forwards of each turn in the message ladder, and the response that ended the call (482 or 483)."
	}
	return f
}
