package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ringproof/reports/record"
)

// Quiet is how long nothing is heard before it counts as silence: longer than
// any packet is late.
const Quiet = 300 * time.Millisecond

// sessionRules: what happens within a call.
func sessionRules() []Rule {
	return []Rule{
		{"media.early-heard", "The caller hears what the called party says before it answers", record.Must, "RFC 3261 §13.2.1, RFC 3960 §3; profile: options.early_media", earlyHeard},
		{"offer.agreed", "Offer and answer come to both sides", record.Must, "RFC 3261 §13.2.1, RFC 3264 §6", offerAgreed},
		{"codec.agreed", "The answer names codecs of the offer alone", record.Must, "RFC 3264 §6.1", codecAgreed},
		{"codec.refused", "A call without a common codec is refused, and nobody is left ringing", record.Must, "RFC 3261 §13.3.1.3, §21.4.26; profile: expect.no_codec", codecRefused},
		{"reoffer.accepted", "A new offer within the call is accepted", record.Must, "RFC 3261 §14.2, RFC 3264 §6.1; profile: thresholds.answer", reofferAccepted},
		{"hold.silent", "While one side holds, neither hears the other", record.Must, "RFC 3264 §8.4", holdSilent},
		{"media.heard-again", "Both voices are heard again after a change of the session", record.Must, "RFC 3264 §8; profile: thresholds.voice", heardAgain},
		{"prack.acknowledged", "A reliable provisional response of the called party gets its PRACK", record.Must, "RFC 3262 §4", prackAcknowledged},
		{"prack.reliable", "A caller that requires it is told of ringing reliably", record.Must, "RFC 3262 §3", prackReliable},
		{"prack.answered", "A PRACK of a caller that was told reliably is taken", record.Must, "RFC 3262 §3", prackAnswered},
		{"session.agreed", "A session timer that is asked for is agreed on", record.Must, "RFC 4028 §7.2, §9; profile: options.session_timers", sessionAgreed},
		{"session.required", "A caller that is to refresh is told so by Require", record.Must, "RFC 4028 §9", sessionRequired},
		{"session.refreshed", "A refresh of the session is accepted", record.Must, "RFC 4028 §9, §10; profile: thresholds.answer", sessionRefreshed},
		{"session.kept", "A call whose session is refreshed goes on", record.Must, "RFC 4028 §10", sessionKept},
		{"session.upheld", "A system that is to refresh a session does so in time", record.Must, "RFC 4028 §7.2, §9, §10", sessionUpheld},
		{"redirect.followed", "A call that is sent elsewhere arrives there", record.Must, "RFC 3261 §8.1.3.4, §16.7 step 4; profile: options.redirect", redirectFollowed},
		{"transfer.accepted", "A blind transfer is accepted", record.Must, "RFC 3515 §2.4.2; profile: options.refer", transferAccepted},
		{"transfer.reached", "The target of a transfer is called", record.Must, "RFC 5589 §6.1; profile: thresholds.answer", transferReached},
		{"transfer.notified", "The transferor is told that the transfer succeeded", record.Must, "RFC 3515 §2.4.4, §2.4.5", transferNotified},
		{"transfer.subscribed", "Each NOTIFY of a transfer says how the subscription stands, the final one that it has ended", record.Must, "RFC 6665 §4.2.2, RFC 3515 §2.4.7", transferSubscribed},
		{"transfer.truthful", "The transferor is told of success when the target has answered, not before", record.Must, "RFC 3515 §2.4.5; profile: options.transfer_result", transferTruthful},
		{"transfer.out", "The transferor leaves, and the call goes on without it", record.Must, "RFC 5589 §6.1; profile: thresholds.release", transferOut},
	}
}

func earlyHeard(e Evidence) result {
	r := result{record.Fail, e.CallerName, "no media was opened", fmt.Sprintf("%s's voice for %s before the answer", e.CalledName, ms(Enough))}
	s, a := e.CallerStream, e.Caller
	if s == nil {
		return r
	}
	d := s.HeardFor(e.CalledName)
	if a.AnsweredAt != 0 {
		d = s.HeardBefore(e.CalledName, a.AnsweredAt)
	}
	r.verdict = when(d >= Enough)
	switch {
	case d > 0:
		r.measured = fmt.Sprintf("%s's voice for %s before the answer", e.CalledName, ms(d))
	case s.Received > 0:
		r.measured = fmt.Sprintf("%d packets, not %s's voice in them; the call: %s", s.Received, e.CalledName, outcome(a))
	default:
		r.measured = "nothing: not one packet came; the call: " + outcome(a)
	}
	return r
}

