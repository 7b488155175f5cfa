package diagnosis

import (
	"fmt"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

func registration(e check.Evidence) record.Finding {
	r := e.Registration
	switch r.Code {
	case 0:
		return record.Finding{
			Cause: record.CauseReachability,
			Why:   fmt.Sprintf("REGISTER of %s got no final response: %s.", r.Party, r.Error),
			ToDo:  "Look whether the registrar listens at " + e.System + ", and whether a firewall lets SIP through.",
		}
	case 401, 403, 407:
		return record.Finding{
			Cause: record.CauseAuthentication,
			Why:   fmt.Sprintf("%s was refused with %d although its password should be right.", r.Party, r.Code),
			ToDo:  "Compare user, password and realm of the account with the profile.",
		}
	}
	return record.Finding{
		Cause: record.CauseRegistration,
		Why:   fmt.Sprintf("%s could not register: %d %s.", r.Party, r.Code, r.Reason),
		ToDo:  "Look whether the account exists in that domain and may register.",
	}
}

// wrongPassword says what became of wrong credentials that were not refused.
func wrongPassword(checkID string, e check.Evidence) record.Finding {
	f := record.Finding{
		Cause: record.CauseAuthentication,
		ToDo:  "Switch on digest authentication for REGISTER and INVITE, and look whether the digest is really compared.",
	}
	if checkID == "call.refused" {
		switch final := e.Caller.Final(); {
		case e.Called != nil || e.Caller.Outcome == record.Answered:
			f.Why = "A caller with a wrong password was not refused: anybody can call at this account's expense."
		case rings(e.Caller):
			f.Why = fmt.Sprintf("A caller with a wrong password was not refused: the call of %s rings.", e.Caller.Party)
		case final == 0:
			return notAnswered(e)
		default:
			f.Why = fmt.Sprintf("Wrong credentials of %s got %d, which is no refusal of them.", e.Caller.Party, final)
		}
		return f
	}
	r := e.Registration
	switch {
	case r.Code == 0:
		return registration(e)
	case r.Code >= 200 && r.Code < 300 && !r.Challenged:
		f.Why = fmt.Sprintf("%s was registered without being asked for a password: authentication is off.", r.Party)
	case r.Code >= 200 && r.Code < 300:
		f.Why = fmt.Sprintf("%s was registered with a wrong password: the digest is asked for but not checked.", r.Party)
	default:
		f.Why = fmt.Sprintf("Wrong credentials of %s got %d, which is no refusal of them.", r.Party, r.Code)
	}
	return f
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
	case final == 401 || final == 403 || final == 407:
		return record.Finding{
			Cause: record.CauseAuthentication,
			Why:   fmt.Sprintf("The system refuses the caller %s with %d.", c.From, final),
			ToDo:  "For a trunk: is our address trusted? For a phone: compare account and password with the profile.",
		}
	case final == 488 || final == 606:
		return record.Finding{
			Cause: record.CauseCodec,
			Why:   fmt.Sprintf("The call is refused with %d: no common codec.", final),
			ToDo:  "Compare the codecs of both sides.",
		}
	case final == 480:
		return record.Finding{
			Cause: record.CauseRegistration,
			Why:   fmt.Sprintf("The system takes %s for not registered (480).", c.To),
			ToDo:  "Look at the binding of that account in the registrar.",
		}
	case e.Called == nil:
		return record.Finding{
			Cause: record.CauseRouting,
			Why:   fmt.Sprintf("The call to %s never reached its party; the caller got %s.", c.To, code(final)),
			ToDo:  "Look for the route of that number: prefix, target address and port.",
		}
	case e.Called.Outcome == record.Answered:
		return record.Finding{
			Cause: record.CauseSignalling,
			Why:   fmt.Sprintf("%s answered, but the caller got %s (RFC 3261 §13.3.1.4).", e.Called.Party, code(final)),
			ToDo:  "Follow the 200 of the called side through the system.",
		}
	}
	return record.Finding{Cause: record.CauseUnknown, Why: fmt.Sprintf("The caller got %s; the called party did not refuse.", code(final))}
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
	f.Why = fmt.Sprintf("The number %s reached neither target of its route; the caller got %s.", e.Caller.To, code(e.Caller.Final()))
	return f
}

func notBusy(e check.Evidence) record.Finding {
	if e.Called != nil && e.Called.Final() == 486 {
		return record.Finding{
			Cause: record.CauseSignalling,
			Why:   fmt.Sprintf("%s answered 486 Busy Here, the caller got %s (RFC 3261 §16.7 step 6: a final response of the called side is passed on).", e.Called.Party, code(e.Caller.Final())),
			ToDo:  "Look at the mapping of response codes; callers and carriers retry a 5xx, and a busy line is then called again and again.",
		}
	}
	return notAnswered(e)
}

// rings tells whether the last that a caller heard was ringing.
func rings(a *record.Attempt) bool {
	n := len(a.Responses)
	return n > 0 && a.Responses[n-1].Code > 100 && a.Responses[n-1].Code < 200
}

func cancel(checkID string, e check.Evidence) record.Finding {
	f := record.Finding{Cause: record.CauseSignalling, ToDo: "Follow the CANCEL in the message ladder from one leg to the other."}
	switch {
	case checkID == "cancel.ended" && e.Caller.CancelAt != 0 && e.Caller.CancelCode == 0:
		f.Why = "The caller's CANCEL was never answered (RFC 3261 §9.2: 200)."
	case checkID == "cancel.ended":
		f.Why = fmt.Sprintf("The cancelled INVITE ended with %s for the caller (RFC 3261 §9.2: 487).", code(e.Caller.Final()))
	case e.Caller.CancelCode >= 200 && e.Caller.CancelCode < 300:
		f.Why = fmt.Sprintf("The caller's CANCEL was answered %d but not passed on: %s rings on (RFC 3261 §9.2, §16.10).", e.Caller.CancelCode, e.CalledName)
	default:
		f.Why = fmt.Sprintf("The caller's CANCEL got %s and did not reach %s (RFC 3261 §9.2).", code(e.Caller.CancelCode), e.CalledName)
	}
	return f
}

func code(c int) string {
	if c == 0 {
		return "no final response"
	}
	return fmt.Sprint(c)
}
