package diagnosis

import (
	"fmt"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// registrationFinders: who may register and call.
func registrationFinders() map[string]finder {
	return map[string]finder{
		"register.listed":    notListed,
		"register.accepted":  registration,
		"register.withdrawn": notRemoved,
		"register.refused":   wronglyRegistered,
		"call.refused":       wronglyAdmitted,
		"call.withheld":      wronglyBound,
	}
}

func registration(e check.Evidence) record.Finding {
	r := e.Registration
	if f := refusalOf("REGISTER", r.Party, refusal{r.Code, r.Says, r.Challenge, r.Challenged}); f != nil {
		return *f
	}
	switch r.Code {
	case 0:
		return record.Finding{
			Cause: record.CauseReachability,
			Why:   fmt.Sprintf("REGISTER of %s got no final response: %s.", r.Party, r.Error),
			ToDo:  "Look whether the registrar listens at " + e.System + ", and whether a firewall lets SIP through.",
		}
	case 401, 403, 407:
		f := record.Finding{
			Cause: record.CauseAuthentication,
			Why:   fmt.Sprintf("The REGISTER of %s was refused with %d although its password should be right.", r.Party, r.Code),
			ToDo:  "Compare user, password and realm of the account with the profile; where they are right, look how many contacts the account may have.",
		}
		if e.Proved {
			f.Cause = record.CauseRegistration
			f.Why = fmt.Sprintf("The REGISTER of %s was refused with %d, and its password is right: the account was registered with it before in this run.", r.Party, r.Code)
			f.ToDo = "Look how many contacts the account may have at a time, and whether a new one may take the place of an old one."
		}
		if !r.Challenged && r.Code == 403 {
			f.Why = fmt.Sprintf("The REGISTER of %s was refused with 403 before it was asked for its password: the password is not the matter.", r.Party)
			f.ToDo = "Look whether the account exists and is not blocked, and whether our address may register."
		}
		return f
	}
	return record.Finding{
		Cause: record.CauseRegistration,
		Why:   fmt.Sprintf("%s could not register: %d %s.", r.Party, r.Code, r.Reason),
		ToDo:  "Look whether the account exists in that domain and may register.",
	}
}

func notRemoved(e check.Evidence) record.Finding {
	r := e.Registration
	if r.Code == 0 {
		return registration(e)
	}
	return record.Finding{
		Cause: record.CauseRegistration,
		Why:   fmt.Sprintf("%s was registered, but its binding could not be removed: %d %s (RFC 3261 §10.2.2).", r.Party, r.Code, r.Reason),
		ToDo:  "Calls go to that contact until it expires: look whether the registrar lets an account remove its contact, with Expires: 0.",
	}
}

func wronglyBound(e check.Evidence) record.Finding {
	return record.Finding{
		Cause: record.CauseAuthentication,
		Why:   fmt.Sprintf("%s had a wrong password and was refused, and yet calls to %s reach it: its contact was bound.", e.CalledName, e.Caller.To),
		ToDo:  "Bind a contact only after the digest was found right (RFC 3261 §10.3).",
	}
}

// digestOff is what to look at where wrong credentials are not refused.
const digestOff = "Switch on digest authentication for REGISTER and INVITE, and look whether the digest is really compared."

// wronglyAdmitted says what became of a call with wrong credentials.
func wronglyAdmitted(e check.Evidence) record.Finding {
	f := record.Finding{Cause: record.CauseAuthentication, ToDo: digestOff}
	switch final := e.Caller.Final(); {
	case e.Called != nil || e.Caller.Outcome == record.Answered:
		f.Why = fmt.Sprintf("%s called %s with a wrong password and was not refused: %s. Anybody can call at this account's expense.", e.Caller.Party, e.Caller.To, how(e))
	case rings(e.Caller):
		f.Why = fmt.Sprintf("A caller with a wrong password was not refused: the call of %s rings.", e.Caller.Party)
	case final == 0:
		return notAnswered(e)
	default:
		f.Why = fmt.Sprintf("Wrong credentials of %s got %d, which is no refusal of them.", e.Caller.Party, final)
	}
	return f
}

// how says how far a call came that should have been refused.
func how(e check.Evidence) string {
	if e.Called != nil {
		return "the call reached " + e.Called.Party
	}
	return "the call was answered"
}

// wronglyRegistered says what became of a REGISTER with wrong credentials.
func wronglyRegistered(e check.Evidence) record.Finding {
	f := record.Finding{Cause: record.CauseAuthentication, ToDo: digestOff}
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

func notListed(e check.Evidence) record.Finding {
	f := record.Finding{
		Cause: record.CauseRegistration,
		Why:   fmt.Sprintf("The 200 to the REGISTER of %s lists no contact (RFC 3261 §10.3 step 8: all that are bound).", e.Registration.Party),
		ToDo:  "Look at the header rules that stand between: a phone whose contact is not in the 200 takes itself for not registered.",
	}
	if c := check.Foreign(e); c != "" {
		f.Why = fmt.Sprintf("The 200 to the REGISTER of %s lists %s, which is bound to another account (RFC 3261 §10.3 step 8).", e.Registration.Party, c)
		f.ToDo = "Look what the registrar keys its bindings by: calls to one account may reach the other's phone."
	}
	return f
}
