package check

import (
	"fmt"
	"time"

	"ringproof/reports/record"
)

// Enough is how long a voice must be heard: four times the shortest stretch
// that cannot be chance, and shorter than any word.
const Enough = 400 * time.Millisecond

// mediaRules: who hears whom.
func mediaRules() []Rule {
	return []Rule{
		{"media.heard-by-callee", "The called party hears the caller's voice", record.Must, "RFC 3264 §5; profile: thresholds.voice", heardByCallee},
		{"media.heard-by-caller", "The caller hears the called party's voice", record.Must, "RFC 3264 §5; profile: thresholds.voice", heardByCaller},
		{"media.lasts", "Both voices are heard until the call ends", record.Must, "RFC 3264 §5; RFC 3550 §5.1", mediaLasts},
		{"media.whole", "Neither voice has gaps", record.Must, "ITU-T G.113 App. I, G.107 Annex B; profile: thresholds.loss", mediaWhole},
		{"media.source", "Each voice comes as one stream", record.Must, "RFC 3550 §5.1, §8", mediaSource},
		{"media.clock", "The clock of each voice runs", record.Must, "RFC 3550 §5.1", mediaClock},
		{"media.delay", "Neither voice comes late", record.Must, "ITU-T G.114 §4; profile: thresholds.delay", mediaDelay},
	}
}

func heardByCallee(e Evidence) result {
	return heard(e, e.CalledStream, e.CalledName, e.CallerName)
}

func heardByCaller(e Evidence) result {
	return heard(e, e.CallerStream, e.CallerName, e.CalledName)
}

func heard(e Evidence, s *record.Stream, listener, speaker string) result {
	r := result{record.Fail, listener, "no media was opened", fmt.Sprintf("%s's voice for %s within %s", speaker, ms(Enough), ms(e.Within))}
	if s == nil {
		return r
	}
	d := s.HeardFor(speaker)
	r.verdict = when(d >= Enough)
	switch {
	case d > 0:
		r.measured = fmt.Sprintf("%s's voice for %s", speaker, ms(d))
	case len(s.Heard) > 0 && s.Heard[0].Voice == speaker:
		r.measured = fmt.Sprintf("%s's voice in pieces: %d packets came, %d were lost", speaker, s.Received, s.Lost)
	case len(s.Heard) > 0:
		r.measured = fmt.Sprintf("%s's voice instead", s.Heard[0].Voice)
	case s.Repeated > s.Received/2:
		r.measured = fmt.Sprintf("%d packets, %d of them with a sequence number that had just come", s.Received, s.Repeated)
	case s.Received > 0:
		r.measured = fmt.Sprintf("%d packets, nobody's voice in them", s.Received)
	default:
		r.measured = "nothing: not one packet came"
	}
	return r
}

// side is one direction of a call's media.
type side struct {
	stream, from      *record.Stream // of the listener and of the speaker
	listener, speaker string
}

// own gives how far the speaker was behind its own schedule, which is no fault
// of the system under test, half a second at most.
func (d side) own() time.Duration {
	if d.from == nil {
		return 0
	}
	return min(time.Duration(d.from.Late), 500*time.Millisecond)
}

func sides(e Evidence) []side {
	return []side{
		{e.CalledStream, e.CallerStream, e.CalledName, e.CallerName},
		{e.CallerStream, e.CalledStream, e.CallerName, e.CalledName},
	}
}

// mediaLasts holds the last sound of each voice against the first BYE.
func mediaLasts(e Evidence) result {
	r := result{record.Fail, e.CallerName + " ↔ " + e.CalledName, "", "each voice until " + ms(e.Silence) + " before the first BYE"}
	end := e.FirstBye()
	if end == 0 {
		r.verdict, r.measured = record.Unprovable, "nobody has hung up"
		return r
	}
	r.measured = "both to the end"
	r.verdict = record.Pass
	for _, d := range sides(e) {
		last, ok := d.stream.LastHeard(d.speaker)
		if ok && end-last <= int64(e.Silence+d.own()) {
			continue
		}
		r.verdict = record.Fail
		r.measured = d.listener + " never heard " + d.speaker
		if ok {
			r.measured = fmt.Sprintf("%s heard %s last %s before the BYE", d.listener, d.speaker, since(last, end))
		}
		return r
	}
	return r
}

