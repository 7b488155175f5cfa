package diagnosis

import (
	"fmt"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// cancelFinders: calls that are given up.
func cancelFinders() map[string]finder {
	return map[string]finder{"cancel.passed-on": notPassedOn, "cancel.ended": notEnded, "cancel.crossing": crossed}
}

func notEnded(e check.Evidence) record.Finding { return cancel(true, e) }

func notPassedOn(e check.Evidence) record.Finding { return cancel(false, e) }

func cancel(ended bool, e check.Evidence) record.Finding {
	f := record.Finding{Cause: record.CauseSignalling, ToDo: "Follow the CANCEL in the message ladder from one leg to the other."}
	switch {
	case ended && e.Caller.CancelAt != 0 && e.Caller.CancelCode == 0:
		f.Why = "The caller's CANCEL was never answered (RFC 3261 §9.2: 200)."
	case ended:
		f.Why = fmt.Sprintf("The cancelled INVITE ended with %s for the caller (RFC 3261 §9.2: 487).", code(e.Caller.Final()))
	case e.Caller.CancelCode >= 200 && e.Caller.CancelCode < 300:
		f.Why = fmt.Sprintf("The caller's CANCEL was answered %d but not passed on: %s rings on (RFC 3261 §9.2, §16.10).", e.Caller.CancelCode, e.CalledName)
	default:
		f.Why = fmt.Sprintf("The caller's CANCEL got %s and did not reach %s (RFC 3261 §9.2).", code(e.Caller.CancelCode), e.CalledName)
	}
	return f
}

// crossed says who is left in a call that was answered while it was cancelled.
func crossed(e check.Evidence) record.Finding {
	f := record.Finding{Cause: record.CauseSignalling, ToDo: "A 2xx that comes after the CANCEL wants its ACK and then a BYE, from whoever cancelled."}
	switch {
	case e.Called == nil || e.Called.CancelAt == 0:
		return notPassedOn(e)
	case e.Called.ByeAt == 0:
		f.Why = fmt.Sprintf("%s answered while the CANCEL was on its way, and stays in a call without a caller: no BYE came (RFC 3261 §9.1).", e.CalledName)
	default:
		f.Why = fmt.Sprintf("The call was cancelled while it was answered, and the caller has got %s (RFC 3261 §9.1).", code(e.Caller.Final()))
	}
	return f
}
