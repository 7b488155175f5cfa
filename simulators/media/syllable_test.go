package media_test

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"ringproof/internal/network"
	"ringproof/internal/sdp"
	"ringproof/simulators/media"
)

// line passes packets on to a listener, late, in disorder or not at all, as
// the func says of the n-th of them.
func (r *room) line(to netip.AddrPort, of func(n int) (late time.Duration, lost bool)) netip.AddrPort {
	r.t.Helper()
	c, err := r.net.ListenPacket(netip.MustParseAddrPort("192.0.2.7:7000"))
	if err != nil {
		r.t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 2048)
		for n := 0; ; n++ {
			size, _, err := network.ReadFrom(c, buf)
			if err != nil {
				return
			}
			late, lost := of(n)
			b := append([]byte(nil), buf[:size]...)
			if !lost {
				time.AfterFunc(late, func() { _, _ = network.WriteTo(c, b, to) })
			}
		}
	}()
	r.t.Cleanup(func() { c.Close(); <-done })
	return network.Addr(c)
}

func TestDelayIsToldByTheSoundAlone(t *testing.T) {
	for _, c := range []struct {
		name        string
		talk        time.Duration
		late        time.Duration
		jitter      time.Duration
		loss        int // one of so many
		least, most time.Duration
	}{
		{"none", 2 * time.Second, 0, 0, 0, 20 * time.Millisecond, 20 * time.Millisecond},
		{"150 ms", 2 * time.Second, 150 * time.Millisecond, 0, 0, 160 * time.Millisecond, 180 * time.Millisecond},
		{"400 ms with 40 ms of jitter", 2 * time.Second, 400 * time.Millisecond, 40 * time.Millisecond, 0, 420 * time.Millisecond, 480 * time.Millisecond},
		{"600 ms and one packet in 50 lost", 2 * time.Second, 600 * time.Millisecond, 0, 50, 600 * time.Millisecond, 640 * time.Millisecond},
		{"1.5 s", 4 * time.Second, 1500 * time.Millisecond, 0, 0, 1500 * time.Millisecond, 1540 * time.Millisecond},
		{"too little heard to tell", 500 * time.Millisecond, 0, 0, 0, 0, 0},
	} {
		for _, codec := range []sdp.Codec{pcma, pcmu} {
			t.Run(c.name+", "+codec.Name, func(t *testing.T) {
				in(t, func(r *room) {
					chance := rand.New(rand.NewPCG(5, 6))
					alice, bob := r.open(3), r.open(40)
					alice.Start(r.line(bob.Addr(), func(int) (time.Duration, bool) {
						late := c.late
						if c.jitter > 0 {
							late += time.Duration(chance.Int64N(int64(c.jitter)))
						}
						return late, c.loss > 0 && chance.IntN(c.loss) == 0
					}), codec)
					pass(c.talk + c.late)
					alice.Hush()
					f := bob.Fact()
					d, _ := f.DelayOf("alice")
					if d < c.least || d > c.most {
						t.Errorf("got %v, want %v to %v", d, c.least, c.most)
					}
				})
			})
		}
	}
}

func TestLossOfTwoInAHundredLeavesAVoiceWhole(t *testing.T) {
	in(t, func(r *room) {
		alice, bob := r.open(3), r.open(40)
		alice.Start(r.line(bob.Addr(), func(n int) (time.Duration, bool) { return 0, n%50 == 7 }), pcma)
		pass(4 * time.Second)
		if got := heardFor(bob, "alice"); got < 3900*time.Millisecond {
			t.Errorf("heard for %v, want all of 4 s", got)
		}
	})
}

func heardFor(s *media.Session, voice string) time.Duration {
	f := s.Fact()
	return f.HeardFor(voice)
}

func TestPartiesThatTakeTurnsNeverSpeakAtOnce(t *testing.T) {
	in(t, func(r *room) {
		open := func(v media.Voice) *media.Session {
			s, err := media.Open(media.Config{
				Network: r.net, Addr: netip.MustParseAddr("192.0.2.1"), Voice: v, Turns: true,
				NameOf: func(v media.Voice) string { return r.names[v] },
				At:     func(t time.Time) int64 { return int64(t.Sub(r.start)) },
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			return s
		}
		alice, bob := open(3), open(40)
		bob.Second()
		alice.Start(bob.Addr(), pcma)
		bob.Start(alice.Addr(), pcma)
		pass(5 * media.Period * ptime)
		a, b := alice.Close(), bob.Close()
		for _, heard := range []time.Duration{a.HeardFor("bob"), b.HeardFor("alice")} {
			if heard < 4*time.Second || heard > 5*time.Second {
				t.Errorf("heard for %v of 9.6 s, want a little less than half", heard)
			}
		}
		for _, x := range a.Heard {
			for _, y := range b.Heard {
				if x.From < y.To && y.From < x.To {
					t.Errorf("both spoke at once: %v and %v", x, y)
				}
			}
		}
		if d, ok := b.DelayOf("alice"); !ok || d != ptime {
			t.Errorf("got delay %v, %v, want %v", d, ok, ptime)
		}
	})
}

func TestVoiceRisesAndFallsAsSpeechDoes(t *testing.T) {
	level := func(f frame) (db float64) {
		var e float64
		for _, x := range f {
			e += float64(x) * float64(x)
		}
		return 10 * math.Log10(e/media.Frame/32768/32768)
	}
	for v := range media.Voice(media.Voices) {
		peaks, loudest, softest := 0, -100.0, 0.0
		before, rising := level(media.Speak(v, 0)), false
		for n := 1; n <= 2*media.Period; n++ {
			l := level(media.Speak(v, n))
			loudest, softest = max(loudest, l), min(softest, l)
			if l < before-0.5 && rising {
				peaks, rising = peaks+1, false
			}
			if l > before+0.5 {
				rising = true
			}
			before = l
		}
		seconds := float64(2*media.Period) * ptime.Seconds()
		if a := float64(peaks) / seconds; a < 3 || a > 5 {
			t.Errorf("voice %d: %.1f syllables a second, want 3 to 5", v, a)
		}
		if loudest > -15 || loudest < -25 || softest > loudest-15 {
			t.Errorf("voice %d: from %.0f to %.0f dBov", v, softest, loudest)
		}
	}
}

// Music, and ringing with its cadence, from the listener's end.
func TestWhatIsPlayedInPlaceOfAVoiceIsNobodys(t *testing.T) {
	scale := []float64{262, 294, 330, 349, 392, 440, 494, 523, 587, 659, 698, 784, 880, 988, 1047}
	r := rand.New(rand.NewPCG(7, 8))
	var chord []float64
	for name, sound := range map[string]func(n int) frame{
		"music": func(n int) frame {
			if n%10 == 0 {
				chord = nil
				for range 3 {
					root := scale[r.IntN(len(scale))]
					chord = append(chord, root, 2*root, 3*root)
				}
			}
			return tone(n, 12000, chord...)
		},
		"a melody": func(n int) frame {
			if n%8 == 0 {
				root := scale[r.IntN(len(scale))]
				chord = []float64{root, 2 * root}
			}
			return tone(n, 12000, chord...)
		},
		"ringing, one second in five": func(n int) frame {
			if n%250 < 50 {
				return tone(n, 8000, 425)
			}
			return frame{}
		},
	} {
		taken := 0
		for n := range 3000 {
			if _, ok := media.Recognise(through("PCMA", sound(n))); ok {
				taken++
			}
		}
		if taken > 0 {
			t.Errorf("%s: %d of 3000 frames were taken for a voice", name, taken)
		}
	}
}
