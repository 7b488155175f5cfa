package media_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"ringproof/simulators/media"
)

type frame = [media.Frame]int16

// through encodes and decodes a frame.
func through(codec string, f frame) frame {
	encode, decode := media.Law(codec)
	for i, x := range f {
		f[i] = decode(encode(x))
	}
	return f
}

func quieter(f frame, db float64) frame {
	for i, x := range f {
		f[i] = int16(math.Round(float64(x) * math.Pow(10, -db/20)))
	}
	return f
}

// noisy adds white noise with that share of the frame's energy.
func noisy(f frame, share float64, r *rand.Rand) frame {
	var energy float64
	for _, x := range f {
		energy += float64(x) * float64(x)
	}
	sigma := math.Sqrt(share * energy / media.Frame)
	for i, x := range f {
		f[i] = int16(max(-32768, min(32767, float64(x)+sigma*r.NormFloat64())))
	}
	return f
}

func TestEveryVoiceIsRecognised(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name string
		soft bool // so much that what is between two syllables is lost
		bend func(frame) frame
	}{
		{"as it is spoken", false, func(f frame) frame { return f }},
		{"through A-law", false, func(f frame) frame { return through("PCMA", f) }},
		{"through mu-law", false, func(f frame) frame { return through("PCMU", f) }},
		{"through A-law and then mu-law, as a transcoder does", false, func(f frame) frame { return through("PCMU", through("PCMA", f)) }},
		{"30 dB quieter through A-law", true, func(f frame) frame { return through("PCMA", quieter(f, 30)) }},
		{"30 dB quieter through mu-law", true, func(f frame) frame { return through("PCMU", quieter(f, 30)) }},
		{"6 dB louder", false, func(f frame) frame { return quieter(f, -6) }},
		{"with 5 % of white noise", false, func(f frame) frame { return through("PCMA", noisy(f, 0.05, r)) }},
		{"20 dB quieter with 5 % of white noise", true, func(f frame) frame { return through("PCMU", noisy(quieter(f, 20), 0.05, r)) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			for v := range media.Voice(media.Voices) {
				for n := range media.Period {
					got, ok := media.Recognise(c.bend(media.Speak(v, n)))
					if !ok && c.soft && media.Loudness(n) < 0.5 {
						continue // between two syllables
					}
					if !ok || got != v {
						t.Errorf("frame %d of voice %d (%s): got %d, %v", n, v, v, got, ok)
					}
				}
			}
		})
	}
}

func TestFrameNeedNotStartWhereTheTalkerStartedIts(t *testing.T) {
	for v := range media.Voice(media.Voices) {
		for n := range media.Period {
			a, b := media.Speak(v, n), media.Speak(v, n+1)
			for _, shift := range []int{1, 37, 80, 159} {
				var f frame
				copy(f[copy(f[:], a[shift:]):], b[:])
				if got, ok := media.Recognise(through("PCMA", f)); !ok || got != v {
					t.Errorf("frame %d of voice %d, %d samples late: got %d, %v", n, v, shift, got, ok)
				}
			}
		}
	}
}

func TestVoicesDiffer(t *testing.T) {
	seen := map[string]media.Voice{}
	for v := range media.Voice(media.Voices) {
		if other, ok := seen[v.String()]; ok {
			t.Errorf("voices %d and %d are both %s", other, v, v)
		}
		seen[v.String()] = v
	}
	if len(seen) < 60 {
		t.Errorf("got %d voices", len(seen))
	}
}

// tone sums sines of equal loudness.
func tone(n int, amplitude float64, hz ...float64) (f frame) {
	for i := range f {
		var x float64
		for _, h := range hz {
			x += math.Sin(2 * math.Pi * h * float64(n*media.Frame+i) / 8000)
		}
		f[i] = int16(amplitude * x / float64(len(hz)))
	}
	return f
}

func TestOtherSoundsAreNobodysVoice(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	type sound struct {
		name string
		make func(n int) frame
	}
	sounds := []sound{
		{"silence", func(int) frame { return frame{} }},
		{"quiet noise of a line", func(int) (f frame) {
			for i := range f {
				f[i] = int16(r.NormFloat64() * 20)
			}
			return f
		}},
		{"white noise", func(int) (f frame) {
			for i := range f {
				f[i] = int16(r.NormFloat64() * 5000)
			}
			return f
		}},
		{"a constant", func(int) (f frame) {
			for i := range f {
				f[i] = 8000
			}
			return f
		}},
		{"a click", func(int) (f frame) { f[80] = 32767; return f }},
		{"a square wave of 200 Hz", func(n int) (f frame) {
			for i := range f {
				f[i] = 8000
				if (n*media.Frame+i)/20%2 == 1 {
					f[i] = -8000
				}
			}
			return f
		}},
		{"a voice too quiet to be one", func(n int) frame { return quieter(media.Speak(7, n), 45) }},
		{"two voices at once", func(n int) frame {
			a, b := media.Speak(0, n), media.Speak(media.Voice(media.Voices-1), n)
			for i := range a {
				a[i] = a[i]/2 + b[i]/2
			}
			return a
		}},
	}
	for _, row := range []float64{697, 770, 852, 941} {
		for _, column := range []float64{1209, 1336, 1477, 1633} {
			sounds = append(sounds, sound{fmt.Sprintf("DTMF %g+%g Hz", row, column), func(n int) frame { return tone(n, 10000, row, column) }})
		}
	}
	for _, hz := range [][]float64{
		{425},                                                                          // dial, ringing and busy tone (ITU-T E.180)
		{350, 440}, {440, 480}, {480, 620}, {400}, {450}, {620}, {950}, {1400}, {1800}, // North America, elsewhere; special information
		{1000}, {1004}, {2600}, {1100}, {2100}, {2225}, {1300}, {980, 1180}, {1650, 1850}, // measuring, fax, modems
		{550}, {2850}, // one tone of a voice alone
	} {
		sounds = append(sounds, sound{fmt.Sprintf("%v Hz", hz), func(n int) frame { return tone(n, 10000, hz...) }})
	}
	for _, s := range sounds {
		t.Run(s.name, func(t *testing.T) {
			for n := range 50 {
				f := s.make(n)
				for _, heard := range []frame{f, through("PCMA", f), through("PCMU", f)} {
					if v, ok := media.Recognise(heard); ok {
						t.Fatalf("frame %d was taken for voice %d (%s)", n, v, v)
					}
				}
			}
		})
	}
}
