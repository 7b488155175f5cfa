package media

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// WAV gives the sound of a voice as a WAV file of 16 bits at 8000 samples a
// second, for phones that play files.
func WAV(v Voice, d time.Duration) []byte {
	samples := Clip(v, d)
	size := uint32(2 * len(samples))
	b := append([]byte("RIFF"), u32(36+size)...)
	b = append(b, "WAVEfmt "...)
	b = append(b, u32(16)...)
	b = append(b, 1, 0, 1, 0) // PCM, one channel
	b = append(b, u32(rate)...)
	b = append(b, u32(2*rate)...)
	b = append(b, 2, 0, 16, 0)
	b = append(b, "data"...)
	b = append(b, u32(size)...)
	for _, x := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(x))
	}
	return b
}

func u32(x uint32) []byte { return binary.LittleEndian.AppendUint32(nil, x) }

// Layout is where the sound of a WAV file stands, and in what form.
type Layout struct {
	Start, End int64 // of the sound, in bytes from the start of the file
	form       form
}

// Block is how many bytes one sample of all channels takes.
func (l Layout) Block() int64 { return int64(l.form.channels * l.form.bits / 8) }

// Alike tells whether the sound of two stands at the same place in the same form.
func (l Layout) Alike(o Layout) bool { return l.Start == o.Start && l.form == o.form }

// form is what a WAV file's samples are.
type form struct{ kind, channels, hz, bits int }

// Forms of a WAV file, as its fmt chunk numbers them (RFC 2361 appendix A).
const (
	formPCM        = 1
	formA          = 6
	formU          = 7
	formExtensible = 0xfffe // the form stands further behind
)

// What a phone records at most: the rate in Hz, and how many channels.
const (
	fastest      = 48000
	mostChannels = 8
)

func (f form) String() string {
	name := map[int]string{formPCM: "PCM", 2: "ADPCM", 3: "floating point", formA: "A-law", formU: "µ-law", 17: "ADPCM", 49: "GSM 06.10", 85: "MP3"}[f.kind]
	if name == "" {
		name = fmt.Sprintf("form %d", f.kind)
	}
	return fmt.Sprintf("%s, %d bits, %d channels, %d Hz", name, f.bits, f.channels, f.hz)
}

// validate finds what we cannot read.
func (f form) validate() error {
	known := f.kind == formPCM && f.bits == 16 || (f.kind == formA || f.kind == formU) && f.bits == 8
	if !known || f.channels == 0 || f.channels > mostChannels || f.hz < rate || f.hz > fastest {
		return fmt.Errorf("a WAV file of %s: want PCM of 16 bits, or A-law or µ-law, at %d to %d Hz", f, rate, fastest)
	}
	return nil
}

// decode gives one sample.
func (f form) decode(b []byte) int16 {
	switch f.kind {
	case formA:
		return decodeA(b[0])
	case formU:
		return decodeU(b[0])
	}
	return int16(binary.LittleEndian.Uint16(b))
}

// ReadLayout finds the sound in a WAV file of so many bytes. In one that is
// still being written it is what there is of it.
func ReadLayout(r io.ReaderAt, size int64) (l Layout, err error) {
	var head [12]byte
	if n, _ := r.ReadAt(head[:], 0); n < len(head) || string(head[:4]) != "RIFF" || string(head[8:]) != "WAVE" {
		return l, errors.New("no WAV file")
	}
	for at := int64(12); ; {
		if n, _ := r.ReadAt(head[:8], at); n < 8 {
			return l, errors.New("a WAV file without sound")
		}
		id, long := string(head[:4]), int64(binary.LittleEndian.Uint32(head[4:]))
		at += 8
		switch {
		case id == "data":
			if l.form == (form{}) {
				return l, errors.New("a WAV file whose sound comes before its form")
			}
			if long == 0 || long > size-at {
				long = size - at // its writer has not come back to say how much
			}
			l.Start, l.End = at, at+long
			return l, nil
		case long > size-at:
			return l, errors.New("a WAV file that ends in its form")
		case id == "fmt " && long >= 16:
			if l.form, err = readForm(r, at, long); err != nil {
				return l, err
			}
		}
		at += long + long%2
	}
}

// readForm reads a fmt chunk of so many bytes.
func readForm(r io.ReaderAt, at, long int64) (form, error) {
	b := make([]byte, min(long, 26))
	if _, err := r.ReadAt(b, at); err != nil {
		return form{}, fmt.Errorf("the form of a WAV file: %w", err)
	}
	word := func(i int) int { return int(binary.LittleEndian.Uint16(b[i:])) }
	f := form{kind: word(0), channels: word(2), hz: int(binary.LittleEndian.Uint32(b[4:])), bits: word(14)}
	if f.kind == formExtensible && len(b) == 26 {
		f.kind = word(24)
	}
	return f, f.validate()
}
