package media

import "ringproof/internal/sdp"

// Frame is how many samples a frame has.
const Frame = frame

// Law gives the two halves of a codec's companding.
func Law(codec string) (encode func(int16) byte, decode func(byte) int16) {
	l, ok := law(sdp.Codec{Name: codec})
	if !ok {
		panic("no law " + codec)
	}
	return l.encode, l.decode
}

// Speak gives the n-th frame of a voice.
func Speak(v Voice, n int) (out [frame]int16) {
	v.speak(n, &out)
	return out
}

// Recognise tells whose voice a frame holds.
func Recognise(f [frame]int16) (Voice, bool) { return recognise(&f) }
