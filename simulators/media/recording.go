package media

import (
	"bytes"
	"slices"
	"time"

	"ringproof/reports/record"
)

// Recording listens to the sound of a WAV file, of which it is given one piece
// after the other. Each channel is listened to by itself, with the ears of our
// own parties: a voice counts in stretches of 100 ms at least, which swell as
// speech does, and of which no more than a fifth is missing.
type Recording struct {
	form     form
	rest     []byte // less than a sample of all channels
	channels []*channel
}

// NewRecording listens to sound of that form.
func NewRecording(l Layout) *Recording {
	r := &Recording{form: l.form}
	for range l.form.channels {
		c := &channel{low: lower{hz: l.form.hz, room: l.form.hz}, alone: map[Voice]int{}, together: map[Voice]int{}}
		c.ear.nameOf, c.ear.swells = Voice.String, true
		r.channels = append(r.channels, c)
	}
	return r
}

// ReadWAV listens to a whole file.
func ReadWAV(b []byte) (*Recording, error) {
	l, err := ReadLayout(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return &Recording{}, err
	}
	r := NewRecording(l)
	_, err = r.Write(b[l.Start:l.End])
	return r, err
}

// Write listens to a piece, wherever it was cut off. It returns no error.
func (r *Recording) Write(b []byte) (int, error) {
	size := r.form.bits / 8
	block := size * len(r.channels)
	all := b
	if len(r.rest) > 0 {
		all = append(r.rest, b...)
	}
	for ; len(all) >= block; all = all[block:] {
		for i, c := range r.channels {
			c.take(r.form.decode(all[i*size:]))
		}
	}
	r.rest = slices.Clone(all)
	return len(b), nil
}

// Took is how long the recording is so far.
func (r *Recording) Took() time.Duration {
	if len(r.channels) == 0 {
		return 0
	}
	c := r.channels[0]
	return time.Duration(c.frames*frame+len(c.pending)) * time.Second / rate
}

// Heard gives how long a voice is heard, in the channel in which it is heard
// longest.
func (r *Recording) Heard(v Voice) (longest time.Duration) {
	for _, c := range r.channels {
		if c.tempos[v].hurried() {
			continue
		}
		s := record.Stream{Heard: c.ear.stretches()}
		longest = max(longest, s.HeardFor(v.String()))
	}
	return longest
}

// Mixed tells whether two voices sound at once in one channel for longer than
// chance could make it, so that neither can be told well.
func (r *Recording) Mixed(a, b Voice) bool {
	for _, c := range r.channels {
		n := c.together[a] + c.together[b]
		if third, ok := between(a, b); ok {
			n += c.alone[third]
		}
		if n >= shortest {
			return true
		}
	}
	return false
}

// between gives the voice of the tones that two voices with a tone in common do
// not share: the common one may cancel out where they sound at once.
func between(a, b Voice) (Voice, bool) {
	a1, a2 := a.tones()
	b1, b2 := b.tones()
	var rest []int
	for _, x := range []int{a1, a2, b1, b2} {
		if (x == a1 || x == a2) != (x == b1 || x == b2) {
			rest = append(rest, x)
		}
	}
	if len(rest) != 2 {
		return 0, false
	}
	return voiceOf(min(rest[0], rest[1]), max(rest[0], rest[1])), true
}

// Voice gives the voice that is heard longest; false where none is.
func (r *Recording) Voice() (v Voice, ok bool) {
	var longest time.Duration
	for x := range Voice(Voices) {
		if d := r.Heard(x); d > longest {
			v, longest, ok = x, d, true
		}
	}
	return v, ok
}

// channel is one channel of a recording.
type channel struct {
	low      lower
	pending  []int16 // that do not fill a frame yet
	frames   int     // so far
	quiet    int     // the last so many of them
	ear      ear
	tempos   [Voices]tempo
	alone    map[Voice]int // frames of nobody else
	together map[Voice]int // frames in which both its tones sound, and others too
}

// take takes a sample.
func (c *channel) take(x int16) {
	if c.pending = c.low.take(c.pending, x); len(c.pending) < frame {
		return
	}
	f := (*[frame]int16)(c.pending)
	c.frames++
	s := recognise(f)
	c.ear.note(s, f, int64(c.frames)*int64(ptime))
	if s.known {
		c.alone[s.voice]++
		c.tempos[s.voice].take(s.level, min(c.quiet, longestPause))
	}
	if c.quiet++; !s.quiet {
		c.quiet = 0
	}
	for i, a := range s.among {
		for _, b := range s.among[i+1:] {
			c.together[voiceOf(a, b)]++
		}
	}
	c.pending = append(c.pending[:0], c.pending[frame:]...)
}

// tempo is how fast a voice speaks. What leaves lost packets out of a recording,
// and puts no silence in their place, has the syllables come faster than they
// were said.
type tempo struct {
	frames int // of the voice, with the pauses between
	peak   float64
	soft   bool // the voice has faded
	rises  int  // how often it has swelled again
}

// take takes the level of a frame with so many quiet ones before it.
func (t *tempo) take(level float64, pause int) {
	t.frames += 1 + pause
	t.peak = max(t.peak, level)
	switch soft := level < t.peak/2; {
	case soft:
		t.soft = true
	case t.soft:
		t.soft = false
		t.rises++
	}
}

// hurried tells whether more than a fifth is left out: more than five syllables
// stand in the place of four. One more may begin by chance.
func (t *tempo) hurried() bool { return 4*syllable*(t.rises-1) > 5*t.frames }

// lower brings samples of a higher rate down to ours. Each sample that it gives
// is the mean of those in its place, by how much of it each takes up, which is
// enough of a filter for tones below 3 kHz.
type lower struct {
	hz   int // of what comes in; ours and above
	sum  int
	room int // of the sample that is being made, in parts of which it has hz
}

func (l *lower) take(out []int16, x int16) []int16 {
	left := rate
	for l.room <= left {
		out = append(out, int16((l.sum+int(x)*l.room)/l.hz))
		left -= l.room
		l.sum, l.room = 0, l.hz
	}
	l.sum += int(x) * left
	l.room -= left
	return out
}
