package media_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"ringproof/simulators/media"
)

// laws names the vectors in testdata. They are ffmpeg 5.1's: X.decoded is
// what the codes 0 to 255 decode to, 16 bits each, little endian; X.encoded
// are the codes of the samples -32768, -32764, ... 32764.
//
//	ffmpeg -f s16le -ar 8000 -ac 1 -i samples -c:a pcm_alaw -f alaw alaw.encoded
//	ffmpeg -f alaw -ar 8000 -ac 1 -i codes -c:a pcm_s16le -f s16le alaw.decoded
var laws = map[string]string{"PCMA": "alaw", "PCMU": "mulaw"}

func vectors(t *testing.T, name string, size int) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if len(b) != size {
		t.Fatalf("%s has %d bytes, want %d", name, len(b), size)
	}
	return b
}

func TestEveryCodeDecodesAsElsewhere(t *testing.T) {
	for codec, file := range laws {
		_, decode := media.Law(codec)
		want := vectors(t, file+".decoded", 512)
		for code := range 256 {
			if got, want := decode(byte(code)), int16(binary.LittleEndian.Uint16(want[2*code:])); got != want {
				t.Errorf("%s %#02x: got %d, want %d", codec, code, got, want)
			}
		}
	}
}

func TestEveryCodeEncodesBackToItself(t *testing.T) {
	for codec := range laws {
		encode, decode := media.Law(codec)
		for code := range 256 {
			want := byte(code)
			if codec == "PCMU" && want == 0x7f {
				want = 0xff // minus zero is zero
			}
			if got := encode(decode(byte(code))); got != want {
				t.Errorf("%s %#02x: decodes to %d, which encodes to %#02x", codec, code, decode(byte(code)), got)
			}
		}
	}
}

// ffmpeg takes the nearer of two codes also where a chord of the curve ends,
// G.711 takes the chord's own: there, and on the very border of two codes,
// the neighbour is as right.
func TestSamplesEncodeAsElsewhere(t *testing.T) {
	for codec, file := range laws {
		encode, decode := media.Law(codec)
		borders := 0
		for i, want := range vectors(t, file+".encoded", 16384) {
			x := -32768 + 4*i
			got := encode(int16(x))
			if got == want {
				continue
			}
			borders++
			near := int(decode(got)) - x
			far := int(decode(want)) - x
			if near*far > 0 && near != far || max(near, -near, far, -far) > 600 {
				t.Errorf("%s %d: got %d, want %d", codec, x, decode(got), decode(want))
			}
		}
		if borders > 16384*2/100 {
			t.Errorf("%s: %d of 16384 samples differ, want those on borders alone", codec, borders)
		}
	}
}

func TestEncodingKeepsOrderAndSign(t *testing.T) {
	for codec := range laws {
		encode, decode := media.Law(codec)
		before := decode(encode(-32768))
		for x := -32767; x <= 32767; x++ {
			now := decode(encode(int16(x)))
			if now < before {
				t.Fatalf("%s: %d gives %d, the sample before it %d", codec, x, now, before)
			}
			if x > 0 && now < 0 || x < 0 && now > 0 {
				t.Fatalf("%s: %d gives %d", codec, x, now)
			}
			before = now
		}
	}
}
