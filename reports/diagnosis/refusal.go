package diagnosis

import (
	"cmp"
	"fmt"
	"strings"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// explained reads a refusal that says why: what one of our parties had to
// refuse, a challenge that is at fault, an extension or a body that the system
// will not have. Nil where nothing does.
func explained(e check.Evidence) *record.Finding {
	if f := objected(e); f != nil {
		return f
	}
	c := e.Caller
	if c == nil {
		return nil
	}
	final, says := c.Final(), ""
	if n := len(c.Responses); n > 0 {
		says = c.Responses[n-1].Says
	}
	return refusalOf("INVITE", c.Party, refusal{final, says, c.Challenge, len(c.Responses) > 1})
}

// objected says what one of our parties had to refuse.
func objected(e check.Evidence) *record.Finding {
	for _, a := range []*record.Attempt{e.Called, e.First, e.Caller} {
		if a == nil || a.Objection == "" {
			continue
		}
		got := ""
		if a != e.Caller && e.Caller != nil && a.Final() >= 300 {
			got = fmt.Sprintf(" and answered %d; the caller got %s", a.Final(), code(e.Caller.Final()))
		}
		return &record.Finding{
			Cause: record.CauseSignalling,
			Why:   fmt.Sprintf("%s had to refuse a request that %s%s.", a.Party, a.Objection, got),
			ToDo:  "Look at what the system writes into requests to that side: what it need not require it can name in Supported, or mark handling=optional; what that side needs it must offer.",
		}
	}
	return nil
}

// refusal is a final response of the system, and what it says.
type refusal struct {
	code      int
	says      string // see record.Response
	challenge string // see record.Attempt
	answered  bool   // credentials were sent
}

// refusalOf reads one that a request of a party got; nil where it does not
// say why.
func refusalOf(method, party string, r refusal) *record.Finding {
	_, what, said := strings.Cut(r.says, ": ")
	f := &record.Finding{Cause: record.CauseSignalling}
	switch {
	case r.challenge != "" && (r.code == 401 || r.code == 407):
		f.Cause = record.CauseAuthentication
		f.Why = fmt.Sprintf("The challenge to %s (%d) cannot be answered: %s.", party, r.code, r.challenge)
		f.ToDo = "Set the challenge of the system to a digest with realm, nonce, algorithm MD5 or SHA-256 and qop=\"auth\"; user and password are not in question yet."
		if r.answered && strings.Contains(r.challenge, "auth-int") {
			f.Why = fmt.Sprintf("The credentials of %s were refused with %d. Of the challenge: %s.", party, r.code, r.challenge)
			f.ToDo = "Have the system ask for qop=\"auth\"; if the credentials are refused still, compare user, password and realm of the account with the profile."
		}
	case r.code == 420 && strings.HasPrefix(r.says, "Unsupported: "):
		f.Why = fmt.Sprintf("The system refuses the %s of %s with 420: it does not know %s, which that requires (RFC 3261 §8.2.2.3).", method, party, what)
		f.ToDo = "Switch on " + what + " for this side, or say in the profile that it is not offered (options)."
	case r.code == 420:
		f.Why = fmt.Sprintf("The system refuses the %s of %s with 420 and does not say which extension it does not know (RFC 3261 §8.2.2.3: Unsupported).", method, party)
		f.ToDo = "Compare the Require of that request in the message ladder with what the system can: 100rel, timer."
	case r.code == 421:
		f.Why = fmt.Sprintf("The system refuses the %s of %s with 421: it demands %s (RFC 3261 §21.4.16).", method, party, cmp.Or(what, "an extension that it does not name"))
		f.ToDo = "Let the system support that extension towards this side, and not require it."
	case r.code == 415 && said:
		f.Why = fmt.Sprintf("The system refuses the body of the %s of %s with 415 (%s).", method, party, r.says)
		f.ToDo = "Have the system take application/sdp from this side (RFC 3261 §13.3.1)."
	default:
		return nil
	}
	return f
}
