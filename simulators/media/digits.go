package media

import (
	"embed"
	"fmt"
	"time"
)

// digits are spoken ones, 0.ul to 9.ul: µ-law at 8000 samples a second, made
// with Flite 2.2 (voice slt), without the silence around them, at -18 dBov.
//
//go:embed digits/*.ul
var digits embed.FS

// say gives the sound of digits, with a pause after each and a longer one at
// the end, in whole frames. Anything else but a digit is a pause.
func say(text string) (out []int16) {
	const pause = rate * 3 / 10
	for _, d := range text {
		clip, _ := digits.ReadFile(fmt.Sprintf("digits/%c.ul", d)) // none for what is no digit
		for _, b := range clip {
			out = append(out, decodeU(b))
		}
		out = append(out, make([]int16, pause)...)
	}
	out = append(out, make([]int16, rate)...)
	return out[:len(out)/frame*frame]
}

// Say has the party say digits in place of its voice, over and over; it falls
// silent if there are none.
func (s *Session) Say(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script, s.said = say(text), 0
}

// speaks gives what the party says in the n-th frame of the run's clock, if it
// is its turn.
func (s *Session) speaks(n int, second bool, out *[frame]int16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.script != nil:
		s.said += copy(out[:], s.script[s.said:])
		s.said %= len(s.script)
	case !s.cfg.Turns || turn(n, second):
		s.cfg.Voice.speak(n, out)
	}
}

// Aloud gives how long there was sound so far, of whatever kind but our
// parties' voices, that is as loud as speech.
func (s *Session) Aloud() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e, hears := s.sense.(*ear); hears {
		return e.aloud
	}
	return 0
}

// loud tells whether a frame is as loud as speech in a telephone: -40 dBov and
// more, where a quiet room has -55.
func loud(in *[frame]int16) bool {
	const least = 328
	var energy float64
	for _, x := range in {
		energy += float64(x) * float64(x)
	}
	return energy >= frame*least*least
}
