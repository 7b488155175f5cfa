package media

import (
	"slices"
	"time"

	"github.com/pion/rtp"

	"ringproof/reports/record"
	"ringproof/simulators/h264"
)

// freeze is how long no new picture may come before it counts as a freeze:
// three whole pictures of ours are missing then.
const freeze = int64(time.Second)

// eye puts pictures together from what arrives and notes whose they are. A
// picture ends with the marker bit, or where another timestamp begins
// (RFC 6184 §5.1).
type eye struct {
	at func(time.Time) int64

	counted tally
	packets h264.Depacketizer
	reader  h264.Reader
	fact    record.Video

	open    bool // a picture has begun
	stamp   uint32
	next    uint16 // sequence number
	begun   bool   // next is known
	damaged bool
	slices  bool
	decoded bool // it can be: it is whole, or follows one that is
	fresh   int64
}

// take takes one packet and tells that something came: the end of silence
// is news too. H.264 has no payload type of its own, only dynamic ones
// (RFC 3551 §3).
func (e *eye) take(p *rtp.Packet, at time.Time) bool {
	if p.PayloadType < 96 {
		return false
	}
	now := e.at(at)
	e.fact.Bytes += int64(len(p.Payload))
	e.fact.LastPacket = now
	if !e.counted.take(p, at, clock) {
		return true
	}
	gap := e.begun && p.SequenceNumber != e.next
	e.begun, e.next = true, p.SequenceNumber+1
	if e.open && p.Timestamp != e.stamp { // what is missing was its end
		e.damaged, gap = true, false
		e.finish(now)
	}
	if !e.open {
		e.open, e.stamp, e.damaged, e.slices = true, p.Timestamp, false, false
		e.packets = h264.Depacketizer{}
	}
	e.damaged = e.damaged || gap
	nals, err := e.packets.Take(p.SequenceNumber, p.Payload)
	e.damaged = e.damaged || err != nil
	for _, n := range nals {
		e.unit(n, now)
	}
	if p.Marker {
		e.finish(now)
	}
	return true
}

// unit takes one NAL unit.
func (e *eye) unit(nal []byte, now int64) {
	set, err := e.reader.Parameter(nal)
	switch {
	case set:
		e.damaged = e.damaged || err != nil
		e.fact.Width, e.fact.Height = e.reader.Parameters.Width, e.reader.Parameters.Height
	case h264.Type(nal) == h264.IDR:
		e.slices = true
		if !e.reader.Ready() {
			return
		}
		if e.decoded = true; e.fact.FirstAt == 0 {
			e.fact.FirstAt = now
		}
		if p, err := e.reader.Decode(nal); err == nil {
			if got, err := read(p); err == nil {
				e.see(got, now)
			}
		}
	case h264.Type(nal) == h264.Slice:
		e.slices = true
	}
}

// finish ends the picture.
func (e *eye) finish(now int64) {
	e.open = false
	switch {
	case e.damaged:
		e.fact.Damaged++
		e.decoded = false // until a whole one comes
	case e.slices && e.decoded:
		if e.fact.Pictures++; e.fact.LastAt > 0 {
			e.fact.Gap = max(e.fact.Gap, now-e.fact.LastAt)
		}
		e.fact.LastAt = now
	}
}

// see notes a plate. Its counter says whether the picture is new: it may have
// left some out, it may not go back.
func (e *eye) see(p plate, now int64) {
	n := len(e.fact.Seen)
	if n == 0 || e.fact.Seen[n-1].Camera != p.number {
		e.fact.Seen = append(e.fact.Seen, record.Seen{Camera: p.number, From: now, To: now, First: p.counter, Last: p.counter, New: 1})
		e.renew(now)
		return
	}
	s := &e.fact.Seen[n-1]
	s.To = now
	if int16(p.counter-s.Last) <= 0 {
		s.Old++
		return
	}
	s.Last = p.counter
	s.New++
	e.renew(now)
}

func (e *eye) renew(now int64) {
	if e.fresh > 0 && now-e.fresh > freeze {
		e.fact.Freezes++
	}
	e.fresh = now
}

func (e *eye) report(f *record.Stream) {
	v := e.fact
	v.Seen = slices.Clone(v.Seen)
	f.Video = &v
	f.Lost, f.JitterMS, f.Repeated = e.counted.lost(), e.counted.jitterMS(clock), e.counted.repeated
}
