package diagnosis

import (
	"fmt"
	"strings"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// bindingFinders: where accounts are reached, the numbers behind them, and who
// passes for whom.
func bindingFinders() map[string]finder {
	return map[string]finder{
		"register.renewed":  notRenewed,
		"register.idle":     idleForgotten,
		"register.ended":    outlived("The registration of %s has ended, and yet it is called.", "Look whether the registrar holds the expiry that it granted against its clock when a call comes, and not only in a clean-up now and then."),
		"register.removed":  outlived("%s removed its registration, and yet it is called.", "Look how the registrar takes a removal: an expiry of 0 in the Contact or in the Expires header field (RFC 3261 §10.2.2)."),
		"register.moved":    notMoved,
		"register.offline":  notOffline,
		"register.repeated": repeated,
		"register.unproved": unproved,
		"register.kept":     removedUnproved,
		"register.owned":    hijacked,
		"number.bound":      notBound,
		"number.form":       wrongForm,
		"number.unmapped":   unmappedUnsaid,
		"identity.own":      stolen,
	}
}

// unanswered tells whether the caller's own case is the matter: the system
// said nothing, or refused the caller.
func unanswered(e check.Evidence) bool {
	switch e.Caller.Final() {
	case 0, 401, 403, 407:
		return true
	}
	return false
}

func notRenewed(e check.Evidence) record.Finding {
	if e.Called == nil && unanswered(e) {
		return notAnswered(e)
	}
	return record.Finding{
		Cause: record.CauseRegistration,
		Why:   fmt.Sprintf("%s renewed its registration in time, and is not reached once the first would have ended; the caller got %s.", e.CalledName, code(e.Caller.Final())),
		ToDo:  "Look whether a REGISTER for a contact that is bound already sets its expiry anew (RFC 3261 §10.3 step 7).",
	}
}

func idleForgotten(e check.Evidence) record.Finding {
	if e.Called != nil || e.Caller.Final() != 480 && e.Caller.Final() != 404 {
		return notDelivered(e)
	}
	return record.Finding{
		Cause: record.CauseRegistration,
		Why:   fmt.Sprintf("%s registered, said nothing for a while, and its registration has not ended; the caller got %d, as if it were not registered.", e.CalledName, e.Caller.Final()),
		ToDo:  "Look what removes a binding before its expiry: a ping of the system that nobody answered, a clean-up, a flow or cache that ends sooner (RFC 3261 §10.3 step 7: a binding holds for as long as was granted).",
	}
}

func outlived(why, todo string) finder {
	return func(e check.Evidence) record.Finding {
		return record.Finding{Cause: record.CauseRegistration, Why: fmt.Sprintf(why, e.CalledName), ToDo: todo}
	}
}

func notMoved(e check.Evidence) record.Finding {
	f := record.Finding{
		Cause: record.CauseRegistration,
		ToDo:  "Look at the order of several contacts of one account: the one registered last goes first, or all are called at once; and how many contacts an account may have.",
	}
	switch {
	case e.Called == nil && e.First == nil:
		return notAnswered(e)
	case e.Called == nil:
		f.Why = "The phone has moved and is called at the address that it left, and not at the new one."
	default:
		f.Why = "The phone has moved and is called first at the address that it left; callers wait until that has failed."
	}
	return f
}

func notOffline(e check.Evidence) record.Finding {
	f := record.Finding{Cause: record.CauseRegistration}
	switch final := e.Caller.Final(); {
	case e.Called != nil:
		f.Why = fmt.Sprintf("%s is not registered, and yet the call reached %s.", e.Caller.To, e.Called.Party)
		f.ToDo = "Look at the bindings of that account in the registrar, and for a route that leads elsewhere."
	case unanswered(e):
		return notAnswered(e)
	default:
		f.Why = fmt.Sprintf("%s is a known number whose phone is not registered; the caller got %d, as if it were something else (RFC 3261 §21.4.18: 480).", e.Caller.To, final)
		f.ToDo = "Look at the code that the system has for an account without a contact."
	}
	return f
}

func repeated(e check.Evidence) record.Finding {
	return record.Finding{
		Cause: record.CauseSecurity,
		Why:   fmt.Sprintf("%s registered its own contact with credentials that another had used: who reads one REGISTER on the way gets the calls of that account.", e.Registration.Party),
		ToDo:  "Let a nonce be used once, or count its uses (nc, RFC 7616 §3.4.3), and carry SIP over TLS.",
	}
}

func unproved(e check.Evidence) record.Finding {
	return record.Finding{
		Cause: record.CauseSecurity,
		Why:   fmt.Sprintf("Account %s has a password, and was registered for somebody who showed none: whoever can reach the system gets its calls.", e.Registration.User),
		ToDo:  "Have the system challenge every REGISTER (RFC 3261 §10.3 step 3): look for an account without its password, and for a rule that lets an address in.",
	}
}

func removedUnproved(e check.Evidence) record.Finding {
	return record.Finding{
		Cause: record.CauseSecurity,
		Why:   fmt.Sprintf("%s asked for %s, without credentials, and got %d %s: whoever can reach the system takes phones off it.", e.Registration.Party, e.Demand, e.Registration.Code, e.Registration.Reason),
		ToDo:  "Have the system challenge every REGISTER, removals too (RFC 3261 §10.3 step 3).",
	}
}

func hijacked(e check.Evidence) record.Finding {
	f := record.Finding{
		Cause: record.CauseSecurity,
		Why:   fmt.Sprintf("An intruder asked for %s, was granted it, and then no call came to %s: one account takes another's phone off.", e.Demand, e.CalledName),
		ToDo:  "Have the registrar compare who has proved to be whom with the To of the REGISTER, for removals too (RFC 3261 §10.3 step 4), and answer 403.",
	}
	if e.Called != nil {
		f.Why = fmt.Sprintf("An intruder asked for %s, and is called in place of %s, or beside it: one account takes another's calls.", e.Demand, e.CalledName)
	}
	return f
}

func notBound(e check.Evidence) record.Finding {
	f := record.Finding{Cause: record.CauseBinding, ToDo: "Compare the numbers of the account in the system with the profile, both ends of each range."}
	switch final := e.Caller.Final(); {
	case e.Called != nil:
		f.Why = fmt.Sprintf("The call to %s arrived at %s in place of %s, which registered that number.", e.Caller.To, e.Called.Party, e.CalledName)
	case unanswered(e):
		return notAnswered(e)
	case final == 480:
		f.Cause = record.CauseRegistration
		f.Why = fmt.Sprintf("%s is registered, and the system takes its number %s for not registered (480).", e.CalledName, e.Caller.To)
		f.ToDo = "Look whether one REGISTER of the account binds all of its numbers."
	default:
		f.Why = fmt.Sprintf("%s is registered, and its number %s does not lead to it; the caller got %d.", e.CalledName, e.Caller.To, final)
	}
	return f
}

func wrongForm(e check.Evidence) record.Finding {
	why := "the gateway cannot tell which of its numbers is meant"
	if e.Called.To == e.Caller.To {
		why = "it is not known there by the number dialled"
	}
	if len(e.Numbers) > 0 {
		why += "; by the profile the Request-URI is to carry " + strings.Join(e.Numbers, " or ")
	}
	return record.Finding{
		Cause: record.CauseBinding,
		Why:   fmt.Sprintf("The call to %s arrived at %s as one to %s: %s.", e.Caller.To, e.CalledName, e.Called.To, why),
		ToDo:  "Set what the Request-URI to that account carries: the user of its contact, or the number dialled.",
	}
}

func unmappedUnsaid(e check.Evidence) record.Finding {
	if toldAsSaid(e) {
		return asSaid(e)
	}
	return record.Finding{
		Cause: record.CauseSignalling,
		Why:   fmt.Sprintf("%s answered %d, for it does not know %s, and the caller got %s (RFC 3261 §16.7 step 6: a final response of the called side is passed on).", e.Called.Party, e.Called.Final(), e.Caller.To, code(e.Caller.Final())),
		ToDo:  "Look at the mapping of response codes; callers cannot tell a wrong number from a fault otherwise.",
	}
}

func stolen(e check.Evidence) record.Finding {
	return record.Finding{
		Cause: record.CauseSecurity,
		Why:   fmt.Sprintf("An account called %s with the number %s, which is another's, and %s was shown it.", e.Caller.To, e.Foreign, e.Called.Party),
		ToDo:  "Hold the From of an account against its own numbers: refuse others, or put its own number in their place.",
	}
}
