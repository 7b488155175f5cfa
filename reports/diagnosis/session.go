package diagnosis

import (
	"cmp"
	"fmt"
	"strings"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// sessionFinders: what happens within a call.
func sessionFinders() map[string]finder {
	return map[string]finder{
		"media.early-heard":   notHeardEarly,
		"offer.agreed":        notAgreed,
		"codec.agreed":        notOffered,
		"codec.refused":       notRefused,
		"reoffer.accepted":    reofferRefused,
		"hold.silent":         notSilent,
		"media.heard-again":   notHeardAgain,
		"prack.acknowledged":  notAcknowledged,
		"prack.reliable":      notReliable,
		"prack.answered":      notTaken,
		"session.agreed":      noTimer,
		"session.required":    notRequired,
		"session.refreshed":   notRefreshed,
		"redirect.followed":   notFollowed,
		"transfer.accepted":   referRefused,
		"transfer.reached":    notTransferred,
		"transfer.notified":   notNotified,
		"transfer.subscribed": notSubscribed,
		"transfer.truthful":   toldTooSoon,
		"transfer.out":        transferorStays,
	}
}

func notHeardEarly(e check.Evidence) record.Finding {
	s := e.CalledStream
	if e.Called != nil && e.Called.AgreedAt != 0 && s != nil && s.Sent > 0 && (e.CallerStream == nil || !e.CallerStream.Remote.IsValid()) {
		return record.Finding{
			Cause: record.CauseSignalling,
			Why:   fmt.Sprintf("%s answered 183 with a description and spoke, but no description reached %s before the answer (RFC 3261 §13.2.1).", e.Called.Party, e.CallerName),
			ToDo:  "Let SDP in provisional responses pass (early media); announcements and ring-back tones of the far side are lost without it.",
		}
	}
	if s != nil && s.Sent == 0 && s.SendError != "" {
		return notHeard(s, e.CallerStream, e.CalledName, e.CallerName, e)
	}
	if s == nil || s.Sent == 0 {
		return notAnswered(e)
	}
	if c := e.Caller; c != nil && e.Called != nil && c.AnsweredAt != 0 && e.Called.AnsweredAt == 0 {
		return record.Finding{
			Cause: record.CauseSignalling,
			Why:   fmt.Sprintf("%s was told 200 while %s only announced and had not answered: what is heard before the answer is charged as a call (RFC 3261 §13.3.1.1).", e.CallerName, e.CalledName),
			ToDo:  "Pass on the announcement in a provisional response, and the 200 when the called side answers.",
		}
	}
	return record.Finding{
		Cause: record.CauseMedia,
		Why:   fmt.Sprintf("%s sent %d packets before it answered, %s did not hear them.", e.CalledName, s.Sent, e.CallerName),
		ToDo:  "Let media pass before the answer: the relay and the firewall must open with the 183.",
	}
}

func notAgreed(e check.Evidence) record.Finding {
	f := record.Finding{Cause: record.CauseSignalling, ToDo: "Compare the descriptions of both legs in the message ladder: INVITE, 200 and ACK."}
	switch {
	case e.Called == nil:
		return notAnswered(e)
	case e.Called.AgreedAt == 0 && e.Caller.AgreedAt != 0:
		f.Why = fmt.Sprintf("%s answered in its ACK, but the answer did not reach %s: its offer stays open (RFC 3261 §13.2.2.4).", e.Caller.Party, e.Called.Party)
	default:
		f.Why = fmt.Sprintf("The offer of %s came to no answer at %s (RFC 3264 §6).", e.Called.Party, e.Caller.Party)
	}
	return f
}

func notOffered(e check.Evidence) record.Finding {
	f := record.Finding{Cause: record.CauseCodec, ToDo: "Look at the codec filter or transcoding rule that rewrites answers."}
	f.Why = fmt.Sprintf("The answer names %s, which %s did not offer (%s).", strings.Join(e.Caller.Agreed, ", "), e.Caller.Party, strings.Join(e.Caller.Offered, ", "))
	if e.Called != nil && len(e.Called.Agreed) > 0 {
		f.Why += fmt.Sprintf(" %s answered %s.", e.Called.Party, strings.Join(e.Called.Agreed, ", "))
	}
	if len(e.Caller.Agreed) == 0 {
		return notAnswered(e)
	}
	return f
}

func notRefused(e check.Evidence) record.Finding {
	got, said := e.Caller.Final(), 0
	if e.Called != nil {
		said = e.Called.Final()
	}
	f := record.Finding{Cause: record.CauseSignalling, ToDo: "Look at the mapping of response codes: 488 says that the codecs are the matter, and callers then offer others."}
	switch {
	case said >= 300 && got != said:
		f.Why = fmt.Sprintf("%s answered %d, for there is no codec in common, and the caller got %s.", e.Called.Party, said, code(got))
	case e.Called != nil && e.Called.Outcome == record.Pending:
		f.Why = fmt.Sprintf("%s is left ringing although there is no codec in common.", e.Called.Party)
	default:
		return notAnswered(e)
	}
	return f
}

func notAcknowledged(e check.Evidence) record.Finding {
	if e.Called == nil || e.Called.Objection != "" {
		return notAnswered(e)
	}
	f := record.Finding{
		Cause: record.CauseSignalling,
		Why:   fmt.Sprintf("%s rang reliably and got no PRACK: it rings again and again and must refuse the call after 32 s (RFC 3262 §3).", e.Called.Party),
		ToDo:  "Switch on 100rel (PRACK) towards this side, or do not say Supported: 100rel to it.",
	}
	if n := len(e.Called.Reliable); n > 0 && e.Called.Reliable[n-1].RAck != "" {
		f.Why = fmt.Sprintf("%s got a PRACK with RAck %q, which does not match its RSeq %d (RFC 3262 §7.2).", e.Called.Party, e.Called.Reliable[n-1].RAck, e.Called.Reliable[n-1].RSeq)
	}
	return f
}

func notReliable(e check.Evidence) record.Finding {
	f := record.Finding{
		Cause: record.CauseSignalling,
		Why:   fmt.Sprintf("%s requires 100rel and was told of ringing without RSeq (RFC 3262 §3: such responses must be sent reliably, or the call refused with 420).", e.CallerName),
		ToDo:  "Switch on 100rel (PRACK) for this side, or say in the profile that it is not offered.",
	}
	switch n := len(e.Caller.Reliable); {
	case n > 0:
		f.Why = fmt.Sprintf("The PRACK of %s got %s (RFC 3262 §3: 2xx).", e.CallerName, code(e.Caller.Reliable[n-1].AckCode))
	case e.Caller.Final() >= 300 || len(e.Caller.Responses) == 0:
		return notAnswered(e)
	}
	return f
}

func notTaken(e check.Evidence) record.Finding {
	f := record.Finding{
		Cause: record.CauseSignalling,
		ToDo:  "Follow the PRACK in the message ladder: RSeq, RAck and CSeq; who tells a caller reliably because it only supports that takes its PRACK too.",
	}
	for _, r := range e.Caller.Reliable {
		if r.AckCode < 200 || r.AckCode >= 300 {
			f.Why = fmt.Sprintf("%s only supports 100rel, was told %d reliably, and its PRACK (RAck %q) got %s (RFC 3262 §3: 2xx).", e.CallerName, r.Code, r.RAck, code(r.AckCode))
			break
		}
	}
	return f
}

func noTimer(e check.Evidence) record.Finding {
	f := record.Finding{
		Cause: record.CauseSignalling,
		Why:   fmt.Sprintf("%s asked for a session timer, and the 200 says nothing of it: a call whose end is lost goes on for ever (RFC 4028 §9).", e.CallerName),
		ToDo:  "Switch on session timers for this side, or say in the profile that they are not offered.",
	}
	if t := e.Caller.Timer; t != nil && t.Granted > 0 {
		f.Why = fmt.Sprintf("%s asked for a session of %d s and got %d s, refresher %q (RFC 4028 §9, §4).", e.CallerName, t.Asked, t.Granted, t.Refresher)
	}
	return f
}

func notRequired(e check.Evidence) record.Finding {
	return record.Finding{
		Cause: record.CauseSignalling,
		Why:   fmt.Sprintf("The 200 makes %s the one who refreshes, without Require: timer (RFC 4028 §9): a caller that does not look for it refreshes nothing, and is cut off.", e.CallerName),
		ToDo:  "Put Require: timer into each 2xx with refresher=uac; look at the header rules that stand between.",
	}
}

func notRefreshed(e check.Evidence) record.Finding {
	who, r := check.LastReoffer(e)
	f := record.Finding{
		Cause: record.CauseSignalling,
		Why:   "The session could not be refreshed.",
		ToDo:  "Follow the UPDATE or re-INVITE in the message ladder; calls that are not refreshed are cut when the timer ends.",
	}
	if who != nil {
		f.Why = fmt.Sprintf("The refresh of %s (%s) got %s (RFC 4028 §10)%s. The call would be cut in mid-talk.", who.Party, r.Method, code(r.Code), whoSaid(e, who, r))
	}
	return f
}

func notFollowed(e check.Evidence) record.Finding {
	if e.First == nil || e.First.Final() < 300 || e.First.Final() >= 400 {
		return notAnswered(e)
	}
	return record.Finding{
		Cause: record.CauseRouting,
		Why:   fmt.Sprintf("%s answered the call to %s with %d and another number, and no call arrived there; the caller got %s (RFC 3261 §8.1.3.4).", e.First.Party, e.Caller.To, e.First.Final(), code(e.Caller.Final())),
		ToDo:  "Let 3xx be followed to numbers of your own, or be passed on to the caller; call forwarding of phones rests on it.",
	}
}

func referRefused(e check.Evidence) record.Finding {
	f := record.Finding{
		Cause: record.CauseSignalling,
		Why:   "No REFER could be sent.",
		ToDo:  "Switch on REFER (blind transfer) for this side, or say in the profile that it is not offered.",
	}
	if t := e.Transferor; t != nil && t.Refer != nil {
		f.Why = fmt.Sprintf("The REFER of %s got %s (RFC 3515 §2.4.2: 202).", t.Party, code(t.Refer.Code))
	}
	return f
}

func notTransferred(e check.Evidence) record.Finding {
	return record.Finding{
		Cause: record.CauseSignalling,
		Why:   fmt.Sprintf("The REFER of %s was answered %d, but %s was never called (RFC 5589 §6.1).", e.Transferor.Party, e.Transferor.Refer.Code, e.Transferor.Refer.To),
		ToDo:  "Look whether a transfer may go to that number, and at its route.",
	}
}

func notNotified(e check.Evidence) record.Finding {
	return record.Finding{
		Cause: record.CauseSignalling,
		Why:   fmt.Sprintf("%s was not told how its transfer ended (RFC 3515 §2.4.4: a NOTIFY with the final status).", e.Transferor.Party),
		ToDo:  "Look for the NOTIFYs in the message ladder; a phone keeps the call on its display without them.",
	}
}

func notSubscribed(e check.Evidence) record.Finding {
	return record.Finding{
		Cause: record.CauseSignalling,
		Why:   fmt.Sprintf("%s, who transferred the call, got %s (RFC 6665 §4.2.2, RFC 3515 §2.4.7).", e.Transferor.Party, cmp.Or(check.Unsubscribed(e.Transferor), "no NOTIFY")),
		ToDo:  "Put Subscription-State into each NOTIFY, and terminated;reason=noresource into the last; phones refuse it, or wait for more.",
	}
}

func toldTooSoon(e check.Evidence) record.Finding {
	return record.Finding{
		Cause: record.CauseSignalling,
		Why:   fmt.Sprintf("%s was told that its transfer had succeeded before %s answered (RFC 3515 §2.4.5): it leaves, and a caller whose target does not pick up is lost.", e.Transferor.Party, e.CalledName),
		ToDo:  "Let the NOTIFY tell what the target answers: 100 and 180 while it rings, 200 with its 200; or say in the profile that success is told at once (options.transfer_result: false).",
	}
}

func transferorStays(e check.Evidence) record.Finding {
	f := record.Finding{
		Cause: record.CauseSignalling,
		Why:   fmt.Sprintf("%s, who transferred the call, cannot leave it (RFC 5589 §6.1).", e.TransferorName),
		ToDo:  "Follow the BYE between the system and the transferor.",
	}
	if t := e.Transferor; t.ByeAt != 0 && (e.Caller.ByeAt != 0 || e.Called != nil && e.Called.ByeAt != 0) {
		f.Why = fmt.Sprintf("When %s, who transferred the call, left, the transferred call was released with it (RFC 5589 §6.1).", e.TransferorName)
	}
	return f
}

// session lists what was seen within a call, in words.
func session(a *record.Attempt) string {
	s := ""
	for _, r := range a.Reoffers {
		verb, what := "received", r.Method
		if r.Sent {
			verb = "sent"
		}
		if r.Direction != "" {
			what += " a=" + r.Direction
		}
		s += fmt.Sprintf(", %s %s: %s", verb, what, code(r.Code))
	}
	for _, r := range a.Reliable {
		ack := "no PRACK"
		if r.RAck != "" {
			ack = fmt.Sprintf("PRACK %q: %s", r.RAck, code(r.AckCode))
		}
		s += fmt.Sprintf(", reliable %d with RSeq %d: %s", r.Code, r.RSeq, ack)
	}
	if r := a.Refer; r != nil {
		s += fmt.Sprintf(", REFER to %s: %s, notified %v", r.To, code(r.Code), r.Notified())
	}
	return s
}