// mediaWhole holds what is missing of each voice against the limit. What the
// speaker itself sent late is not missing.
func mediaWhole(e Evidence) result {
	r := result{record.Pass, e.CallerName + " ↔ " + e.CalledName, "", fmt.Sprintf("%.3g %% of a voice missing at most", 100*e.Loss)}
	for i, d := range sides(e) {
		share, ok := missing(d, e.Silence)
		if !ok {
			r.verdict, r.measured = record.Unprovable, d.listener+" heard too little of "+d.speaker+" to tell"
			return r
		}
		if i > 0 {
			r.measured += ", "
		}
		r.measured += fmt.Sprintf("%s to %s %.3g %%", d.speaker, d.listener, 100*share)
		if share > e.Loss {
			r.verdict = record.Fail
		}
	}
	return r
}

// What a healthy system does to a stream once in a while: it changes the SSRC
// where early media, an announcement or another target gives way to a party,
// and a gap filler may repeat a timestamp.
const (
	mostChanges = 4
	mostStuck   = 0.1 // of the packets
)

// mediaSource: what changes its SSRC again and again is a new stream to a phone
// each time, and none of them long enough to be played.
func mediaSource(e Evidence) result {
	return streams(e, fmt.Sprintf("%d changes of the SSRC at most", mostChanges), func(s *record.Stream) (string, bool) {
		return fmt.Sprintf("%d changes", s.Changes), s.Changes <= mostChanges
	})
}

// mediaClock: a phone plays by the timestamp.
func mediaClock(e Evidence) result {
	return streams(e, fmt.Sprintf("%g %% of the packets with the timestamp of the one before at most", 100*mostStuck), func(s *record.Stream) (string, bool) {
		return fmt.Sprintf("%d of %d stuck", s.Stuck, s.Received), float64(s.Stuck) <= mostStuck*float64(s.Received)
	})
}

// streams holds what was received of each voice against a rule.
func streams(e Evidence, limit string, of func(*record.Stream) (measured string, ok bool)) result {
	r := result{record.Pass, e.CallerName + " ↔ " + e.CalledName, "", limit}
	for i, d := range sides(e) {
		if d.stream == nil || d.stream.Received == 0 {
			r.verdict, r.measured = record.Unprovable, d.listener+" received nothing"
			return r
		}
		measured, ok := of(d.stream)
		if i > 0 {
			r.measured += ", "
		}
		r.measured += d.speaker + " to " + d.listener + " " + measured
		if !ok {
			r.verdict = record.Fail
		}
	}
	return r
}

// missing gives the share of a voice that did not come, from 0 to 1.
func missing(d side, pause time.Duration) (share float64, ok bool) {
	lost, took := d.stream.MissingOf(d.speaker, pause)
	if took < Enough {
		return 0, false
	}
	return float64(max(0, lost-d.own())) / float64(took), true
}

// FirstBye gives when the call began to end, 0 for not yet.
func (e Evidence) FirstBye() int64 {
	end := e.Caller.ByeAt
	if e.Called != nil && e.Called.ByeAt != 0 && (end == 0 || e.Called.ByeAt < end) {
		end = e.Called.ByeAt
	}
	return end
}

// mediaDelay takes the longest delay of each direction.
func mediaDelay(e Evidence) result {
	r := result{record.Pass, e.CallerName + " ↔ " + e.CalledName, "", ms(e.Delay) + " at most"}
	for i, d := range sides(e) {
		delay, ok := d.stream.DelayOf(d.speaker)
		if !ok {
			r.verdict, r.measured = record.Unprovable, d.listener+" heard too little of "+d.speaker+" to tell"
			return r
		}
		if i > 0 {
			r.measured += ", "
		}
		r.measured += fmt.Sprintf("%s to %s %s", d.speaker, d.listener, ms(delay))
		if delay > e.Delay {
			r.verdict = record.Fail
		}
	}
	return r
}
