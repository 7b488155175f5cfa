package lines

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// An RTP packet as a line sends it: RFC 3550 §5.1, PCMU (RFC 3551 §6) of 20 ms.
const (
	header  = 12
	samples = 160
	length  = header + samples
)

// A payload is no sound but a statement: who speaks, whom it hears, and which
// number was called. It is
//
//	0    magic
//	4    token of the speaker
//	8    token of who is heard; 0 for nobody yet
//	12   packets that were heard from there
//	16   packets from the first of these to the last, lost ones too
//	20   length of the number, and its last digits
//	156  CRC-32 of what stands before
const (
	mostDigits = 20
	sealAt     = samples - 4
)

var magic = []byte("RPLV")

// statement is what a payload says.
type statement struct {
	token, hears, count, span uint32
	number                    []byte
}

// write makes a packet of it. The number must have mostDigits at most.
func (s statement) write(b *[length]byte, seq uint16, timestamp uint32, first bool) {
	b[0], b[1] = 0x80, 0
	if first {
		b[1] = 0x80 // marker: a talkspurt begins
	}
	binary.BigEndian.PutUint16(b[2:], seq)
	binary.BigEndian.PutUint32(b[4:], timestamp)
	binary.BigEndian.PutUint32(b[8:], s.token)
	p := b[header:]
	copy(p, magic)
	binary.BigEndian.PutUint32(p[4:], s.token)
	binary.BigEndian.PutUint32(p[8:], s.hears)
	binary.BigEndian.PutUint32(p[12:], s.count)
	binary.BigEndian.PutUint32(p[16:], s.span)
	p[20] = byte(len(s.number))
	copy(p[21:], s.number)
	binary.BigEndian.PutUint32(p[sealAt:], crc32.ChecksumIEEE(p[:sealAt]))
}

// kind is what a datagram turned out to be.
type kind uint8

const (
	noRTP kind = iota
	sound      // RTP, and no statement: somebody else's, or changed on the way
	ours
)

// read takes a datagram apart.
func read(b []byte) (seq uint16, ssrc uint32, s statement, k kind) {
	if len(b) < header || b[0]>>6 != 2 {
		return 0, 0, s, noRTP
	}
	if pt := b[1] & 0x7f; pt >= 64 && pt < 96 { // RTCP on the same port, RFC 5761 §4
		return 0, 0, s, noRTP
	}
	at := header + 4*int(b[0]&0x0f)
	if b[0]&0x10 != 0 && len(b) >= at+4 {
		at += 4 + 4*int(binary.BigEndian.Uint16(b[at+2:]))
	}
	n := binary.BigEndian
	seq, ssrc = n.Uint16(b[2:]), n.Uint32(b[8:])
	if len(b) < at+samples {
		return seq, ssrc, s, sound
	}
	p := b[at : at+samples]
	if !bytes.Equal(p[:4], magic) || p[20] > mostDigits || binary.BigEndian.Uint32(p[sealAt:]) != crc32.ChecksumIEEE(p[:sealAt]) {
		return seq, ssrc, s, sound
	}
	return seq, ssrc, statement{n.Uint32(p[4:]), n.Uint32(p[8:]), n.Uint32(p[12:]), n.Uint32(p[16:]), p[21 : 21+p[20]]}, ours
}
