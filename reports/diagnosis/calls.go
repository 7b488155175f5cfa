package diagnosis

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// callFinders: what becomes of a call.
func callFinders() map[string]finder {
	return map[string]finder{
		"system.answers": silent,
		"call.delivered": notDelivered,
		"call.answered":  notAnswered,
		"call.busy":      notBusy,
		"call.once":      twice,
		"call.released":  notReleased,
		"call.rejected":  notRejected,
		"call.no-answer": ringsOn,
		"call.quiet":     notQuiet,
		"call.forgotten": notForgotten,
	}
}

// notDelivered looks where the call arrived, if anywhere.
func notDelivered(e check.Evidence) record.Finding {
	c := e.Called
	if c == nil {
		return notAnswered(e)
	}
	f := record.Finding{
		Cause: record.CauseRouting,
		Why:   fmt.Sprintf("The call to %s arrived at %s in place of %s.", e.Caller.To, c.Party, e.CalledName),
		ToDo:  "Look at the route of that number: prefix, target address and port.",
	}
	if c.Party == e.CalledName {
		f.Why = fmt.Sprintf("The call to %s arrived at %s as one to %s.", e.Caller.To, c.Party, c.To)
		f.ToDo = "Look at what the route does to the number: digits taken off, put before it, or another form (+, national)."
	}
	return f
}

// notAnswered reads the caller's final response.
func notAnswered(e check.Evidence) record.Finding {
	if f := explained(e); f != nil {
		return *f
	}
	if f := phoneRefused(e); f != nil {
		return *f
	}
	c := e.Caller
	final := c.Final()
	switch {
	case final == 0 && c.Refused:
		return record.Finding{
			Cause: record.CauseSIPPort,
			Why:   fmt.Sprintf("Nobody listens at %s: the port is closed.", e.System),
			ToDo:  "Compare port and transport of the system with the profile.",
		}
	case final == 0 && len(c.Responses) == 0:
		return record.Finding{
			Cause: record.CauseReachability,
			Why:   fmt.Sprintf("%s does not answer the INVITE at all; a firewall that drops it looks the same from here.", e.System),
			ToDo:  "Capture at the system: if the INVITE arrives there it is the system, if not a firewall or a route.",
		}
	case lostToNAT(e) != nil:
		return *lostToNAT(e)
	case final == 401 || final == 403 || final == 407:
		return notAuthorized(c, final)
	case final == 488 || final == 606:
		return notAcceptable(e, final)
	case unbound(e) != nil:
		return *unbound(e)
	case final == 480:
		return record.Finding{
			Cause: record.CauseRegistration,
			Why:   fmt.Sprintf("The system takes %s for not registered (480).", c.To),
			ToDo:  "Look at the binding of that account in the registrar.",
		}
	case e.Called == nil && (final == 486 || final == 600):
		return record.Finding{
			Cause: record.CauseCapacity,
			Why:   fmt.Sprintf("The system says that %s is busy (%d) without calling it: it has no call.", c.To, final),
			ToDo:  "Look for a call of before that is still counted, and for a limit of calls on that number or route.",
		}
	case e.Called == nil:
		return record.Finding{
			Cause: record.CauseRouting,
			Why:   fmt.Sprintf("The call to %s never reached %s; the caller got %s.", c.To, cmp.Or(e.CalledName, "its party"), code(final)),
			ToDo:  "Look for the route of that number: prefix, target address and port.",
		}
	case e.Called.Outcome == record.Answered:
		return record.Finding{
			Cause: record.CauseSignalling,
			Why:   fmt.Sprintf("%s answered (200), which never reached %s: the system told it %s (RFC 3261 §13.3.1.4).", e.Called.Party, c.Party, code(final)),
			ToDo:  "Follow the 200 of the called side through the system.",
		}
	}
	return record.Finding{Cause: record.CauseUnknown, Why: fmt.Sprintf("The caller got %s; the called party did not refuse.", code(final))}
}

