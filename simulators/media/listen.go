package media

import (
	"net/netip"
	"slices"
	"time"

	"github.com/pion/rtp"

	"ringproof/internal/network"
	"ringproof/internal/sdp"
	"ringproof/reports/record"
)

// listen takes packets until the socket is closed.
func (s *Session) listen() {
	buf := make([]byte, 2048)
	for {
		n, from, err := network.ReadFrom(s.conn, buf)
		if err != nil {
			if network.Returned(err) {
				s.mu.Lock()
				s.trouble(err)
				s.mu.Unlock()
				continue
			}
			return
		}
		var p rtp.Packet
		if err := p.Unmarshal(buf[:n]); err != nil || p.Version != 2 {
			s.cfg.Log.Warn("not RTP", "from", from, "err", err)
			continue
		}
		s.take(&p, from, time.Now())
	}
}

func (s *Session) take(p *rtp.Packet, from netip.AddrPort, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fact.Received++
	s.fact.LastAt = s.cfg.At(at)
	if !slices.Contains(s.fact.Sources, from) {
		s.fact.Sources = append(s.fact.Sources, from)
	}
	if s.sense.take(p, at) {
		close(s.changed)
		s.changed = make(chan struct{})
	}
}

// ear decodes what arrives, keeps statistics and notes whose voice it is.
type ear struct {
	nameOf func(Voice) string
	at     func(time.Time) int64

	counted tally
	pending []int16 // samples that do not fill a frame yet
	heard   []record.Heard
	run     record.Heard // the stretch that goes on
	frames  int          // in it
	pause   int          // quiet frames since the last of it
	last    float64      // the level of its last frame
	peak    float64      // the level of its loudest
	trough  float64      // the level of its softest, 0 in a pause
	swells  bool         // want of a stretch that it swells as our voices do
	place   place        // of it

	aloud time.Duration // nobody's voice, as loud as speech
}

// shortest is how many frames on end make a stretch: one alone could be a
// chance likeness.
const shortest = 5

// longestPause is how many frames between two syllables may be too quiet to be
// recognised where the line makes a voice softer.
const longestPause = 6

// faded tells whether a frame of the stretch that goes on is soft enough to
// stand beside a pause that is the voice's own: a syllable swells and dies away
// by 6 dB a frame at most (see swell). What breaks off while it is loud has lost
// the frames between, and silence is in their place.
func (e *ear) faded(level float64) bool { return level < 4*quiet || level < e.peak/2 }

// take takes one packet and tells whether a voice was heard in it.
func (e *ear) take(p *rtp.Packet, at time.Time) bool {
	if !e.counted.take(p, at, rate) {
		return false
	}
	codec := sdp.Codec{Name: "PCMU"}
	switch p.PayloadType {
	case 0:
	case 8:
		codec.Name = "PCMA"
	default:
		return false
	}
	l, _ := law(codec)
	for _, b := range p.Payload {
		e.pending = append(e.pending, l.decode(b))
	}
	any := false
	for len(e.pending) >= frame {
		any = e.hear((*[frame]int16)(e.pending), e.at(at)) || any
		e.pending = append(e.pending[:0], e.pending[frame:]...)
	}
	return any
}

// hear takes one frame that ended at the given time.
func (e *ear) hear(f *[frame]int16, at int64) bool { return e.note(recognise(f), f, at) }

// note takes what a frame holds.
func (e *ear) note(s sound, f *[frame]int16, at int64) bool {
	if s.quiet { // between two syllables, or the end of all
		e.pause++
		return false
	}
	name := ""
	if s.known {
		name = e.nameOf(s.voice)
	}
	if name == "" {
		if loud(f) {
			e.aloud += ptime
		}
		e.flush()
		return false
	}
	const gap = int64(10 * ptime)
	if e.frames == 0 || e.run.Voice != name || at-e.run.To > gap {
		e.flush()
		e.run, e.place, e.pause, e.peak = record.Heard{Voice: name, From: at - int64(ptime)}, place{}, 0, 0
		e.trough = s.level
	}
	e.frames++
	e.run.To = at
	e.run.Voiced += int64(ptime)
	if e.pause > 0 && e.faded(e.last) && e.faded(s.level) {
		e.run.Voiced += int64(ptime) * int64(min(e.pause, longestPause))
		e.trough = 0
	}
	e.pause, e.last = 0, s.level
	e.peak, e.trough = max(e.peak, s.level), min(e.trough, s.level)
	e.place.take(s.lilt, at)
	return true
}

// counts tells whether the stretch that goes on makes one. Two notes that are
// held are as loud from first to last, where a voice fades between syllables.
func (e *ear) counts() bool {
	return e.frames >= shortest && (!e.swells || e.trough < 0.7*e.peak)
}

func (e *ear) flush() {
	if e.counts() {
		e.heard = append(e.heard, e.stretch())
	}
	e.frames = 0
}

// stretch gives the one that goes on, with the delay that it shows by now.
func (e *ear) stretch() record.Heard {
	r := e.run
	r.Delay = int64(e.place.delay())
	return r
}

func (e *ear) report(f *record.Stream) {
	f.Heard = e.stretches()
	f.Lost, f.JitterMS, f.Repeated = e.counted.lost(), e.counted.jitterMS(rate), e.counted.repeated
	f.Changes, f.Stuck = e.counted.changes, e.counted.stuck
}

func (e *ear) stretches() []record.Heard {
	out := slices.Clone(e.heard)
	if e.counts() {
		out = append(out, e.stretch())
	}
	return out
}
