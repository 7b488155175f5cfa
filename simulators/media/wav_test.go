package media

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func TestVoiceOfAFileIsRead(t *testing.T) {
	for _, v := range []Voice{0, 7, Voice(Voices - 1)} {
		r, err := ReadWAV(WAV(v, 3*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := r.Voice(); !ok || got != v || r.Heard(v) < 2*time.Second || r.Took() != 3*time.Second {
			t.Errorf("voice %d: got %d, %v, for %s of %s", v, got, ok, r.Heard(v), r.Took())
		}
	}
}

// raised gives a file of two channels at 48000 Hz, the second of them silent,
// with a chunk before its sound and a size that was never filled in.
func raised(v Voice) []byte {
	b := []byte("RIFF\x00\x00\x00\x00WAVELIST\x03\x00\x00\x00abc\x00fmt \x10\x00\x00\x00\x01\x00\x02\x00")
	b = append(b, u32(48000)...)
	b = append(b, u32(4*48000)...)
	b = append(b, 4, 0, 16, 0)
	b = append(b, "data\x00\x00\x00\x00"...)
	for _, x := range Clip(v, 2*time.Second) {
		for range 6 {
			b = binary.LittleEndian.AppendUint16(b, uint16(x))
			b = append(b, 0, 0)
		}
	}
	return b
}

func TestRecordingOfAHigherRateThatIsStillWritten(t *testing.T) {
	r, err := ReadWAV(raised(9))
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := r.Voice(); !ok || got != 9 || r.Heard(9) < time.Second {
		t.Errorf("got %d, %v for %s, want 9 for a second", got, ok, r.Heard(9))
	}
}

func TestSilentRecordingHasNoVoice(t *testing.T) {
	b := WAV(3, 2*time.Second)
	clear(b[44:])
	r, err := ReadWAV(b)
	if v, ok := r.Voice(); err != nil || ok {
		t.Errorf("got %d, %v", v, err)
	}
}

// file gives a WAV file of that form.
func file(kind, channels, hz, bits int, sound []byte) []byte {
	b := append([]byte("RIFF"), u32(uint32(36+len(sound)))...)
	b = append(b, "WAVEfmt "...)
	b = append(b, u32(16)...)
	b = append(b, byte(kind), byte(kind>>8), byte(channels), 0)
	b = append(b, u32(uint32(hz))...)
	b = append(b, u32(uint32(hz*channels*bits/8))...)
	b = append(b, byte(channels*bits/8), 0, byte(bits), 0)
	b = append(b, "data"...)
	b = append(b, u32(uint32(len(sound)))...)
	return append(b, sound...)
}

func bytesOf(samples []int16) (b []byte) {
	for _, x := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(x))
	}
	return b
}

// at gives a voice as a phone records it at another rate.
func at(hz int, v Voice, d time.Duration) []int16 {
	a, b := v.tones()
	out := make([]int16, int(d.Seconds()*float64(hz)))
	for i := range out {
		t := float64(i) / float64(hz)
		n := int(t / ptime.Seconds())
		x := t/ptime.Seconds() - float64(n)
		la, lb := lilt(n)
		loud := loudness(n) + (loudness(n+1)-loudness(n))*x
		out[i] = int16(4200 * loud * (la*math.Sin(2*math.Pi*tones[a]*t) + lb*math.Sin(2*math.Pi*tones[b]*t)))
	}
	return out
}

func TestFormsThatPhonesRecordIn(t *testing.T) {
	var u, a []byte
	for _, x := range Clip(5, 3*time.Second) {
		u, a = append(u, encodeU(x)), append(a, encodeA(x))
	}
	for name, b := range map[string][]byte{
		"µ-law":  file(7, 1, 8000, 8, u),
		"A-law":  file(6, 1, 8000, 8, a),
		"11025":  file(1, 1, 11025, 16, bytesOf(at(11025, 5, 3*time.Second))),
		"12000":  file(1, 1, 12000, 16, bytesOf(at(12000, 5, 3*time.Second))),
		"16000":  file(1, 1, 16000, 16, bytesOf(at(16000, 5, 3*time.Second))),
		"22050":  file(1, 1, 22050, 16, bytesOf(at(22050, 5, 3*time.Second))),
		"44100":  file(1, 1, 44100, 16, bytesOf(at(44100, 5, 3*time.Second))),
		"48000":  file(1, 1, 48000, 16, bytesOf(at(48000, 5, 3*time.Second))),
		"a hair": file(1, 1, 8001, 16, bytesOf(at(8001, 5, 3*time.Second))),
	} {
		r, err := ReadWAV(b)
		if v, ok := r.Voice(); err != nil || !ok || v != 5 || r.Heard(5) < 2500*time.Millisecond || r.Took() < 2900*time.Millisecond || r.Took() > 3*time.Second {
			t.Errorf("%s: got %d, %v for %s of %s, %v", name, v, ok, r.Heard(5), r.Took(), err)
		}
	}
}