func notBusy(e check.Evidence) record.Finding {
	if toldAsSaid(e) {
		return asSaid(e)
	}
	if e.Called != nil && e.Called.Final() == 486 {
		return record.Finding{
			Cause: record.CauseSignalling,
			Why:   fmt.Sprintf("%s answered 486 Busy Here, the caller got %s (RFC 3261 §16.7 step 6: a final response of the called side is passed on).", e.Called.Party, code(e.Caller.Final())),
			ToDo:  "Look at the mapping of response codes; callers and carriers retry a 5xx, and a busy line is then called again and again.",
		}
	}
	return notAnswered(e)
}

func twice(e check.Evidence) record.Finding {
	if c := e.Called; c != nil && c.Final() >= 300 && c.CancelAt == 0 {
		return record.Finding{
			Cause: record.CauseRouting,
			Why:   fmt.Sprintf("%s refused the call with %d and was called again: %d calls came for one that was dialled.", e.CalledName, c.Final(), e.Arrivals),
			ToDo:  "Look at what is tried again: a refusal of the called side is final (RFC 3261 §16.7 step 5), and a route must not lead to the same place twice.",
		}
	}
	return record.Finding{
		Cause: record.CauseRouting,
		Why:   fmt.Sprintf("One call was dialled, %d reached %s: it is forked, or tried again where it should not be.", e.Arrivals, e.CalledName),
		ToDo:  "Look for a second route or contact that leads to the same place.",
	}
}

// silent says why OPTIONS got no answer, as far as one vantage can tell.
func silent(e check.Evidence) record.Finding {
	switch {
	case e.Before:
		return record.Finding{
			Cause: record.CauseReachability,
			Why:   fmt.Sprintf("The system under test at %s stopped answering in mid-run: %s.", e.System, e.Down),
			ToDo:  "Look whether it still runs; its log and what was sent to it last are the places to begin.",
		}
	case e.ClosedPort:
		return record.Finding{
			Cause: record.CauseSIPPort,
			Why:   fmt.Sprintf("The port is closed at %s: %s.", e.System, e.Down),
			ToDo:  "Look whether the system runs, and compare its SIP port and transport with the profile.",
		}
	}
	switch e.TCP {
	case check.TCPAnswered, check.TCPRefused:
		return record.Finding{
			Cause: record.CauseReachability,
			Why:   fmt.Sprintf("%s is silent: %s. Its host is up, for TCP %s there: what was sent over UDP is dropped, by a firewall or by the system itself.", e.System, e.Down, e.TCP),
			ToDo:  "Capture at the system: if the request arrives there, it takes nothing from our address or has its port elsewhere; if not, a firewall drops UDP.",
		}
	case check.TCPSilent:
		return record.Finding{
			Cause: record.CauseReachability,
			Why:   fmt.Sprintf("%s is silent: %s. TCP is silent there too: the host is down, no route leads back, or a firewall drops everything.", e.System, e.Down),
			ToDo:  "Look whether the host is up and has a route to our address; then capture there, and on the firewall.",
		}
	}
	return record.Finding{
		Cause: record.CauseReachability,
		Why:   fmt.Sprintf("%s is silent: %s. A firewall that drops SIP looks the same from here.", e.System, e.Down),
		ToDo:  "Capture at the system: if the request arrives there it is the system, if not a firewall or a route.",
	}
}

// rings tells whether the last that a caller heard was ringing.
func rings(a *record.Attempt) bool {
	n := len(a.Responses)
	return n > 0 && a.Responses[n-1].Code > 100 && a.Responses[n-1].Code < 200
}

func code(c int) string {
	if c == 0 {
		return "no final response"
	}
	return fmt.Sprint(c)
}

func notRejected(e check.Evidence) record.Finding {
	if toldAsSaid(e) {
		return asSaid(e)
	}
	if e.Called != nil && e.Called.Final() >= 300 {
		return record.Finding{
			Cause: record.CauseSignalling,
			Why:   fmt.Sprintf("%s answered %d Decline, the caller got %s (RFC 3261 §16.7 step 6: a final response of the called side is passed on).", e.Called.Party, e.Called.Final(), code(e.Caller.Final())),
			ToDo:  "Look at the mapping of response codes: who is told of a fault, or of a phone that is not there, calls again.",
		}
	}
	return notAnswered(e)
}

