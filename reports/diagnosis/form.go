package diagnosis

import (
	"fmt"
	"strings"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// formFinders: what messages have to say, whatever they are about.
func formFinders() map[string]finder {
	return map[string]finder{
		"dialog.contact": withoutContact,
		"message.typed":  withoutType,
		"offer.origin":   misversioned,
	}
}

func withoutContact(e check.Evidence) record.Finding {
	return record.Finding{
		Cause: record.CauseSignalling,
		Why:   fmt.Sprintf("%s: nobody can know where to send what follows in the dialog (RFC 3261 §8.1.1.8, §12.1.1).", strings.Join(check.Lacking(e, "Contact"), "; ")),
		ToDo:  "Look at the header rules that stand between: Contact may be rewritten, not taken out. ACK, BYE and re-INVITE of other products will go astray.",
	}
}

func withoutType(e check.Evidence) record.Finding {
	return record.Finding{
		Cause: record.CauseSignalling,
		Why:   fmt.Sprintf("%s: a body of no type is no description of media, and many refuse it with 415 (RFC 3261 §20.15).", strings.Join(check.Lacking(e, "Content-Type"), "; ")),
		ToDo:  "Look at the header rules that stand between; a body that is passed on or rewritten keeps Content-Type: application/sdp.",
	}
}

func misversioned(e check.Evidence) record.Finding {
	return record.Finding{
		Cause: record.CauseSignalling,
		Why:   check.Misversioned(e) + ": who compares the o= line takes it for what it knows already, or for another session (RFC 3264 §8).",
		ToDo:  "Look at who writes the o= line of what that side is sent: within a dialog its session id stays, and its version rises with every change.",
	}
}