func offerAgreed(e Evidence) result {
	r := result{record.Fail, e.Caller.Party + " ↔ " + e.CalledName, "", "an offer and its answer on both sides"}
	switch {
	case e.Called == nil:
		r.measured = "no call came"
	case e.Called.AgreedAt == 0 && e.Called.Delayed:
		r.measured = e.Called.Party + " made its offer in the 200, and got no answer in the ACK"
	case e.Called.AgreedAt == 0:
		r.measured = e.Called.Party + " has no answer"
	case e.Caller.AgreedAt == 0:
		r.measured = e.Caller.Party + " has no answer"
	default:
		r.verdict = record.Pass
		r.measured = fmt.Sprintf("%s has %s, %s has %s", e.Caller.Party, strings.Join(e.Caller.Agreed, ", "), e.Called.Party, strings.Join(e.Called.Agreed, ", "))
	}
	return r
}

func codecAgreed(e Evidence) result {
	r := result{record.Fail, e.Caller.Party, "no answer came", "codecs out of " + strings.Join(e.Caller.Offered, ", ")}
	if len(e.Caller.Agreed) == 0 {
		return r
	}
	r.measured = strings.Join(e.Caller.Agreed, ", ")
	r.verdict = when(!slices.ContainsFunc(e.Caller.Agreed, func(c string) bool { return !slices.Contains(e.Caller.Offered, c) }))
	return r
}

func codecRefused(e Evidence) result {
	r := result{record.Fail, e.Caller.Party + " → " + e.Caller.To, outcome(e.Caller), list(e.Codes) + ", and no phone left ringing"}
	rings := e.Called != nil && (e.Called.Outcome == record.Pending || e.Called.Outcome == record.Answered)
	if rings {
		r.measured += fmt.Sprintf("; %s: %s", e.Called.Party, e.Called.Outcome)
	}
	r.verdict = when(!rings && slices.Contains(e.Codes, e.Caller.Final()))
	return r
}

// LastReoffer gives the last re-INVITE or UPDATE that one of our parties
// sent, and who that was; nil where none was sent.
func LastReoffer(e Evidence) (*record.Attempt, *record.Reoffer) {
	var who *record.Attempt
	var last *record.Reoffer
	for _, a := range []*record.Attempt{e.Caller, e.Called} {
		if a == nil {
			continue
		}
		for i := range a.Reoffers {
			if r := &a.Reoffers[i]; r.Sent && (last == nil || r.At > last.At) {
				who, last = a, r
			}
		}
	}
	return who, last
}

func reofferAccepted(e Evidence) result {
	who, r := LastReoffer(e)
	if r == nil {
		return result{record.Unprovable, e.Caller.Party, "no new offer could be made", "a new offer"}
	}
	got := result{
		when(r.Code >= 200 && r.Code < 300 && Answers(r.Answer, r.Direction)), who.Party,
		fmt.Sprintf("%s with a=%s got %s", r.Method, r.Direction, codeOr(r.Code, "no answer")),
		"2xx within " + ms(e.Within),
	}
	if !Answers(r.Answer, r.Direction) {
		got.measured += " with a=" + r.Answer
		got.limit += ", and a direction that answers a=" + r.Direction
	}
	return got
}

// Answers tells whether a direction may answer an offered one
// (RFC 3264 §6.1); where either was not said there is nothing to object to.
func Answers(answer, offer string) bool {
	switch offer {
	case "sendonly":
		return answer == "" || answer == "recvonly" || answer == "inactive"
	case "recvonly":
		return answer == "" || answer == "sendonly" || answer == "inactive"
	case "inactive":
		return answer == "" || answer == "inactive"
	}
	return true
}

func holdSilent(e Evidence) result {
	r := result{record.Pass, e.CallerName + " ↔ " + e.CalledName, "", fmt.Sprintf("nothing for %s, within %s", ms(Quiet), ms(e.Within))}
	var heard []string
	for _, s := range []struct {
		name   string
		stream *record.Stream
	}{{e.CallerName, e.CallerStream}, {e.CalledName, e.CalledStream}} {
		if s.stream == nil {
			r.verdict = record.Unprovable
			r.measured = s.name + " has no media"
			return r
		}
		if e.Now-s.stream.Last() < int64(Quiet) {
			r.verdict = record.Fail
			last := s.stream.Heard[len(s.stream.Heard)-1]
			heard = append(heard, fmt.Sprintf("%s still hears %s", s.name, last.Voice))
		}
	}
	r.measured = "neither hears anything"
	if len(heard) > 0 {
		r.measured = strings.Join(heard, ", ")
	}
	return r
}

func heardAgain(e Evidence) result {
	r := result{record.Pass, e.CallerName + " ↔ " + e.CalledName, "", fmt.Sprintf("each voice for %s within %s of the change", ms(Enough), ms(e.Within))}
	var parts []string
	for _, s := range []struct {
		listener, speaker string
		stream            *record.Stream
	}{{e.CalledName, e.CallerName, e.CalledStream}, {e.CallerName, e.CalledName, e.CallerStream}} {
		var d time.Duration
		if s.stream != nil {
			d = s.stream.HeardAfter(s.speaker, e.Since)
		}
		if d < Enough {
			r.verdict = record.Fail
		}
		parts = append(parts, fmt.Sprintf("%s heard %s for %s", s.listener, s.speaker, ms(d)))
	}
	r.measured = strings.Join(parts, ", ")
	return r
}

