// Package diagnosis puts a failed check down to one cause.
//
// [Diagnose] is a pure function of the check's id and of what our parties
// observed. It is given no name of a scenario, step or tag, so that renaming
// them changes nothing; and where the evidence does not decide, it says
// unknown and shows it.
package diagnosis

import (
	"fmt"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// Diagnose gives the cause of a failed check.
func Diagnose(checkID string, e check.Evidence) record.Finding {
	f := find(checkID, e)
	f.Check = checkID
	if len(f.Evidence) == 0 {
		f.Evidence = observed(e)
	}
	return f
}

func find(checkID string, e check.Evidence) record.Finding {
	switch checkID {
	case "system.answers":
		return silent(e)
	case "register.accepted":
		return registration(e)
	case "register.refused", "call.refused":
		return wrongPassword(checkID, e)
	case "call.delivered":
		return notDelivered(e)
	case "call.answered":
		return notAnswered(e)
	case "media.heard-by-callee":
		return notHeard(e.CallerStream, e.CalledStream, e.CallerName, e.CalledName, e)
	case "media.heard-by-caller":
		return notHeard(e.CalledStream, e.CallerStream, e.CalledName, e.CallerName, e)
	case "route.fallback":
		return noFallback(e)
	case "call.busy":
		return notBusy(e)
	case "cancel.passed-on", "cancel.ended":
		return cancel(checkID, e)
	case "call.once":
		return record.Finding{
			Cause: record.CauseRouting,
			Why:   fmt.Sprintf("One call was dialled, %d reached %s: it is forked, or tried again where it should not be.", e.Arrivals, e.CalledName),
			ToDo:  "Look for a second route or contact that leads to the same place.",
		}
	case "call.withheld":
		return record.Finding{
			Cause: record.CauseAuthentication,
			Why:   fmt.Sprintf("%s had a wrong password and was refused, and yet calls to %s reach it: its contact was bound.", e.CalledName, e.Caller.To),
			ToDo:  "Bind a contact only after the digest was found right (RFC 3261 §10.3).",
		}
	case "call.released":
		return record.Finding{
			Cause: record.CauseSignalling,
			Why:   "Hanging up on one side did not release the other (RFC 3261 §15)" + byeCode(e) + ".",
			ToDo:  "Follow the BYE in the message ladder: is it answered, and is it sent on within the other dialog?",
		}
	}
	return record.Finding{Cause: record.CauseUnknown, Why: "The evidence does not decide."}
}

// byeCode says what a BYE of ours was answered, if that was the fault.
func byeCode(e check.Evidence) string {
	for _, a := range []*record.Attempt{e.Caller, e.Called} {
		if a != nil && a.ByeSent && a.ByeCode >= 300 {
			return fmt.Sprintf(": the BYE of %s was answered %d", a.Party, a.ByeCode)
		}
	}
	return ""
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
	return record.Finding{
		Cause: record.CauseReachability,
		Why:   fmt.Sprintf("%s is silent: %s. A firewall that drops SIP looks the same from here.", e.System, e.Down),
		ToDo:  "Capture at the system: if the OPTIONS arrives there it is the system, if not a firewall or a route.",
	}
}

// observed lists the evidence in words.
func observed(e check.Evidence) []string {
	var out []string
	for _, a := range []*record.Attempt{e.Caller, e.First, e.Called} {
		if a != nil {
			out = append(out, attempt(a))
		}
	}
	for _, s := range []*record.Stream{e.CallerStream, e.CalledStream} {
		if s != nil {
			out = append(out, stream(s))
		}
	}
	if r := e.Registration; r != nil {
		out = append(out, fmt.Sprintf("%s: REGISTER, %s, %s", r.Party, asked(r.Challenged), final(r)))
	}
	return out
}

func asked(challenged bool) string {
	if challenged {
		return "challenged"
	}
	return "not challenged"
}

func final(r *record.Registration) string {
	if r.Code == 0 {
		return "no final response"
	}
	return fmt.Sprintf("final response %d %s", r.Code, r.Reason)
}

func attempt(a *record.Attempt) string {
	verb := "sent INVITE for " + a.To
	if a.Inbound {
		verb = "received INVITE for " + a.To
	}
	codes := ""
	for _, r := range a.Responses {
		codes += fmt.Sprintf(" %d", r.Code)
	}
	if codes == "" {
		codes = " none"
	}
	s := fmt.Sprintf("%s %s, responses:%s", a.Party, verb, codes)
	if a.CancelAt != 0 {
		s += ", CANCEL"
	}
	if a.Error != "" {
		s += ", error: " + a.Error
	}
	return s
}

func stream(s *record.Stream) string {
	to := "nowhere, as it was not told where,"
	if s.Remote.IsValid() {
		to = "to " + s.Remote.String()
	}
	text := fmt.Sprintf("%s sent %d packets %s and received %d", s.Party, s.Sent, to, s.Received)
	if s.SendError != "" {
		text += ", error in sending: " + s.SendError
	}
	for _, h := range s.Heard {
		text += fmt.Sprintf(", heard %s", h.Voice)
	}
	return text
}
