package diagnosis

import (
	"fmt"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

func notReleased(e check.Evidence) record.Finding {
	for _, a := range []*record.Attempt{e.Caller, e.Called} {
		if a != nil && len(a.Stray) > 0 {
			return record.Finding{
				Cause: record.CauseSignalling,
				Why:   fmt.Sprintf("%s got a request that does not fit its dialog: %s.", a.Party, a.Stray[0]),
				ToDo:  "Compare the request with the dialog in the message ladder: both tags, and a Request-URI that is the other side's last Contact.",
			}
		}
	}
	if f := byeLostToNAT(e); f != nil {
		return *f
	}
	for _, a := range []*record.Attempt{e.Caller, e.Called} {
		if a != nil && a.Unacked {
			return record.Finding{
				Cause: record.CauseSignalling,
				Why:   fmt.Sprintf("%s answered, and no ACK came: it may not hang up (RFC 3261 §13.2.2.4, §15).", a.Party),
				ToDo:  "Follow the ACK in the message ladder: it goes to the Contact of the 2xx, with the INVITE's number.",
			}
		}
	}
	return byeLost(e)
}

// byeLost says what became of a BYE, on which leg.
func byeLost(e check.Evidence) record.Finding {
	f := record.Finding{
		Cause: record.CauseSignalling,
		Why:   "Hanging up on one side did not release the other (RFC 3261 §15).",
		ToDo:  "Follow the BYE in the message ladder: is it answered, and is it sent on within the other dialog?",
	}
	by, other := e.Caller, e.Called
	if by != nil && !by.ByeSent {
		by, other = other, by
	}
	if by == nil || other == nil || !by.ByeSent {
		return f
	}
	answer := "was not answered"
	if by.ByeCode != 0 {
		answer = fmt.Sprintf("was answered %d", by.ByeCode)
	}
	switch {
	case other.ByeAt == 0:
		f.Why = fmt.Sprintf("%s hung up, its BYE %s, and no BYE came to %s, which stays in the call (RFC 3261 §15).", by.Party, answer, other.Party)
	case by.ByeCode < 200 || by.ByeCode >= 300:
		f.Why = fmt.Sprintf("The BYE of %s %s, and %s was released all the same (RFC 3261 §15.1.2: 200).", by.Party, answer, other.Party)
		f.ToDo = "Look at the leg on which the BYE came: is its dialog known until it is answered, with both tags?"
	}
	return f
}

// notQuiet says what came of a call that had ended.
func notQuiet(e check.Evidence) record.Finding {
	f := record.Finding{
		Cause: record.CauseMedia,
		Why:   "RTP went on coming after the call was released: a media session was left over.",
		ToDo:  "Look whether the relay closes its ports when a call ends; they run out otherwise.",
	}
	for _, side := range []struct {
		a *record.Attempt
		s *record.Stream
	}{{e.Caller, e.CallerStream}, {e.Called, e.CalledStream}} {
		if side.a != nil && len(side.a.After) > 0 {
			return record.Finding{
				Cause: record.CauseSignalling,
				Why:   fmt.Sprintf("%s got a %s within a dialog that had ended: the system has not let go of that leg (RFC 3261 §15).", side.a.Party, side.a.After[0]),
				ToDo:  "Follow that leg in the message ladder: was the answer to its BYE taken?",
			}
		}
		if over := check.Over(e); side.s != nil && side.s.LastAt-over > int64(check.Settled) {
			f.Why = fmt.Sprintf("RTP came to %s for %s after both sides had been released: a media session was left over.", side.a.Party, took(over, side.s.LastAt))
		}
	}
	return f
}

func notForgotten(e check.Evidence) record.Finding {
	f := record.Finding{Cause: record.CauseSignalling, ToDo: "Look whether the system still lists that call: a leg that is left over counts against its limits."}
	if c := e.Caller.AskedCode; c != 0 {
		f.Why = fmt.Sprintf("A BYE of %s within a dialog that had ended was answered %d, not 481: the leg is left over (RFC 3261 §15.1.2).", e.Caller.Party, c)
		return f
	}
	f.Why = fmt.Sprintf("A BYE of %s within a dialog that had ended was not answered at all (RFC 3261 §15.1.2: 481).", e.Caller.Party)
	return f
}