func prackAcknowledged(e Evidence) result {
	r := result{record.Fail, e.CalledName, "no call came", "PRACK with the right RAck within " + ms(e.Within)}
	if e.Called == nil {
		return r
	}
	list := e.Called.Reliable
	if len(list) == 0 {
		r.verdict = record.Unprovable
		r.measured = "it could not ring reliably: " + outcome(e.Called)
		return r
	}
	last := list[len(list)-1]
	r.verdict = when(last.AckCode >= 200 && last.AckCode < 300)
	switch {
	case r.verdict == record.Pass:
		r.measured = fmt.Sprintf("PRACK for %d after %s", last.Code, since(last.At, last.AckAt))
	case last.RAck != "":
		r.measured = fmt.Sprintf("PRACK with RAck %q for RSeq %d", last.RAck, last.RSeq)
	default:
		r.measured = fmt.Sprintf("no PRACK for %d with RSeq %d", last.Code, last.RSeq)
	}
	return r
}

func prackReliable(e Evidence) result {
	r := result{record.Fail, e.CallerName, outcome(e.Caller), "a provisional response with RSeq, and 2xx to its PRACK"}
	list := e.Caller.Reliable
	rang := slices.ContainsFunc(e.Caller.Responses, func(x record.Response) bool { return x.Code > 100 && x.Code < 200 })
	switch {
	case len(list) == 0 && !rang && e.Caller.Outcome == record.Answered:
		r.verdict = record.Unprovable // it was answered without ringing
	case len(list) == 0 && rang:
		r.measured = "told of ringing unreliably: " + outcome(e.Caller)
	case len(list) > 0:
		last := list[len(list)-1]
		r.verdict = when(last.AckCode >= 200 && last.AckCode < 300)
		r.measured = fmt.Sprintf("%d with RSeq, its PRACK got %s", last.Code, codeOr(last.AckCode, "no answer"))
	}
	return r
}

// prackAnswered looks at the PRACKs of a caller that supports them: it need
// not have been told anything reliably.
func prackAnswered(e Evidence) result {
	r := result{record.Pass, e.CallerName, "told of ringing unreliably, as it allows", "2xx to each PRACK"}
	for i, x := range e.Caller.Reliable {
		r.measured = fmt.Sprintf("%d PRACKs, each got 2xx", i+1)
		if x.AckCode < 200 || x.AckCode >= 300 {
			r.verdict, r.measured = record.Fail, fmt.Sprintf("%d with RSeq, its PRACK got %s", x.Code, codeOr(x.AckCode, "no answer"))
			break
		}
	}
	return r
}

// leastSession is the shortest session timer, in seconds (RFC 4028 §4).
const leastSession = 90

func sessionAgreed(e Evidence) result {
	t := e.Caller.Timer
	if t == nil {
		return result{record.Unprovable, e.CallerName, "none was asked for", "a session timer"}
	}
	r := result{record.Fail, e.CallerName, "the 2xx has no Session-Expires", fmt.Sprintf("Session-Expires from %d to %d s, with a refresher", leastSession, t.Asked)}
	if t.Granted > 0 {
		r.measured = fmt.Sprintf("Session-Expires %d s, refresher %q", t.Granted, t.Refresher)
		r.verdict = when(t.Granted >= leastSession && t.Granted <= t.Asked && (t.Refresher == "uac" || t.Refresher == "uas"))
	}
	return r
}

func sessionRequired(e Evidence) result {
	r := result{record.Pass, e.CallerName, "the system refreshes", "Require: timer in a 2xx with refresher=uac"}
	switch t := e.Caller.Timer; {
	case t == nil || t.Granted == 0:
		r.verdict, r.measured = record.Unprovable, "no session timer was agreed on"
	case t.Refresher == "uac" && t.Required:
		r.measured = "it is to refresh, and told so"
	case t.Refresher == "uac":
		r.verdict, r.measured = record.Fail, "refresher=uac without Require: timer"
	}
	return r
}

func sessionRefreshed(e Evidence) result {
	who, r := LastReoffer(e)
	if r == nil {
		return result{record.Unprovable, e.Caller.Party, "no refresh could be sent", "a refresh"}
	}
	return result{
		when(r.Code >= 200 && r.Code < 300 && r.Expires > 0), who.Party,
		fmt.Sprintf("%s got %s, Session-Expires %s", r.Method, codeOr(r.Code, "no answer"), codeOr(r.Expires, "none")),
		"2xx with Session-Expires within " + ms(e.Within),
	}
}
