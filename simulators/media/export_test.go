package media

import (
	"ringproof/internal/sdp"
	"ringproof/simulators/h264"
)

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
func Recognise(f [frame]int16) (Voice, bool) {
	s := recognise(&f)
	return s.voice, s.known
}

// Loudness gives how loud a voice is in a frame, from 0 to 1.
func Loudness(n int) float64 { return loudness(n) }

// Draw gives the picture of a camera.
func Draw(number string, counter uint16) (*h264.Picture, error) {
	drawn, err := plate{number, counter}.draw()
	p := &h264.Picture{Width: plateWidth, Height: plateHeight}
	for i := range plateWidth * plateHeight {
		p.Luma = append(p.Luma, luma(drawn)(i%plateWidth, i/plateWidth))
	}
	return p, err
}

// Read tells what a picture shows.
func Read(p *h264.Picture) (number string, counter uint16, err error) {
	got, err := read(p)
	return got.number, got.counter, err
}
