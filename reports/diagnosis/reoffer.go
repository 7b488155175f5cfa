package diagnosis

import (
	"fmt"
	"time"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

func reofferRefused(e check.Evidence) record.Finding {
	if f := objected(e); f != nil {
		return *f
	}
	if f := reofferLostToNAT(e); f != nil {
		return *f
	}
	who, r := check.LastReoffer(e)
	f := record.Finding{
		Cause: record.CauseSignalling,
		Why:   "A new offer within the call got no answer (RFC 3261 §14.2).",
		ToDo:  "Follow the re-INVITE in the message ladder; hold, resume and changes of codec or address need it.",
	}
	if who != nil {
		f.Why = fmt.Sprintf("The %s of %s within the call%s got %s (RFC 3261 §14.2)%s.", r.Method, who.Party, purpose(r.Direction), code(r.Code), whoSaid(e, who, r))
		if !check.Answers(r.Answer, r.Direction) {
			f.Why = fmt.Sprintf("The %s of %s (a=%s) was answered with a=%s (RFC 3264 §6.1).", r.Method, who.Party, r.Direction, r.Answer)
			f.ToDo = "Look at the direction in answers: sendonly is answered with recvonly or inactive, inactive with inactive."
		}
	}
	return f
}

// purpose says in words what an offer with a direction is for.
func purpose(direction string) string {
	switch direction {
	case "sendonly", "inactive":
		return " (a=" + direction + ", a hold)"
	case "":
		return ""
	}
	return " (a=" + direction + ")"
}

// whoSaid tells whether the other side was asked, and what it said.
func whoSaid(e check.Evidence, who *record.Attempt, r *record.Reoffer) string {
	other := otherThan(who, e)
	switch o := askedWith(other, r); {
	case other == nil:
		return ""
	case o != nil:
		return fmt.Sprintf(": %s was asked, and answered %s", other.Party, code(o.Code))
	case r.Code == 0:
		return ": " + other.Party + " was not asked"
	}
	return ": " + other.Party + " was not asked, so it is the system's own answer"
}

// otherThan gives the other side of the call.
func otherThan(who *record.Attempt, e check.Evidence) *record.Attempt {
	if e.Called == who {
		return e.Caller
	}
	return e.Called
}

// askedWith gives the new offer in the form in which it came to the other side,
// nil if it did not.
func askedWith(other *record.Attempt, r *record.Reoffer) *record.Reoffer {
	for i := 0; other != nil && i < len(other.Reoffers); i++ {
		if o := &other.Reoffers[i]; !o.Sent && o.At >= r.At {
			return o
		}
	}
	return nil
}

func notSilent(e check.Evidence) record.Finding {
	who, r := check.LastReoffer(e)
	f := record.Finding{
		Cause: record.CauseSignalling,
		Why:   "A voice goes on while the call is on hold.",
		ToDo:  "Look whether the hold (a=sendonly or inactive) is passed on, or the media stopped in its place.",
	}
	if who == nil {
		return f
	}
	other := e.Called
	if other == who {
		other = e.Caller
	}
	if other != nil && !told(other, r.At) {
		f.Why = fmt.Sprintf("%s put the call on hold and the system answered %d, but %s was never told and its voice goes on to %s (RFC 3264 §8.4).", who.Party, r.Code, other.Party, who.Party)
	}
	return f
}

// told tells whether a party was sent an offer that holds since then.
func told(a *record.Attempt, since int64) bool {
	for _, r := range a.Reoffers {
		if !r.Sent && r.At >= since && (r.Direction == "sendonly" || r.Direction == "inactive") {
			return true
		}
	}
	return false
}

func notHeardAgain(e check.Evidence) record.Finding {
	for _, way := range ways(e) {
		if !way.unheard(e.Since) {
			continue
		}
		if f := voiceLostToNAT(way, " after the change of the session", e); f != nil {
			return *f
		}
		if s := way.from; s.Remote.Addr().IsPrivate() && s.SendError != "" {
			return toldPrivate(s, way.speaker, "voice, after the change of the session,", e.System)
		}
	}
	who, r := check.LastReoffer(e)
	f := record.Finding{
		Cause: record.CauseMedia,
		Why:   "After the change of the session not every voice is heard again." + unheardSince(e),
		ToDo:  "Compare direction, address and port of the descriptions before and after in the message ladder.",
	}
	if who == nil {
		return f
	}
	other := e.Called
	if other == who {
		other = e.Caller
	}
	for _, o := range []*record.Attempt{other} {
		if o == nil || len(o.Reoffers) == 0 || r.Direction == "" {
			continue
		}
		if last := o.Reoffers[len(o.Reoffers)-1]; !last.Sent && last.Direction != r.Direction {
			f.Cause = record.CauseSignalling
			f.Why = fmt.Sprintf("%s offered a=%s, %s was offered a=%s: the direction is changed on the way (RFC 3264 §8.4).", who.Party, r.Direction, o.Party, last.Direction)
		}
	}
	return f
}

// way is one direction of a call's voices.
type way struct {
	from, to          *record.Stream
	speaker, listener string
}

func ways(e check.Evidence) []way {
	return []way{{e.CallerStream, e.CalledStream, e.CallerName, e.CalledName}, {e.CalledStream, e.CallerStream, e.CalledName, e.CallerName}}
}

// unheard tells whether too little was heard this way since then.
func (w way) unheard(since int64) bool {
	return w.from != nil && w.to != nil && w.to.HeardAfter(w.speaker, since) < check.Enough
}

// unheardSince says who was not heard by whom since the session was changed.
func unheardSince(e check.Evidence) (out string) {
	for _, w := range ways(e) {
		if w.unheard(e.Since) {
			out += fmt.Sprintf(" %s heard %s for %s since then: of %d packets sent in the call, to %s at last, %d came.",
				w.listener, w.speaker, w.to.HeardAfter(w.speaker, e.Since).Round(time.Millisecond), w.from.Sent, w.from.Remote, w.to.Received)
		}
	}
	return out
}
