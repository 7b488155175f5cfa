package media

import (
	"math"
	"time"

	"github.com/pion/rtp"
)

// tally keeps loss and jitter (RFC 3550 A.1, A.3, A.8).
type tally struct {
	ssrc      uint32
	started   bool
	base, top uint32 // extended sequence numbers
	count     uint32
	transit   uint32  // relative, in units of the clock
	jitter    float64 // in units of the clock, RFC 3550 §6.4.1
	recent    recent
	repeated  int
	changes   int // of the SSRC
	stuck     int // packets with the timestamp of the one before
	stamp     uint32
	last      uint16
}

// take counts a packet of a clock of so many Hz. It tells whether it is new:
// one that comes again counts in A.3 and is played by nobody.
func (t *tally) take(p *rtp.Packet, at time.Time, hz int64) bool {
	transit := uint32(at.UnixMicro()*hz/1e6) - p.Timestamp // wraps, as timestamps do
	switch {
	case !t.started:
	case p.SSRC != t.ssrc:
		t.changes++
	case p.Timestamp == t.stamp && p.SequenceNumber != t.last:
		t.stuck++
	}
	t.stamp, t.last = p.Timestamp, p.SequenceNumber
	if !t.started || p.SSRC != t.ssrc {
		t.started, t.ssrc, t.count = true, p.SSRC, 0
		t.base = uint32(p.SequenceNumber)
		t.top, t.transit = t.base, transit
	}
	t.count++
	if ahead := int16(p.SequenceNumber - uint16(t.top)); ahead > 0 {
		t.top += uint32(ahead)
	}
	t.jitter += (math.Abs(float64(int32(transit-t.transit))) - t.jitter) / 16
	t.transit = transit
	if t.recent.repeats(p) {
		t.repeated++
		return false
	}
	return true
}

// recent are the packets that came last, to know those that come again.
type recent struct {
	list [32]struct {
		ssrc uint32
		seq  uint16
		used bool
	}
	next int
}

// repeats tells whether the packet is one of those that came last.
func (r *recent) repeats(p *rtp.Packet) bool {
	for _, x := range r.list {
		if x.used && x.ssrc == p.SSRC && x.seq == p.SequenceNumber {
			return true
		}
	}
	x := &r.list[r.next]
	x.ssrc, x.seq, x.used = p.SSRC, p.SequenceNumber, true
	r.next = (r.next + 1) % len(r.list)
	return false
}

func (t *tally) lost() int {
	if !t.started {
		return 0
	}
	return max(0, int(t.top-t.base)+1-int(t.count))
}

func (t *tally) jitterMS(hz float64) float64 { return math.Round(t.jitter/hz*1e6) / 1e3 }
