package media

import (
	"math"
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
	if !slices.Contains(s.fact.Sources, from) {
		s.fact.Sources = append(s.fact.Sources, from)
	}
	if s.ear.take(p, at) {
		close(s.changed)
		s.changed = make(chan struct{})
	}
}

// ear decodes what arrives, keeps statistics and notes whose voice it is.
type ear struct {
	nameOf func(Voice) string
	at     func(time.Time) int64

	ssrc      uint32
	started   bool
	base, top uint32 // extended sequence numbers
	count     uint32
	transit   uint32  // relative, in samples
	jitter    float64 // in samples, RFC 3550 §6.4.1

	pending []int16 // samples that do not fill a frame yet
	heard   []record.Heard
	run     record.Heard // the stretch that goes on
	frames  int          // in it
}

// shortest is how many frames on end make a stretch: one alone could be a
// chance likeness.
const shortest = 5

// take takes one packet and tells whether a voice was heard in it.
func (e *ear) take(p *rtp.Packet, at time.Time) bool {
	e.tally(p, at)
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
func (e *ear) hear(f *[frame]int16, at int64) bool {
	v, ok := recognise(f)
	name := ""
	if ok {
		name = e.nameOf(v)
	}
	if name == "" {
		e.flush()
		return false
	}
	const gap = int64(10 * ptime)
	if e.frames == 0 || e.run.Voice != name || at-e.run.To > gap {
		e.flush()
		e.run = record.Heard{Voice: name, From: at - int64(ptime)}
	}
	e.frames++
	e.run.To = at
	e.run.Voiced += int64(ptime)
	return true
}

func (e *ear) flush() {
	if e.frames >= shortest {
		e.heard = append(e.heard, e.run)
	}
	e.frames = 0
}

func (e *ear) stretches() []record.Heard {
	out := slices.Clone(e.heard)
	if e.frames >= shortest {
		out = append(out, e.run)
	}
	return out
}

// tally keeps loss and jitter (RFC 3550 A.1, A.3, A.8).
func (e *ear) tally(p *rtp.Packet, at time.Time) {
	transit := uint32(at.UnixMicro()*rate/1e6) - p.Timestamp // wraps, as timestamps do
	if !e.started || p.SSRC != e.ssrc {
		e.started, e.ssrc, e.count = true, p.SSRC, 0
		e.base = uint32(p.SequenceNumber)
		e.top, e.transit = e.base, transit
	}
	e.count++
	if ahead := int16(p.SequenceNumber - uint16(e.top)); ahead > 0 {
		e.top += uint32(ahead)
	}
	e.jitter += (math.Abs(float64(int32(transit-e.transit))) - e.jitter) / 16
	e.transit = transit
}

func (e *ear) lost() int {
	if !e.started {
		return 0
	}
	return max(0, int(e.top-e.base)+1-int(e.count))
}

func (e *ear) jitterMS() float64 { return math.Round(e.jitter/rate*1e6) / 1e3 }
