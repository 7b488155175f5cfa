package media

import "ringproof/internal/sdp"

// companding is one of the two laws of ITU-T G.711.
type companding struct {
	encode func(int16) byte
	decode func(byte) int16
}

// law gives the companding of a codec that we speak.
func law(c sdp.Codec) (companding, bool) {
	switch c.Name {
	case "PCMA":
		return companding{encodeA, decodeA}, true
	case "PCMU":
		return companding{encodeU, decodeU}, true
	}
	return companding{}, false
}

// encodeA is G.711 A-law, table 1a: 13 bits to 8, even bits inverted.
func encodeA(s int16) byte {
	v, sign := int(s)>>3, byte(0x80)
	if v < 0 {
		v, sign = -v-1, 0
	}
	exp := byte(0)
	for e := byte(1); e < 8 && v >= 32<<(e-1); e++ {
		exp = e
	}
	mantissa := byte(v>>1) & 0x0f
	if exp > 0 {
		mantissa = byte(v>>exp) & 0x0f
	}
	return (sign | exp<<4 | mantissa) ^ 0x55
}

func decodeA(b byte) int16 {
	b ^= 0x55
	exp, mantissa := b>>4&7, int(b&0x0f)
	v := mantissa<<4 + 8
	if exp > 0 {
		v = (mantissa<<4 + 0x108) << (exp - 1)
	}
	if b&0x80 == 0 {
		v = -v
	}
	return int16(v)
}

// encodeU is G.711 µ-law, table 2a: 14 bits to 8, all bits inverted.
func encodeU(s int16) byte {
	const bias, clip = 0x84, 32635
	v, sign := int(s), byte(0)
	if v < 0 {
		v, sign = -v, 0x80
	}
	v = min(v, clip) + bias
	exp := byte(7)
	for mask := 0x4000; exp > 0 && v&mask == 0; mask >>= 1 {
		exp--
	}
	return ^(sign | exp<<4 | byte(v>>(exp+3))&0x0f)
}

func decodeU(b byte) int16 {
	b = ^b
	v := (int(b&0x0f)<<3+0x84)<<(b>>4&7) - 0x84
	if b&0x80 != 0 {
		v = -v
	}
	return int16(v)
}
