package media

import (
	"fmt"
	"math"
)

// Voice is a party's signature: two tones at once, as loud and soft as speech
// is (see syllable.go). There are [Voices] of them, numbered from 0.
type Voice int

// tones are the frequencies in Hz that voices are made of. All are whole
// cycles in a 20 ms frame (multiples of 50 Hz), so that they do not leak into
// one another, and each keeps 50 Hz or more from what telephony gives a
// meaning: dial, ringing and busy tones (350 to 480, 620), DTMF (697 to 1633),
// fax and modem answers (1100, 2100) and 2600.
var tones = [...]float64{550, 1050, 1400, 1550, 1700, 1800, 1900, 2250, 2350, 2450, 2750, 2850}

// Voices is how many there are: pairs of different tones.
const Voices = len(tones) * (len(tones) - 1) / 2

const (
	rate  = 8000 // samples a second
	frame = 160  // samples in 20 ms
)

func (v Voice) tones() (a, b int) {
	i := int(v) % Voices
	for a = 0; ; a++ {
		if n := len(tones) - 1 - a; i >= n {
			i -= n
			continue
		}
		return a, a + 1 + i
	}
}

func (v Voice) String() string {
	a, b := v.tones()
	return fmt.Sprintf("%g+%g Hz", tones[a], tones[b])
}

// speak gives the 160 samples of the n-th frame of the run's clock, at -19
// dBov in the middle of a syllable. Loudness goes from one frame to the next
// without a step.
func (v Voice) speak(n int, out *[frame]int16) {
	const amplitude = 4200
	a, b := v.tones()
	la, lb := lilt(n)
	na, nb := lilt(n + 1)
	from, to := loudness(n), loudness(n+1)
	for i := range out {
		x := float64(i) / frame
		t := float64(n%Period*frame+i) / rate
		tone := (la+(na-la)*x)*math.Sin(2*math.Pi*tones[a]*t) + (lb+(nb-lb)*x)*math.Sin(2*math.Pi*tones[b]*t)
		out[i] = int16(math.Round(amplitude * (from + (to-from)*x) * tone))
	}
}

// sound is what a frame holds.
type sound struct {
	quiet bool  // nothing, or a pause between two syllables
	known bool  // the voice
	voice Voice // that it is
	lilt  int   // its tone that is louder: 0, 1, or -1 for neither
	// level is the mean amplitude; among are the tones that together hold most
	// of a frame that is nobody's alone, where there are more than two.
	level float64
	among []int
}

// quiet is the mean amplitude below which a frame is silence: about -58 dBov.
const quiet = 40

// recognise tells whose voice a frame holds. A frame is a voice's if two
// tones hold most of its energy, each a good part of it, and if it is louder
// than noise.
func recognise(in *[frame]int16) sound {
	var energy float64
	for _, s := range in {
		energy += float64(s) * float64(s)
	}
	level := math.Sqrt(energy / frame)
	if level < quiet {
		return sound{quiet: true, level: level}
	}
	first, second := -1, -1
	var share [len(tones)]float64
	for i, f := range tones {
		share[i] = 2 * power(in, f) / (frame * energy)
		switch {
		case first < 0 || share[i] > share[first]:
			first, second = i, first
		case second < 0 || share[i] > share[second]:
			second = i
		}
	}
	if share[second] < 0.15 || share[first]+share[second] < 0.8 {
		return sound{level: level, among: among(share)}
	}
	s := sound{known: true, voice: voiceOf(min(first, second), max(first, second)), lilt: -1, level: level}
	const clear = 1.3 // 2 is sent: 3 dB
	switch low, high := share[min(first, second)], share[max(first, second)]; {
	case low > clear*high:
		s.lilt = 0
	case high > clear*low:
		s.lilt = 1
	}
	return s
}

// among gives the tones of a frame in which several voices sound at once: three
// or four that hold most of its energy, each some of it.
func among(share [len(tones)]float64) (out []int) {
	sum := 0.0
	for i, x := range share {
		if x >= 0.05 {
			out, sum = append(out, i), sum+x
		}
	}
	if len(out) < 3 || len(out) > 4 || sum < 0.8 {
		return nil
	}
	return out
}

func voiceOf(a, b int) Voice {
	v := 0
	for i := range a {
		v += len(tones) - 1 - i
	}
	return Voice(v + b - a - 1)
}

// power is the Goertzel algorithm: the squared magnitude of one frequency.
func power(in *[frame]int16, hz float64) float64 {
	k := 2 * math.Cos(2*math.Pi*hz/rate)
	var s1, s2 float64
	for _, x := range in {
		s1, s2 = float64(x)+k*s1-s2, s1
	}
	return s1*s1 + s2*s2 - k*s1*s2
}
