package h264

import "encoding/binary"

// Packets puts the NAL units of one picture into RTP payloads of at most so
// many bytes (RFC 6184, packetization-mode 1): one alone as it is (§5.6),
// small ones that follow each other together as STAP-A (§5.7.1), one that is
// too large in FU-A (§5.8).
//
//	+---------------+---------------+
//	|0|1|2|3|4|5|6|7|0|1|2|3|4|5|6|7|
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|F|NRI|   28    |S|E|R|  Type   |  FU indicator, FU header
//	+---------------+---------------+
func Packets(nals [][]byte, most int) [][]byte {
	var out, small [][]byte
	size := 1
	flush := func() {
		switch len(small) {
		case 0:
		case 1:
			out = append(out, small[0])
		default:
			out = append(out, together(small))
		}
		small, size = nil, 1
	}
	for _, n := range nals {
		if len(n) > most {
			flush()
			out = append(out, fragments(n, most)...)
			continue
		}
		if size+2+len(n) > most {
			flush()
		}
		small = append(small, n)
		size += 2 + len(n)
	}
	flush()
	return out
}

func together(nals [][]byte) []byte {
	out := []byte{StapA}
	for _, n := range nals {
		out[0] = max(out[0]&0x60, n[0]&0x60) | StapA // the highest NRI (RFC 6184 §5.7)
		out = binary.BigEndian.AppendUint16(out, uint16(len(n)))
		out = append(out, n...)
	}
	return out
}

func fragments(nal []byte, most int) [][]byte {
	var out [][]byte
	rest := nal[1:]
	for len(rest) > 0 {
		n := min(len(rest), most-2)
		header := nal[0] & 0x1f
		if len(out) == 0 {
			header |= 0x80
		}
		if n == len(rest) {
			header |= 0x40
		}
		out = append(out, append([]byte{nal[0]&0x60 | FuA, header}, rest[:n]...))
		rest = rest[n:]
	}
	return out
}