// Every voice is heard at rates that do not fit ours.
func TestEveryVoiceAtOddRates(t *testing.T) {
	for _, hz := range []int{11025, 22050, 44100} {
		for v := range Voice(Voices) {
			r, err := ReadWAV(file(1, 1, hz, 16, bytesOf(at(hz, v, 2*time.Second))))
			if err != nil || r.Heard(v) < 1500*time.Millisecond {
				t.Errorf("%s at %d Hz: heard for %s, %v", v, hz, r.Heard(v), err)
			}
		}
	}
}

// What is cut into pieces anywhere is what it is in one.
func TestRecordingComesInPieces(t *testing.T) {
	whole := raised(9)
	l, err := ReadLayout(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	r := NewRecording(l)
	for b := whole[l.Start:l.End]; len(b) > 0; {
		n := min(len(b), 1+len(b)%977)
		_, _ = r.Write(b[:n])
		b = b[n:]
	}
	one, err := ReadWAV(whole)
	if err != nil || r.Heard(9) != one.Heard(9) || r.Took() != one.Took() || r.Took() != 2*time.Second {
		t.Errorf("got %s of %s in pieces, %s of %s at once, %v", r.Heard(9), r.Took(), one.Heard(9), one.Took(), err)
	}
}

// lossy gives a voice of which some frames are silence.
func lossy(v Voice, d time.Duration, shift int, lost func(n int) bool) []byte {
	s := Clip(v, d)
	for n := 0; (n+1)*frame+shift <= len(s); n++ {
		if lost(n) {
			clear(s[n*frame+shift : (n+1)*frame+shift])
		}
	}
	return file(1, 1, rate, 16, bytesOf(s))
}

func TestVoiceInPiecesIsNotHeard(t *testing.T) {
	for name, lost := range map[string]func(int) bool{
		"three of four":     func(n int) bool { return n%4 != 0 },
		"every other":       func(n int) bool { return n%2 != 0 },
		"one of three":      func(n int) bool { return n%3 == 0 },
		"six of ten":        func(n int) bool { return n%10 < 6 },
		"half of a second":  func(n int) bool { return n%12 >= 6 },
		"six that are loud": func(n int) bool { return n%12 >= 3 && n%12 < 9 },
	} {
		r, err := ReadWAV(lossy(5, 4*time.Second, 0, lost))
		if d := r.Heard(5); err != nil || d >= 400*time.Millisecond {
			t.Errorf("%s: heard for %s of %s, %v", name, d, r.Took(), err)
		}
	}
	for _, shift := range []int{1, 40, 80, 120} {
		r, _ := ReadWAV(lossy(5, 4*time.Second, shift, func(n int) bool { return n%4 != 0 }))
		if d := r.Heard(5); d > 0 {
			t.Errorf("three of four, %d samples off: heard for %s", shift, d)
		}
	}
}

// A phone may leave lost packets out of its recording.
func TestVoiceThatIsCutShortIsNotHeard(t *testing.T) {
	for name, x := range map[string]struct {
		lost  func(int) bool
		heard bool
	}{
		"three of four": {func(n int) bool { return n%4 != 0 }, false},
		"two of three":  {func(n int) bool { return n%3 != 0 }, false},
		"every other":   {func(n int) bool { return n%2 != 0 }, false},
		"a third":       {func(n int) bool { return n*7%3 == 0 }, false},
		"one of ten":    {func(n int) bool { return n%10 == 0 }, true},
		"a gap":         {func(n int) bool { return n >= 90 && n < 117 }, true},
		"none":          {func(int) bool { return false }, true},
	} {
		for shift := range 4 {
			for off := range 3 {
				var s []int16
				for n := range 200 {
					if f := Speak(5, n+shift); !x.lost(n) {
						s = append(s, f[:]...)
					}
				}
				r, err := ReadWAV(file(1, 1, rate, 16, bytesOf(s[55*off:])))
				if d := r.Heard(5); err != nil || (d >= 400*time.Millisecond) != x.heard || x.heard && d < r.Took()*9/10 {
					t.Errorf("%s lost, from frame %d, %d samples off: heard for %s of %s, %v", name, shift, 55*off, d, r.Took(), err)
				}
			}
		}
	}
}

func TestVoiceThatIsSoftOrLosesLittleIsHeard(t *testing.T) {
	r, err := ReadWAV(lossy(5, 4*time.Second, 0, func(n int) bool { return n%10 == 0 }))
	if d := r.Heard(5); err != nil || d < 3*time.Second {
		t.Errorf("one of ten: heard for %s, %v", d, err)
	}
	for _, gain := range []float64{0.3, 0.1, 0.06, 0.03} {
		for off := range 8 {
			s := Clip(5, 4*time.Second)[20*off:]
			for i := range s {
				s[i] = int16(gain * float64(s[i]))
			}
			r, err := ReadWAV(file(1, 1, rate, 16, bytesOf(s)))
			if d := r.Heard(5); err != nil || d < 3*time.Second {
				t.Errorf("at %g, %d samples off: heard for %s, %v", gain, 20*off, d, err)
			}
		}
	}
}

// What cuts off all that is soft, as noise gates do, cuts between syllables.
func TestVoiceThroughANoiseGateIsHeard(t *testing.T) {
	for _, gate := range []float64{100, 300, 800} {
		s := Clip(5, 4*time.Second)
		for n := 0; n+frame <= len(s); n += frame {
			if recognise((*[frame]int16)(s[n:])).level < gate {
				clear(s[n : n+frame])
			}
		}
		r, err := ReadWAV(file(1, 1, rate, 16, bytesOf(s)))
		if d := r.Heard(5); err != nil || d < 3*time.Second {
			t.Errorf("gate at %g: heard for %s, %v", gate, d, err)
		}
	}
}

func TestChanceIsNoVoice(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const n = 120 * rate
	sounds := map[string][]int16{"noise": nil, "pink": nil, "two notes": nil, "digits": nil}
	last := 0.0
	for range n {
		sounds["noise"] = append(sounds["noise"], int16(random.NormFloat64()*3000))
		last = 0.95*last + random.NormFloat64()*800
		sounds["pink"] = append(sounds["pink"], int16(last))
	}
	for len(sounds["two notes"]) < n {
		note := func() float64 { return 110 * math.Pow(2, float64(random.IntN(60))/12) }
		a, b := note(), note()
		for i := range 800 + random.IntN(4000) {
			x := 2 * math.Pi * float64(i) / rate
			sounds["two notes"] = append(sounds["two notes"], int16(4000*math.Sin(a*x)+4000*math.Sin(b*x)))
		}
	}
	for len(sounds["digits"]) < n {
		sounds["digits"] = append(sounds["digits"], say("0123456789")...)
	}
	for name, s := range sounds {
		r, err := ReadWAV(file(1, 1, rate, 16, bytesOf(s)))
		if v, ok := r.Voice(); err != nil || ok && r.Heard(v) >= 400*time.Millisecond {
			t.Errorf("%s: voice %d for %s of %s, %v", name, v, r.Heard(v), r.Took(), err)
		}
	}
}

// Both directions in one file: each channel is listened to by itself.
func TestBothDirectionsInTwoChannels(t *testing.T) {
	mine, theirs := Clip(5, 4*time.Second), Clip(20, 4*time.Second)
	var s []int16
	for i := range mine {
		s = append(s, mine[i], theirs[i])
	}
	r, err := ReadWAV(file(1, 2, rate, 16, bytesOf(s)))
	if err != nil || r.Heard(5) < 3*time.Second || r.Heard(20) < 3*time.Second || r.Mixed(5, 20) || r.Took() != 4*time.Second {
		t.Errorf("heard for %s and %s of %s, mixed %v, %v", r.Heard(5), r.Heard(20), r.Took(), r.Mixed(5, 20), err)
	}
}

// Both directions in one channel hide each other, which is noticed.
func TestBothDirectionsInOneChannelAreNoticed(t *testing.T) {
	for _, other := range []Voice{20, 1, 12, 60} {
		for _, gain := range []float64{1, 0.5, 2} {
			for off := range syllable {
				mine, theirs := Clip(5, 5*time.Second)[off*frame+50:], Clip(other, 5*time.Second)
				s := make([]int16, 4*rate)
				for i := range s {
					s[i] = int16(gain*float64(mine[i])) + theirs[i]
				}
				r, err := ReadWAV(file(1, 1, rate, 16, bytesOf(s)))
				if err != nil || !r.Mixed(5, other) {
					t.Errorf("%s at %g beside %s, %d frames off: not noticed, %v", Voice(5), gain, other, off, err)
				}
			}
		}
	}
	for _, other := range []Voice{20, 1, 12, 60} {
		if r, _ := ReadWAV(WAV(5, 5*time.Second)); r.Mixed(5, other) {
			t.Errorf("one voice alone is mixed with %s", other)
		}
	}
}

func FuzzReadWAV(f *testing.F) {
	f.Add(WAV(3, 100*time.Millisecond))
	f.Add(raised(3)[:2000])
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ReadWAV(b)
		if took := r.Took(); err == nil && (took < 0 || took > time.Duration(len(b))*time.Second/rate) {
			t.Errorf("%d bytes took %s", len(b), took)
		}
	})
}

func TestFileThatIsNoRecording(t *testing.T) {
	good := WAV(3, time.Second)
	for want, b := range map[string][]byte{
		"no WAV file":      []byte("OggS....................................."),
		"96000 Hz":         file(1, 1, 96000, 16, nil),
		"7350 Hz":          file(1, 1, 7350, 16, nil),
		"PCM, 8 bits":      file(1, 1, 8000, 8, nil),
		"200 channels":     file(1, 200, 8000, 16, nil),
		"floating point":   file(3, 1, 8000, 32, nil),
		"GSM 06.10":        file(49, 1, 8000, 0, nil),
		"without sound":    good[:36],
		"ends in its form": good[:30],
	} {
		if _, err := ReadWAV(b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
