package media

import (
	"errors"
	"fmt"
	"strings"

	"ringproof/simulators/h264"
)

// plate is what a camera's picture says: which camera it is, and how many
// pictures came before. It is drawn in black and white cells of 8 by 8 pixels,
// six rows of twenty, row by row:
//
//	bits  0 to  7   0xa5
//	bits  8 to 87   the number, four bits a sign, 0xf where it has ended
//	bits 88 to 103  the counter
//	bits 104 to 119 CRC-16 of all before
type plate struct {
	number  string
	counter uint16
}

const (
	cell        = 8 // pixels
	rows, cells = 6, 20
	plateWidth  = cells * cell
	plateHeight = rows * cell
	plateBytes  = rows * cells / 8
	mark        = 0xa5
	// Longest is how many signs the number of a camera may have.
	Longest = 20
	signs   = "0123456789+"
	noSign  = 0xf
)

var errNoPlate = errors.New("media: no camera's number in the picture")

// draw gives the plate's cells.
func (p plate) draw() (out [plateBytes]byte, err error) {
	out[0] = mark
	if len(p.number) > Longest {
		return out, fmt.Errorf("media: camera %q: want %d signs at most", p.number, Longest)
	}
	for i := range Longest {
		nibble := noSign
		if i < len(p.number) {
			if nibble = strings.IndexByte(signs, p.number[i]); nibble < 0 {
				return out, fmt.Errorf("media: camera %q: want digits, with or without a +", p.number)
			}
		}
		out[1+i/2] |= byte(nibble) << (4 - 4*(i%2))
	}
	out[11], out[12] = byte(p.counter>>8), byte(p.counter)
	crc := crc16(out[:13])
	out[13], out[14] = byte(crc>>8), byte(crc)
	return out, nil
}

// luma gives the brightness of a pixel of drawn cells: black and white of the
// video range (ITU-R BT.601).
func luma(drawn [plateBytes]byte) func(x, y int) byte {
	return func(x, y int) byte {
		i := y/cell*cells + x/cell
		if drawn[i/8]>>(7-i%8)&1 == 1 {
			return 235
		}
		return 16
	}
}

// read finds the plate in a decoded picture.
func read(p *h264.Picture) (plate, error) {
	if p.Width != plateWidth || p.Height != plateHeight {
		return plate{}, errNoPlate
	}
	var b [plateBytes]byte
	for i := range rows * cells {
		sum := 0
		for j := range cell * cell {
			sum += int(p.At(i%cells*cell+j%cell, i/cells*cell+j/cell))
		}
		if sum > 125*cell*cell {
			b[i/8] |= 1 << (7 - i%8)
		}
	}
	if crc := crc16(b[:13]); b[0] != mark || b[13] != byte(crc>>8) || b[14] != byte(crc) {
		return plate{}, errNoPlate
	}
	out := plate{counter: uint16(b[11])<<8 | uint16(b[12])}
	for i := range Longest {
		n := int(b[1+i/2] >> (4 - 4*(i%2)) & 0xf)
		if n == noSign {
			break
		}
		if n >= len(signs) {
			return plate{}, errNoPlate
		}
		out.number += signs[n : n+1]
	}
	return out, nil
}

// crc16 is CRC-16/CCITT-FALSE: 0x1021, from 0xffff.
func crc16(b []byte) uint16 {
	crc := uint16(0xffff)
	for _, x := range b {
		crc ^= uint16(x) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}