// ringsOn says what became of a call that nobody picked up.
func ringsOn(e check.Evidence) record.Finding {
	f := record.Finding{Cause: record.CauseSignalling, ToDo: "Look at the ring time (no-answer timer) of that route or account, and whether the called side is cancelled when it ends."}
	switch final := e.Caller.Final(); {
	case e.Called == nil:
		return notAnswered(e)
	case final == 0:
		f.Why = fmt.Sprintf("%s rings on beyond the ring time of %s; the caller is not told (RFC 3261 §16.8).", e.CalledName, e.Ring)
	case e.Called.CancelAt == 0:
		f.Why = fmt.Sprintf("The caller got %d, but %s was not cancelled and rings on (RFC 3261 §16.8).", final, e.CalledName)
	default:
		f.Why = fmt.Sprintf("A call that nobody picked up ended with %d for the caller after %s, with a ring time of %s.", final, lasted(e.Caller), e.Ring)
		f.ToDo = "Look at the ring time (no-answer timer) of that route or account, and at the code that its end is told with."
	}
	return f
}

// lasted gives how long an attempt took to its last response, for people.
func lasted(a *record.Attempt) time.Duration {
	if len(a.Responses) == 0 {
		return 0
	}
	return took(a.Start, a.Responses[len(a.Responses)-1].At)
}

func took(from, to int64) time.Duration { return time.Duration(to - from).Round(time.Millisecond) }

// notAcceptable tells a refused offer from the refusal of an INVITE without
// one.
func notAcceptable(e check.Evidence, final int) record.Finding {
	if e.Caller.Delayed && e.Called == nil {
		return record.Finding{
			Cause: record.CauseSignalling,
			Why:   fmt.Sprintf("An INVITE without an offer is refused with %d (RFC 3261 §13.2.1: the called side then makes the offer).", final),
			ToDo:  "Switch on delayed offer (INVITE without SDP) for this side, or say in the profile that it is not offered.",
		}
	}
	f := record.Finding{
		Cause: record.CauseCodec,
		Why:   fmt.Sprintf("The offer of %s%s is refused with %d: no common codec.", e.Caller.Party, listed(e.Caller.Offered), final),
		ToDo:  "Compare the codecs of both sides.",
	}
	switch c := e.Called; {
	case c == nil:
		f.Why += " No party of ours was called: the system itself refuses it."
		f.ToDo = "Look at the codecs that the system allows on this side and this route, and at those of the profile."
	case len(c.Offered) > 0 && c.Final() == final && !slices.Equal(c.Offered, e.Caller.Offered):
		f.Why = fmt.Sprintf("%s offered %s, %s was offered %s, and refused it with %d: no common codec is left.",
			e.Caller.Party, strings.Join(e.Caller.Offered, ", "), c.Party, strings.Join(c.Offered, ", "), final)
		f.ToDo = "Look at the codec filter of the system on the way to that side: it changes the list of the offer."
	}
	return f
}

// listed puts codecs into brackets; nothing for none.
func listed(codecs []string) string {
	if len(codecs) == 0 {
		return ""
	}
	return " (" + strings.Join(codecs, ", ") + ")"
}

// notAuthorized is for a caller who is refused for who it is: by the system, or
// by what stands behind it, once its own credentials were taken.
func notAuthorized(c *record.Attempt, final int) record.Finding {
	f := record.Finding{
		Cause: record.CauseAuthentication,
		Why:   fmt.Sprintf("The system refuses the caller %s with %d.", c.From, final),
		ToDo:  "For a trunk: is our address trusted? For a phone: compare account and password with the profile.",
	}
	asked := slices.IndexFunc(c.Responses, func(r record.Response) bool { return r.Code == 401 || r.Code == 407 })
	if asked >= 0 && slices.ContainsFunc(c.Responses[asked:], func(r record.Response) bool { return r.Code < 200 }) {
		f.Why = fmt.Sprintf("The system asked the caller %s for credentials and took the call with them (1xx); then came %d, from what it sent the call to or from a later rule of its own.", c.From, final)
		f.ToDo = fmt.Sprintf("Look at the trunk that leads to %s: the system behind it must know this one by its address, or by credentials that this one sends.", c.To)
	}
	return f
}
