package h264

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Depacketizer brings NAL units back from RTP payloads in the order of their
// sequence numbers (RFC 6184, packetization-mode 1). The zero value is ready.
type Depacketizer struct {
	nal  []byte // of fragments that go on
	open bool
	next uint16 // sequence number of the fragment that must come next
}

// biggest bounds a NAL unit put together from fragments: a picture of level
// 5.1 without compression.
const biggest = 16 << 20

var (
	errEmpty = errors.New("h264: an empty payload")
	errLost  = errors.New("h264: a fragment is missing (RFC 6184 §5.8)")
)

// Take takes one payload and gives the NAL units that are whole with it. After
// an error the next payload may be taken: what was in pieces is dropped.
func (d *Depacketizer) Take(seq uint16, payload []byte) ([][]byte, error) {
	var broken error
	t := Type(payload)
	if d.open && t != FuA {
		d.open, broken = false, errLost
	}
	switch {
	case t == 0 || payload[0]&0x80 != 0: // forbidden_zero_bit
		return nil, errors.Join(broken, errEmpty)
	case t < StapA:
		return [][]byte{payload}, broken
	case t == StapA:
		nals, err := apart(payload[1:])
		return nals, errors.Join(broken, err)
	case t == FuA:
		nal, err := d.fragment(seq, payload)
		if nal == nil {
			return nil, err
		}
		return [][]byte{nal}, err
	}
	return nil, errors.Join(broken, fmt.Errorf("h264: payload type %d does not belong to packetization-mode 1 (RFC 6184 §5.4)", t))
}

// apart takes a STAP-A apart.
func apart(b []byte) ([][]byte, error) {
	var out [][]byte
	for len(b) > 0 {
		if len(b) < 2 {
			return out, errShort
		}
		n := int(binary.BigEndian.Uint16(b))
		if n == 0 || len(b) < 2+n {
			return out, errShort
		}
		out, b = append(out, b[2:2+n]), b[2+n:]
	}
	if len(out) == 0 {
		return nil, errEmpty
	}
	return out, nil
}

// fragment takes one FU-A (RFC 6184 §5.8): start first, end last, none
// missing between.
func (d *Depacketizer) fragment(seq uint16, b []byte) ([]byte, error) {
	if len(b) < 3 {
		d.open = false
		return nil, errShort
	}
	start, end := b[1]&0x80 != 0, b[1]&0x40 != 0
	header := b[0]&0xe0 | b[1]&0x1f
	var broken error
	switch {
	case start && end:
		d.open = false
		return nil, errors.New("h264: a fragment is both the first and the last (RFC 6184 §5.8)")
	case start:
		if d.open {
			broken = errLost
		}
		d.nal = append(d.nal[:0:0], header)
	case !d.open || seq != d.next || d.nal[0]&0x1f != header&0x1f || len(d.nal) > biggest:
		d.open = false
		return nil, errLost
	}
	d.nal = append(d.nal, b[2:]...)
	d.open, d.next = !end, seq+1
	if end {
		return d.nal, broken
	}
	return nil, broken
}
