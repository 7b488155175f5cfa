package media

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestEachDigitIsSaid(t *testing.T) {
	said := map[string]bool{}
	for _, d := range "0123456789" {
		s := say(string(d))
		sounds := 0
		for x := s; len(x) >= frame; x = x[frame:] {
			if loud((*[frame]int16)(x)) {
				sounds++
			}
		}
		if sounds < 5 || said[string(u16(s))] {
			t.Errorf("%c: %d loud frames, said before: %v", d, sounds, said[string(u16(s))])
		}
		said[string(u16(s))] = true
	}
	if s := say(""); len(s) == 0 || loud((*[frame]int16)(s)) {
		t.Error("no digits are not silence")
	}
}

func u16(s []int16) (b []byte) {
	for _, x := range s {
		b = append(b, byte(x), byte(x>>8))
	}
	return b
}

// Speech is loud; noise of a room, silence and our own voices are not.
func TestWhatIsAloud(t *testing.T) {
	e := &ear{nameOf: func(Voice) string { return "ours" }, at: func(time.Time) int64 { return 1 }}
	hear := func(samples []int16) time.Duration {
		before := e.aloud
		for ; len(samples) >= frame; samples = samples[frame:] {
			e.hear((*[frame]int16)(samples), 1)
		}
		return e.aloud - before
	}
	noise := make([]int16, 2*rate)
	for i := range noise {
		noise[i] = int16(rand.IntN(120) - 60)
	}
	if d := hear(noise); d != 0 {
		t.Errorf("a quiet room is aloud for %s", d)
	}
	if d := hear(Clip(3, 2*time.Second)); d != 0 {
		t.Errorf("our own voice is aloud for %s", d)
	}
	if d := hear(say("4711")); d < time.Second {
		t.Errorf("four digits are aloud for %s", d)
	}
}
