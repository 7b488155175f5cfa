package media

import "time"

// A voice speaks in syllables, four in a second, as people do: what listens
// for speech (voice activity detection, gain control, echo suppression) takes
// it for some and lets it pass.
//
// Each syllable also carries one bit, by which of the two tones is the louder.
// Eight of them make a code of which any three tell the place; the place is
// that of the run's clock, which all parties share. So a listener can tell
// from the sound alone how long it was on its way.

const (
	syllable = 12 // frames: 240 ms
	letters  = 8
	// Period is how many frames of 20 ms the code takes: 1.92 s.
	Period = letters * syllable
)

// code is a de Bruijn sequence: no three bits on end stand in it twice.
var code = [letters]int{0, 0, 0, 1, 0, 1, 1, 1}

// swell is the loudness at the start of each frame of a syllable. No step is
// more than 6 dB, so that a frame which begins elsewhere is recognised too.
var swell = [syllable]float64{0.1, 0.2, 0.4, 0.8, 1, 1, 1, 1, 0.8, 0.4, 0.2, 0.1}

func loudness(n int) float64 { return swell[n%syllable] }

// letter gives the bit of a frame.
func letter(n int) int { return code[n%Period/syllable] }

// lilt gives how loud the two tones are in a frame: 3 dB apart.
func lilt(n int) (a, b float64) {
	const softer = 0.71
	if letter(n) == 0 {
		return 1, softer
	}
	return softer, 1
}

// now gives the frame of the run's clock at a time of the record.
func now(at int64) int { return int(at / int64(ptime)) }

// turn tells whether a party speaks in a frame where parties take turns: four
// syllables each, with 80 ms between them.
func turn(n int, second bool) bool {
	const half, pause = Period / 2, 4
	p := n % Period
	return p/half == 1 == second && p%half < half-pause
}

// place finds the delay of a voice from the letters that were heard.
type place struct {
	scores [Period]int // by delay in frames: letters that agree, less those that do not
	heard  int
}

// take takes one frame that was heard at a time of the record.
func (c *place) take(letterHeard int, at int64) {
	if letterHeard < 0 {
		return
	}
	c.heard++
	n := now(at) + Period // never below zero
	for delay := range c.scores {
		if letter(n-delay) == letterHeard {
			c.scores[delay]++
		} else {
			c.scores[delay]--
		}
	}
}

// delay gives how long the voice was on its way, the frame itself included; 0
// where three syllables were not heard yet, or say different things.
func (c *place) delay() time.Duration {
	if c.heard < 3*syllable {
		return 0
	}
	best := 0
	for d, s := range c.scores {
		if s > c.scores[best] {
			best = d
		}
	}
	if 10*c.scores[best] < 8*c.heard {
		return 0
	}
	last := best // the frame between two letters says nothing: one less is as good
	for last+1 < Period && c.scores[last+1] == c.scores[best] {
		last++
	}
	for d, s := range c.scores {
		apart := (d - best + Period) % Period
		if apart >= syllable && apart <= Period-syllable && 10*s > 7*c.scores[best] {
			return 0
		}
	}
	return time.Duration(last+1) * ptime
}
