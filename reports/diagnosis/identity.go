package diagnosis

import (
	"fmt"
	"strings"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// identityFinders: what the called party is shown, and who may call at all.
func identityFinders() map[string]finder {
	return map[string]finder{
		"identity.number":       wrongArrival,
		"identity.caller":       wrongCaller,
		"identity.asserted":     wronglyAsserted,
		"identity.forged":       forgedIdentity,
		"identity.withheld":     notWithheld,
		"identity.kept-private": notKept,
		"call.untrusted":        strangerAdmitted("from an address that nobody trusts"),
		"call.forged":           strangerAdmitted("that merely names a number of a trunk, from an address that nobody trusts,"),
	}
}

// shown gives the headers that name the caller, as evidence.
func shown(e check.Evidence) []string {
	out := observed(e)
	if e.Called != nil && e.Called.Identity != nil {
		for _, h := range e.Called.Identity.Shown {
			out = append(out, e.Called.Party+" was shown "+h)
		}
	}
	return out
}

func wrongArrival(e check.Evidence) record.Finding {
	return record.Finding{
		Cause: record.CauseRouting,
		Why:   fmt.Sprintf("The number %s was to arrive at %s as %s and arrived as %q.", e.Caller.To, e.Called.Party, e.Wanted.Number, e.Called.To),
		ToDo:  "Look at what the route does to the number: digits taken off, put before it, or another form (+, national).",
	}
}

func wrongCaller(e check.Evidence) record.Finding {
	f := record.Finding{
		Cause: record.CauseSignalling, Evidence: shown(e),
		Why:  fmt.Sprintf("%s calls as %s and is shown to %s as %q in place of %s.", e.Caller.Party, e.Caller.From, e.Called.Party, e.Called.From, e.Wanted.Caller),
		ToDo: "Look at what the system writes into From towards this trunk: the account's own number, in the form that was agreed on.",
	}
	if strings.TrimPrefix(e.Called.From, "+") == strings.TrimPrefix(e.Wanted.Caller, "+") {
		f.Cause = record.CauseRouting
		f.ToDo = "Look at the form in which callers' numbers go to this trunk (+, national)."
	}
	if e.First != nil && e.First.From == e.Called.From {
		f.Cause = record.CauseRouting
		f.Why += fmt.Sprintf(" That is how it was shown to %s, the first target of the route.", e.First.Party)
		f.ToDo = "Begin from the number that came in when the next target of a route is tried: what was done to it for the one before must not stay, nor be done again."
	}
	return f
}

func wronglyAsserted(e check.Evidence) record.Finding {
	f := record.Finding{Cause: record.CauseSignalling, Evidence: shown(e)}
	got := e.Called.Identity != nil && len(e.Called.Identity.Asserted) > 0
	switch {
	case !got:
		f.Why = fmt.Sprintf("%s is trusted with who calls, and no P-Asserted-Identity came to it (RFC 3325 §5).", e.Called.Party)
		f.ToDo = "Have the system assert the identity of accounts that gave the right password, and keep what trusted trunks assert."
	case e.Wanted.Asserted == "":
		f.Cause = record.CauseSecurity
		f.Why = fmt.Sprintf("%s was told an asserted identity, %s, that it is not to get or that nobody could vouch for (RFC 3325 §5).", e.Called.Party, strings.Join(e.Called.Identity.Asserted, ", "))
		f.ToDo = "Take P-Asserted-Identity out of what comes from, and what goes to, those who are not trusted with it."
	default:
		f.Why = fmt.Sprintf("%s was told the asserted identity %s in place of %s.", e.Called.Party, strings.Join(e.Called.Identity.Asserted, ", "), e.Wanted.Asserted)
		f.ToDo = "Look which number the system asserts for this caller, and in which form."
	}
	return f
}

func forgedIdentity(e check.Evidence) record.Finding {
	return record.Finding{
		Cause: record.CauseSecurity, Evidence: shown(e),
		Why:  fmt.Sprintf("%s claimed to be %s, and %s was told so: anybody with an account can call in another's name.", e.Caller.Party, e.Wanted.Forged, e.Called.Party),
		ToDo: "Replace a P-Asserted-Identity that comes from a phone by the account's own number (RFC 3325 §5).",
	}
}

func notWithheld(e check.Evidence) record.Finding {
	return record.Finding{
		Cause: record.CauseSecurity, Evidence: shown(e),
		Why:  fmt.Sprintf("%s asked to stay unknown (Privacy: id), and %s, which is not trusted with who calls, was shown %s.", e.Caller.Party, e.Called.Party, e.Wanted.Secret),
		ToDo: "Have the system take out P-Asserted-Identity and every other header that names the caller where the call leaves the trusted network (RFC 3325 §7).",
	}
}

func notKept(e check.Evidence) record.Finding {
	return record.Finding{
		Cause: record.CauseSecurity, Evidence: shown(e),
		Why:  fmt.Sprintf("%s asked to stay unknown (Privacy: id), and %s, which is trusted with its number, was not told so: it will show it.", e.Caller.Party, e.Called.Party),
		ToDo: "Pass Privacy on with the asserted identity to those who are trusted (RFC 3325 §7), and keep the number out of From.",
	}
}

// strangerAdmitted says what became of a stranger's call.
func strangerAdmitted(how string) finder {
	return func(e check.Evidence) record.Finding {
		f := record.Finding{Cause: record.CauseSecurity, ToDo: "Let calls in from the trunks' addresses and from accounts with the right password, and from nobody else: what From says proves nothing."}
		switch final := e.Caller.Final(); {
		case e.Called != nil:
			f.Why = fmt.Sprintf("A call %s reached %s: anybody can call at others' expense.", how, e.Called.Party)
		case e.Caller.Outcome == record.Answered || rings(e.Caller):
			f.Why = fmt.Sprintf("A call %s was not refused.", how)
		case final == 0:
			f.Why = fmt.Sprintf("A call %s was taken up and neither refused nor dropped.", how)
		default:
			f.Why = fmt.Sprintf("A call %s got %d, which tells a stranger more than that it may not call.", how, final)
			f.ToDo = "Refuse strangers with 403 or a challenge before the number is looked at."
		}
		return f
	}
}
