// Package h264 writes and reads the H.264 of the simulated cameras.
//
// A [Stream] makes the coded pictures of a small camera, Constrained Baseline,
// each a whole picture of I_PCM macroblocks or a copy of the one before.
// [Packets] puts their NAL units into RTP payloads, a [Depacketizer] brings
// them back, and a [Reader] tells size and pixels. The Reader decodes no more
// than I_PCM (ITU-T H.264 §7.3.5): what other encoders make has a size and
// pictures to count, and no pixels.
package h264

// The NAL unit types that matter here (ITU-T H.264 table 7-1, RFC 6184 §5.2).
const (
	Slice = 1
	IDR   = 5
	SPS   = 7
	PPS   = 8
	StapA = 24
	FuA   = 28
)

// Type gives the type of a NAL unit; 0 for an empty one.
func Type(nal []byte) int {
	if len(nal) == 0 {
		return 0
	}
	return int(nal[0] & 0x1f)
}

// Macroblock is the width and height of a macroblock, in pixels.
const Macroblock = 16

// escape puts emulation prevention bytes into a payload, so that no start code
// stands in it (ITU-T H.264 §7.4.1.1).
func escape(header byte, payload []byte) []byte {
	out := append(make([]byte, 0, len(payload)+1), header)
	zeros := 0
	for _, b := range payload {
		if zeros >= 2 && b <= 3 {
			out = append(out, 3)
			zeros = 0
		}
		out = append(out, b)
		if zeros++; b != 0 {
			zeros = 0
		}
	}
	return out
}

// unescape gives the payload of a NAL unit without its header and without
// emulation prevention bytes.
func unescape(nal []byte) []byte {
	out := make([]byte, 0, len(nal))
	zeros := 0
	for _, b := range nal[1:] {
		if zeros >= 2 && b == 3 {
			zeros = 0
			continue
		}
		out = append(out, b)
		if zeros++; b != 0 {
			zeros = 0
		}
	}
	return out
}
