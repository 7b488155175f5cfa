package diagnosis

import (
	"fmt"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// timerFinders: sessions that are refreshed, or should be.
func timerFinders() map[string]finder {
	return map[string]finder{
		"session.kept":   sessionCut,
		"session.upheld": notUpheld,
	}
}

func sessionCut(e check.Evidence) record.Finding {
	f := record.Finding{
		Cause: record.CauseSignalling,
		Why:   "A call was cut before the end of its session (RFC 4028 §10).",
		ToDo:  "Look whether each refresh, UPDATE or re-INVITE, starts the session timer anew, on both legs.",
	}
	for _, a := range []*record.Attempt{e.Caller, e.Called} {
		if a != nil && a.ByeAt != 0 {
			f.Why = fmt.Sprintf("%s was released in mid-call, although its session was agreed on and nobody hung up (RFC 4028 §10).", a.Party)
			break
		}
	}
	if who, r := check.LastReoffer(e); who != nil && r.Code >= 200 && r.Code < 300 {
		f.Why = fmt.Sprintf("The %s with which %s refreshed the session was answered %d, and the call was cut all the same (RFC 4028 §10).", r.Method, who.Party, r.Code)
	}
	return f
}

func notUpheld(e check.Evidence) record.Finding {
	f := record.Finding{
		Cause: record.CauseSignalling,
		Why:   fmt.Sprintf("The system agreed to refresh the session of %s, and did not in time: the call has to be given up (RFC 4028 §10).", e.CallerName),
		ToDo:  "Look whether the session timer runs on that leg: with refresher=uas in its 200 the system sends UPDATE or re-INVITE at half time.",
	}
	if t := e.Caller.Timer; t != nil {
		f.Why = fmt.Sprintf("The system agreed to refresh the session of %s (%d s, refresher %q), and did not in time: the call has to be given up (RFC 4028 §10).", e.CallerName, t.Granted, t.Refresher)
	}
	return f
}
