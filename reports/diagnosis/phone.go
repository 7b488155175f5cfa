package diagnosis

import (
	"fmt"
	"slices"
	"time"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// phoneFinders: phones that are not ours.
func phoneFinders() map[string]finder {
	return map[string]finder{
		"phone.calls": neverCalled,
		"phone.heard": phoneUnheard,
		"phone.hears": phoneDeaf,

		"phone.released": phoneKept,
	}
}

func neverCalled(e check.Evidence) record.Finding {
	if e.Called != nil {
		return record.Finding{
			Cause: record.CauseRegistration,
			Why:   fmt.Sprintf("%s was dialled at %s, and the call that came is from %s, another account's number.", e.CalledName, e.Testimony.Party, e.Called.From),
			ToDo:  "Compare the account that is set up in this phone with the label on it: two phones may have each other's.",
		}
	}
	return record.Finding{
		Cause: record.CauseRouting,
		Why:   fmt.Sprintf("%s was dialled at %s, and no call came there; what the phone was told shows on it alone.", e.CalledName, e.Testimony.Party),
		ToDo:  "Read the phone's display: a refusal names its reason. Look whether the phone is registered, and at the route of the number.",
	}
}

// ours gives the media of our party.
func ours(e check.Evidence) record.Stream {
	for _, s := range []*record.Stream{e.CallerStream, e.CalledStream} {
		if s != nil {
			return *s
		}
	}
	return record.Stream{}
}

// phoneUnheard: what comes from the phone ends at our party.
func phoneUnheard(e check.Evidence) record.Finding {
	t, s := e.Testimony, ours(e)
	switch {
	case s.Received == 0:
		return record.Finding{
			Cause: record.CauseMedia,
			Why:   fmt.Sprintf("One-way audio: not one packet from %s reached %s at %s.", t.Party, t.Voice, heardAt(&s)),
			ToDo:  "Capture at the phone: where it sends its voice tells whether it was told a wrong address or whether what it sends is lost.",
		}
	case len(s.Heard) > 0:
		return record.Finding{
			Cause: record.CauseMedia,
			Why:   fmt.Sprintf("%s hears %s instead of %s: the media of two calls are joined wrongly.", t.Voice, s.Heard[0].Voice, t.Party),
			ToDo:  "Look at how the system pairs its media ports.",
		}
	}
	return record.Finding{
		Cause: record.CauseMedia,
		Why:   fmt.Sprintf("%d packets reached %s, and what was to be heard of %s is not in them.", s.Received, t.Voice, t.Party),
		ToDo:  "Look at the phone first: its microphone, what it plays, its codecs. Then for silence or music that the system puts in.",
	}
}

// phoneDeaf: what our party sends ends at the phone.
func phoneDeaf(e check.Evidence) record.Finding {
	t, s := e.Testimony, ours(e)
	f := record.Finding{
		Cause: record.CauseMedia,
		ToDo:  "Capture at the phone: whether the packets come there tells the way from the phone. Then follow this direction through the system: its relay, its ports in the firewall, where it was told that the phone listens.",
	}
	switch {
	case !s.Remote.IsValid():
		f.Cause = record.CauseCodec
		f.Why = fmt.Sprintf("%s was never told where to send its voice: no usable answer to its offer (RFC 3264 §6).", t.Voice)
		f.ToDo = "Compare the codecs of both descriptions in the message ladder."
	case s.Sent == 0 && s.Remote.Addr().IsPrivate():
		return toldPrivate(&s, t.Voice, "voice", e.System)
	case t.Typed != "":
		f.Why = fmt.Sprintf("The holder of %s heard %q where %s said %q: the voice is in pieces, or another call's.", t.Party, t.Typed, t.Voice, t.Spoken)
	case t.Held:
		f.Why = fmt.Sprintf("The holder of %s heard nothing: %s sent %d packets to %s.", t.Party, t.Voice, s.Sent, s.Remote)
	case t.Heard > 0:
		f.Why = fmt.Sprintf("%s recorded %s's voice for %s alone: %d packets were sent to %s.", t.Party, t.Voice, time.Duration(t.Heard), s.Sent, s.Remote)
	default:
		f.Why = fmt.Sprintf("%s recorded %s, and %s's voice is not in it: %d packets were sent to %s.", t.Party, time.Duration(t.Took).Round(100*time.Millisecond), t.Voice, s.Sent, s.Remote)
	}
	return f
}

func phoneKept(e check.Evidence) record.Finding {
	f := record.Finding{
		Cause: record.CauseSignalling,
		Why:   fmt.Sprintf("%s hung up, and its BYE was not answered with 200: the phone may be left in the call (RFC 3261 §15.1.2).", e.Testimony.Voice),
		ToDo:  "Follow the BYE through the system, by Route and Contact of the answer.",
	}
	leg := e.Caller
	if leg == nil {
		leg = e.Called
	}
	switch {
	case e.Testimony.Kept:
		f.Why = fmt.Sprintf("%s hung up and its BYE was answered with %d, but %s is in the call still: who answered did not pass it on (RFC 3261 §15.1.2, §16.6).", e.Testimony.Voice, leg.ByeCode, e.Testimony.Party)
	case leg.ByeAt != 0 && !leg.ByeSent:
		f.Why = fmt.Sprintf("The call was ended from the other side, and %s is a program that nobody told to hang up.", e.Testimony.Party)
		f.ToDo = "Capture at the phone: whether the BYE comes from it tells whose it is. Look at session timers, limits of time, and at what the system does when it sees no media."
	}
	return f
}

// phoneRefused is for a call to a phone that is not ours: whether the system or
// the phone refused it does not show here.
func phoneRefused(e check.Evidence) *record.Finding {
	c := e.Caller
	if e.Testimony == nil || c == nil {
		return nil
	}
	f := record.Finding{ToDo: "Look at the phone while it is called: whether it rings, and what it says of the call. Is it registered, free, and not set to refuse or divert?"}
	switch final := c.Final(); {
	case final >= 300 && final != 401 && final != 403 && final != 407:
		f.Cause = record.CauseSignalling
		if final == 480 {
			f.Cause = record.CauseRegistration
		}
		f.Why = fmt.Sprintf("The call to %s was refused with %d, by the phone or by the system: it is not ours, and whether it was called does not show here.", e.Testimony.Party, final)
	case final == 0 && slices.ContainsFunc(c.Responses, func(r record.Response) bool { return r.Code > 100 }):
		f.Cause = record.CauseSignalling
		f.Why = fmt.Sprintf("%s rang, or the system said so, and the call was not answered.", e.Testimony.Party)
		f.ToDo = "Look at the phone while it is called: whether it rings, and whether it is set to answer by itself."
	default:
		return nil
	}
	return &f
}
