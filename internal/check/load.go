package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ringproof/reports/record"
)

// loadRules: what many calls at once come to.
func loadRules() []Rule {
	return []Rule{
		{"load.offered", "The load was offered as it was asked for", record.Must, "RFC 7501 §3.3", loadOffered},
		{"load.failed", "Calls under load are answered, and released", record.Must, "RFC 6076 §4.9, RFC 7502 §4.10; profile: thresholds.load.failed", loadFailed},
		{"load.delivered", "Each call under load arrives once, and is answered by who was called", record.Must, "RFC 3261 §16.6", loadDelivered},
		{"load.delay", "Calls under load are set up in time", record.Must, "ITU-T E.721 §4, RFC 6076 §4.3.1; profile: thresholds.load", loadDelay},
		{"load.heard", "Calls under load are heard both ways", record.Must, "RFC 3264 §5, §6; profile: thresholds.load.failed", loadHeard},
		{"load.released", "No call is left over", record.Must, "RFC 3261 §15; profile: thresholds.release", loadReleased},
	}
}

// ofLoad names a load: who calls whom, and how much.
func ofLoad(l *record.Load) string {
	return fmt.Sprintf("%s → %s, %g calls/s", l.Caller, l.Called, l.Offered.Rate)
}

func loadOffered(e Evidence) result {
	l := e.Load
	r := result{record.Pass, ofLoad(l), fmt.Sprintf("%d calls at %.4g/s, the latest begun %s late", l.Placed(), l.Callers.Rate, Millis(l.Lateness.Max)), "nothing that this machine was the limit of"}
	if len(l.Spoiled) > 0 {
		var what []string
		for _, s := range l.Spoiled {
			what = append(what, s.What)
		}
		r.verdict, r.measured = record.Fail, strings.Join(what, "; ")
	}
	return r
}

func loadFailed(e Evidence) result {
	l := e.Load
	placed, failed := l.Placed(), l.Callers.Failed
	share := 100.0
	if placed > 0 {
		share = 100 * float64(failed) / float64(placed)
	}
	r := result{when(placed > 0 && share <= e.Failed), ofLoad(l), "", fmt.Sprintf("%g %% failed at most", e.Failed)}
	r.measured = fmt.Sprintf("%d of %d calls failed (%.3g %%)", failed, placed, share)
	if got := Refusals(l); got != "" && failed > 0 {
		r.measured += ": " + got
	}
	return r
}

// Refusals lists what became of the calls of a load that were not completed,
// in words; empty where all were.
func Refusals(l *record.Load) string {
	var out []string
	say := func(n uint64, what string) {
		if n > 0 {
			out = append(out, fmt.Sprintf("%d %s", n, what))
		}
	}
	for _, code := range slices.Sorted(maps.Keys(l.Callers.Codes)) {
		if code >= 300 {
			say(l.Callers.Codes[code]-l.ByUs(code), fmt.Sprintf("refused with %d", code))
		}
	}
	say(l.Callers.TimedOut, "without a final response")
	say(l.Callers.Lost, "whose connection was lost")
	say(l.Callers.Late, "answered too late")
	say(l.Callers.Early, "hung up before their time")
	say(l.Callers.Undescribed, "answered without an audio stream")
	say(l.Callers.ByeDenied, "whose BYE was refused")
	say(l.Callers.NoBye, "whose BYE got no answer")
	say(l.Callers.Cut, "that had not ended when all had to")
	return strings.Join(out, ", ")
}

func loadDelivered(e Evidence) result {
	l := e.Load
	r := result{
		record.Pass, ofLoad(l),
		fmt.Sprintf("%d calls placed, %d arrived; %d answered at %s, %d at the callers", l.Placed(), l.Crowd.Invited, l.Crowd.Answered, l.Called, l.Callers.Answered),
		"none that arrives twice, none that somebody else answers",
	}
	if n := l.Callers.Forked; n > 0 {
		r.measured += fmt.Sprintf("; %d by a second phone too", n)
	}
	if n := l.Crowd.Elsewhere; n > 0 {
		r.verdict = record.Fail
		r.measured += fmt.Sprintf("; %d came for another number than was dialled, as their callers' numbers tell", n)
	}
	if n := l.Crowd.Misdialled; n > 0 {
		r.verdict = record.Fail
		r.measured += fmt.Sprintf("; %d came for a number that nobody had dialled", n)
	}
	if n := l.Crowd.Undescribed; n > 0 {
		r.verdict = record.Fail
		r.measured += fmt.Sprintf("; %d without a session description, in INVITE and in ACK", n)
	}
	if l.Callers.Forked > 0 || l.Crowd.Invited > l.Placed() || l.Callers.Answered+l.Callers.Forked > l.Crowd.Answered {
		r.verdict = record.Fail
	}
	return r
}

