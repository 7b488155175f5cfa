package load

import (
	"bytes"

	"ringproof/simulators/load/lines"
)

// state is where a call of a caller stands.
type state uint8

const (
	free       state = iota
	calling          // INVITE sent, nothing came: timer A runs
	proceeding       // a provisional response came
	cancelling       // CANCEL sent, its 200 or the 487 outstanding
	talking          // answered
	releasing        // BYE sent
	deferred         // BYE refused for now: it is sent again (RFC 3261 §21.5.4)
	abandoned        // given up: a late answer still is released
	thinking         // the slot's user waits before the next call
)

// call is one slot of a caller.
type call struct {
	n     uint64 // which call of the run it is
	plan  int64  // when it was to begin
	began int64  // when the answer came
	ended int64  // when the first BYE was sent
	since int64  // when the transaction of now began
	gen   uint32 // how often the slot was used
	state state
	tries uint8 // retransmissions of the request of now
	seq   uint8 // CSeq number of the INVITE; BYE has the next
	byes  uint8 // BYEs sent before that of now, each a transaction of its own
	flags flags
	unusable
	proof
	line *lines.Line // its voice, if it has one
	dialog
}

type flags uint8

const (
	rang        flags = 1 << iota // a provisional response above 100 came
	ringing                       // a 18x came
	answered                      // a 2xx came
	cutOff                        // the other side hung up before the time
	counted                       // its second knows that it failed
	undescribed                   // the 2xx names no stream to speak to
)

// dialog is what a caller must keep of an answer: one piece of memory, which
// the slot's next call uses again.
type dialog struct {
	bytes  []byte
	tag    uint8  // length of the remote tag
	target uint16 // length of the remote target, which follows
	end    uint16 // where the Route lines end, which follow; the rest is the challenge of the request of now
}

// longest are the longest tag, target and route set that a call keeps, in bytes:
// a request with all of them fits into a datagram.
const (
	longestTag    = 255
	longestTarget = 1000
	longestRoutes = 2000
)

// keep takes the dialog out of a 2xx: the route set is the list of
// Record-Route backwards (RFC 3261 §12.1.2).
func (d *dialog) keep(m *message) bool {
	tag := tagOf(m.to)
	if len(tag) == 0 || len(tag) > longestTag || len(m.contact) == 0 || len(m.contact) > longestTarget {
		return false
	}
	d.tag, d.target = uint8(len(tag)), uint16(len(m.contact))
	d.bytes = append(append(d.bytes[:0], tag...), m.contact...)
	d.bytes = appendRoutes(d.bytes, m)
	if len(d.bytes) > len(tag)+len(m.contact)+longestRoutes {
		d.tag, d.target, d.end, d.bytes = 0, 0, 0, d.bytes[:0]
		return false
	}
	d.end = uint16(len(d.bytes))
	return true
}

// appendRoutes turns the Record-Route of an answer into Route lines.
func appendRoutes(b []byte, m *message) []byte {
	for i := m.routes - 1; i >= 0; i-- {
		list := m.route[i]
		for len(list) > 0 { // from the last of the list
			cut := lastComma(list)
			b = append(append(append(b, "Route: "...), trim(list[cut+1:])...), "\r\n"...)
			list = list[:max(0, cut)]
		}
	}
	return b
}

// lastComma gives the place of the last comma between two addresses, -1 if
// there is none.
func lastComma(list []byte) int {
	last := -1
	for {
		i := comma(list[last+1:])
		if i < 0 {
			return last
		}
		last += 1 + i
	}
}

// within tells whether a request is of the dialog, by its tags: To has ours,
// From that of the remote side (RFC 3261 §12.2.2). Before there is an answer
// only ours is known.
func (d *dialog) within(m *message) bool {
	return toUs(m) && (d.tag == 0 || bytes.EqualFold(tagOf(m.from), d.remoteTag()))
}

// toUs tells whether the To tag of a request is that of the leg which its
// Call-ID names: both are the same digits.
func toUs(m *message) bool { return len(m.callID) > 16 && bytes.EqualFold(tagOf(m.to), m.callID[:16]) }

func (d *dialog) remoteTag() []byte    { return d.bytes[:d.tag] }
func (d *dialog) remoteTarget() []byte { return d.bytes[d.tag : int(d.tag)+int(d.target)] }
func (d *dialog) routes() []byte       { return d.bytes[int(d.tag)+int(d.target) : d.end] }

// loose gives the address where a request of a dialog goes first: the first
// Route, or the target.
func (d *dialog) loose() []byte {
	if r := d.routes(); len(r) > 0 {
		if i := bytes.IndexByte(r, '\n'); i > 0 {
			return uriOf(r[len("Route:"):i])
		}
	}
	return d.remoteTarget()
}
