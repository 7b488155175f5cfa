// Package diagnosis puts a failed check down to one cause.
//
// [Diagnose] is a pure function of the check's id and of what our parties
// observed. It is given no name of a scenario, step or tag, so that renaming
// them changes nothing; and where the evidence does not decide, it says
// unknown and shows it.
package diagnosis

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// Diagnose gives the cause of a failed check.
func Diagnose(checkID string, e check.Evidence) record.Finding {
	f := throughLoss(e, withExpectation(e, find(checkID, e)))
	f.Check = checkID
	if len(f.Evidence) == 0 {
		f.Evidence = observed(e)
	}
	return f
}

// finder puts the failure of one rule down to a cause.
type finder func(e check.Evidence) record.Finding

// finders gives the finder of each rule, by family.
func finders() map[string]finder {
	all := map[string]finder{}
	for _, family := range []map[string]finder{
		sourceFinders(),
		pathFinders(),
		callFinders(),
		cancelFinders(),
		routingFinders(),
		identityFinders(),
		registrationFinders(),
		bindingFinders(),
		mediaFinders(),
		cameraFinders(),
		sessionFinders(),
		formFinders(),
		timerFinders(),
		phoneFinders(),
		loadFinders(),
	} {
		maps.Copy(all, family)
	}
	return all
}

func find(checkID string, e check.Evidence) record.Finding {
	if f := finders()[checkID]; f != nil {
		return f(e)
	}
	return record.Finding{Cause: record.CauseUnknown, Why: "The evidence does not decide."}
}

// observed lists the evidence in words.
func observed(e check.Evidence) []string {
	var out []string
	for _, a := range []*record.Attempt{e.Caller, e.First, e.Called, e.Transferor} {
		if a != nil {
			out = append(out, attempt(a))
		}
	}
	for _, s := range []*record.Stream{e.CallerStream, e.CalledStream, e.CallerVideo, e.CalledVideo} {
		if s != nil {
			out = append(out, stream(s))
		}
	}
	if e.Testimony != nil {
		out = append(out, testimony(e.Testimony))
	}
	if e.Load != nil {
		out = append(out, carried(e.Load)...)
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
	text := fmt.Sprintf("final response %d %s", r.Code, r.Reason)
	if r.Says != "" {
		text += ", " + r.Says
	}
	return text
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
	s += session(a)
	if n := len(a.Responses); n > 0 && a.Responses[n-1].Says != "" {
		s += ", " + a.Responses[n-1].Says
	}
	if a.Error != "" {
		s += ", error: " + a.Error
	}
	return s
}

func testimony(t *record.Testimony) string {
	switch {
	case t.Held:
		return fmt.Sprintf("holder of %s: was told %q, typed %q; sound for %s of %s when asked to speak, for %s of %s before", t.Party, t.Spoken, t.Typed, time.Duration(t.Aloud), time.Duration(t.Speaking), time.Duration(t.Before), time.Duration(t.Quiet))
	case len(t.Files) == 0:
		return fmt.Sprintf("%s: no recording in %s", t.Party, t.Records)
	}
	return fmt.Sprintf("%s recorded %s of %s's voice in %s", t.Party, time.Duration(t.Heard), t.Voice, strings.Join(t.Files, ", "))
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
	if s.Video != nil {
		text += fmt.Sprintf(", video of %d pictures", s.Video.Pictures)
		for _, c := range s.Video.Seen {
			text += fmt.Sprintf(", saw camera %s %d to %d", c.Camera, c.First, c.Last)
		}
	}
	return text
}