func loadDelay(e Evidence) result {
	d := Delays(e)
	r := result{record.Fail, ofLoad(e.Load), "none was measured", fmt.Sprintf("95th percentile of %s: %s at most", e.Delayed, ms(e.Within))}
	if d.Count > 0 {
		r.verdict = when(d.P95 <= float64(e.Within)/1e6)
		r.measured = fmt.Sprintf("95th percentile of %s: %s (median %s, longest %s) of %d calls", e.Delayed, Millis(d.P95), Millis(d.P50), Millis(d.Max), d.Count)
	}
	if d.Never > 0 {
		r.measured += fmt.Sprintf(", and %d more that never got so far", d.Never)
	}
	if r.verdict == record.Fail && resent(e, d) {
		r.verdict = record.Unprovable
		r.measured += fmt.Sprintf("; packets are lost on the way (%s), and calls that lose one wait for half a second at least: mend the way first", Repeated(e.RunRepeats))
	}
	return r
}

// resent tells whether calls may have waited because messages were lost on the
// way, and not for the system: messages were lost in the other scenarios too,
// most calls were quick, and the slow ones waited for T1 at least (RFC 3261
// §17.1.1.2). One call in twenty does where two messages in a hundred are lost:
// each may be the INVITE, on either of its ways, or the one response that says
// that it rings. No call waits for ever for that. Where a quarter of the calls or
// more must have waited for that alone, the median proves nothing either.
func resent(e Evidence, d record.LoadDelays) bool {
	const quick, t1 = 200, 500 // ms
	if !Loses(e.RunRepeats) || d.Count == 0 || d.P95 < t1 || d.P95 >= record.Endless {
		return false
	}
	arrives := 1 - e.RunRepeats.Share() // there and back, over one of the two sides
	return d.P50 < quick || 1-arrives*arrives >= 0.25
}

// The delays that a rule may be about, by what they are called.
const (
	PostDial       = "post-dial delay"
	SessionRequest = "session request delay"
)

// Delays gives those that the evidence is about.
func Delays(e Evidence) record.LoadDelays {
	if e.Delayed == SessionRequest {
		return e.Load.SRD
	}
	return e.Load.PDD
}

// Millis writes a delay of a load.
func Millis(v float64) string {
	if v >= record.Endless {
		return "never"
	}
	if v >= 1000 {
		return fmt.Sprintf("%.3gs", v/1000)
	}
	return fmt.Sprintf("%.3gms", v)
}

func loadHeard(e Evidence) result {
	r := result{record.Unprovable, ofLoad(e.Load), "no call with a voice lasted for a second", fmt.Sprintf("%g %% not heard at most", e.Failed)}
	v := e.Load.Voices
	if v == nil || v.Told() == 0 {
		return r
	}
	foreign, echo := e.Load.Crowd.Foreign, e.Load.Crowd.Echo
	share := 100 * float64(max(v.Failed(), foreign, echo)) / float64(v.Told())
	r.verdict = when(share <= e.Failed)
	r.measured = fmt.Sprintf("%d of %d calls were heard both ways", v.Good, v.Told())
	if got := v.Unheard(); got != "" {
		r.measured += ": " + got
	}
	if foreign > 0 {
		r.measured += fmt.Sprintf("; %d times the called side heard somebody else beside the caller", foreign)
	}
	if echo > 0 {
		r.measured += fmt.Sprintf("; %d times the called side heard itself", echo)
	}
	if r.verdict == record.Fail && v.Failed() == v.Gaps && foreign+echo == 0 && Loses(e.RunRepeats) {
		r.verdict = record.Unprovable
		r.measured += fmt.Sprintf("; packets are lost on the way (%s): mend the way first", Repeated(e.RunRepeats))
	}
	return r
}

func loadReleased(e Evidence) result {
	l := e.Load
	r := result{
		record.Pass, ofLoad(l), fmt.Sprintf("all %d calls released at %s", l.Crowd.Answered, l.Called),
		"each released on both sides, " + ms(e.Within) + " after the last was hung up at most",
	}
	if n := l.Crowd.Unheard; n > 1 && n*1_000 > l.Crowd.Answered { // one may be lost
		r.verdict = record.Fail
		r.measured = fmt.Sprintf("%d of %d answers of %s were never acknowledged", n, l.Crowd.Answered, l.Called)
	}
	if n := l.Crowd.Open; n > 0 {
		r.verdict = record.Fail
		r.measured = fmt.Sprintf("%d of %d calls are still open at %s, %s after the last caller hung up", n, l.Crowd.Answered, l.Called, ms(min(e.Within, time.Minute)))
	}
	return r
}
