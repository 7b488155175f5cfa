package h264_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ringproof/internal/outsider"
	"ringproof/simulators/h264"
)

// Parameter sets of other encoders, as they stand in sprop-parameter-sets.
var foreign = []struct {
	sps           string
	width, height int
	profileLevel  string
}{
	{"Z0IACpZTBYmI", 176, 144, "42000a"},
	{"Z01AH5pmAoAt/4C3AQEBQAAA+gAAOpgh", 1280, 720, "4d401f"},
	{"Z2QAKKzZQHgCJ+XARAAAAwAEAAADAPA8YMZY", 1920, 1080, "640028"}, // cropped
	{"Z2QAHqzZQKAv+XARAAADAAEAAAMAMg8WLZY=", 640, 360, "64001e"},
	{"Z0LAHtkDxWhAAAADAEAAAAwDxYuS", 240, 160, "42c01e"},
	{"Z0IAKeNQFAe2AtwEBAaQeJEV", 640, 480, "420029"},
	{"Z00AKp2oHgCJ+WbgICAgQA==", 1920, 1080, "4d002a"},
}

func TestSizeStandsInTheParameterSet(t *testing.T) {
	for _, c := range foreign {
		t.Run(c.sps, func(t *testing.T) {
			nal, err := base64.StdEncoding.DecodeString(c.sps)
			if err != nil {
				t.Fatal(err)
			}
			p, err := h264.ParseSPS(nal)
			if err != nil {
				t.Fatal(err)
			}
			if p.Width != c.width || p.Height != c.height {
				t.Errorf("got %dx%d, want %dx%d", p.Width, p.Height, c.width, c.height)
			}
			if got := fmt.Sprintf("%02x%02x%02x", p.Profile, p.Constraints, p.Level); got != c.profileLevel {
				t.Errorf("got %s, want %s", got, c.profileLevel)
			}
			for n := range 8 {
				if p, err := h264.ParseSPS(nal[:n]); err == nil {
					t.Errorf("the first %d bytes alone: got %+v, want an error", n, p)
				}
			}
		})
	}
}

func TestParameterSetThatCannotBe(t *testing.T) {
	for name, nal := range map[string][]byte{
		"nothing":           nil,
		"another type":      {0x68, 66, 0xe0, 13},
		"header alone":      {0x67},
		"nothing but zeros": append([]byte{0x67}, make([]byte, 40)...),
	} {
		if p, err := h264.ParseSPS(nal); err == nil {
			t.Errorf("%s: got %+v", name, p)
		}
	}
}

// pattern is brightness that differs everywhere and has zeros for emulation
// prevention to hide.
func pattern(x, y int) byte {
	if x < 16 {
		return byte(y % 4 / 3)
	}
	return byte(3*x + 5*y)
}

func stream() (*h264.Stream, [][]byte) {
	s := h264.NewStream(160, 48)
	return s, append(s.Parameters(), s.Whole(pattern))
}

// through puts NAL units into packets and brings them back.
func through(t *testing.T, nals [][]byte, most int) [][]byte {
	t.Helper()
	var d h264.Depacketizer
	var out [][]byte
	for i, p := range h264.Packets(nals, most) {
		if len(p) > most {
			t.Errorf("packet %d has %d bytes, want %d at most", i, len(p), most)
		}
		got, err := d.Take(uint16(65530+i), p) // it wraps on the way
		if err != nil {
			t.Errorf("packet %d: %v", i, err)
		}
		for _, n := range got {
			out = append(out, bytes.Clone(n))
		}
	}
	return out
}

func TestWholePictureComesBackThroughPackets(t *testing.T) {
	_, nals := stream()
	for _, most := range []int{100, 1200, 65000} {
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			got := through(t, nals, most)
			if len(got) != len(nals) {
				t.Fatalf("got %d NAL units, want %d", len(got), len(nals))
			}
			var r h264.Reader
			for i, n := range got {
				if !bytes.Equal(n, nals[i]) {
					t.Fatalf("NAL unit %d came back otherwise", i)
				}
				if _, err := r.Parameter(n); err != nil {
					t.Fatal(err)
				}
			}
			p, err := r.Decode(got[2])
			if err != nil {
				t.Fatal(err)
			}
			if p.Width != 160 || p.Height != 48 {
				t.Fatalf("got %dx%d", p.Width, p.Height)
			}
			for y := range 48 {
				for x := range 160 {
					if p.At(x, y) != pattern(x, y) {
						t.Fatalf("pixel %d,%d: got %d, want %d", x, y, p.At(x, y), pattern(x, y))
					}
				}
			}
		})
	}
}

func TestPacketsAreOfTheKindThatFits(t *testing.T) {
	s, nals := stream()
	for _, c := range []struct {
		name string
		nals [][]byte
		want []int
	}{
		{"parameter sets together, the picture in fragments", nals, append([]int{h264.StapA}, repeat(h264.FuA, 10)...)},
		{"one alone as it is", [][]byte{s.Copy()}, []int{h264.Slice}},
	} {
		var got []int
		for _, p := range h264.Packets(c.nals, 1200) {
			got = append(got, h264.Type(p))
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func repeat(v, n int) (out []int) {
	for range n {
		out = append(out, v)
	}
	return out
}

func TestNothingIsDecodedBeforeItsParameterSets(t *testing.T) {
	_, nals := stream()
	for _, without := range []int{0, 1} {
		var r h264.Reader
		if _, err := r.Parameter(nals[1-without]); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Decode(nals[2]); err == nil || r.Ready() {
			t.Errorf("parameter set %d is missing: got %v, ready %v", without, err, r.Ready())
		}
	}
}

func TestFragmentsThatAreNotAllThereGiveNothing(t *testing.T) {
	_, nals := stream()
	whole := h264.Packets(nals[2:], 1200)
	type packet struct {
		seq int
		b   []byte
	}
	var all []packet
	for i, b := range whole {
		all = append(all, packet{i, b})
	}
	n := len(all)
	both := bytes.Clone(whole[0])
	both[1] |= 0x40
	other := bytes.Clone(whole[1])
	other[1] = other[1]&0xe0 | h264.Slice
	for _, c := range []struct {
		name string
		in   []packet
	}{
		{"the first is missing", all[1:]},
		{"one in the middle is missing", append(append([]packet{}, all[:3]...), all[4:]...)},
		{"the last is missing, and another kind follows", append(append([]packet{}, all[:n-1]...), packet{n - 1, []byte{0x41, 1, 2}})},
		{"the last is missing, and the next begins", append(append([]packet{}, all[:n-1]...), packet{n - 1, whole[0]})},
		{"two are in the wrong order", append(append([]packet{}, all[:2]...), append([]packet{all[3], all[2]}, all[4:]...)...)},
		{"first and last at once", []packet{{0, both}}},
		{"the type changes", append([]packet{all[0], {1, other}}, all[2:]...)},
		{"too short", []packet{{0, whole[0][:2]}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var d h264.Depacketizer
			errs := 0
			for _, p := range c.in {
				got, err := d.Take(uint16(p.seq), p.b)
				if err != nil {
					errs++
				}
				for _, nal := range got {
					if h264.Type(nal) == h264.IDR {
						t.Error("a picture came of it")
					}
				}
			}
			if errs == 0 {
				t.Error("nothing was found wrong")
			}
		})
	}
}

func TestPayloadsThatCannotBe(t *testing.T) {
	for name, b := range map[string][]byte{
		"nothing":                           nil,
		"the forbidden bit":                 {0xc1, 2},
		"an empty STAP-A":                   {0x78},
		"a STAP-A with half a size":         {0x78, 0},
		"a STAP-A with a size of 0":         {0x78, 0, 0, 1},
		"a STAP-A with less than it says":   {0x78, 0, 4, 0x67, 1, 2},
		"a STAP-B, of the interleaved mode": {0x79, 0, 0, 0, 1, 0x67},
	} {
		var d h264.Depacketizer
		if got, err := d.Take(1, b); err == nil || len(got) > 0 {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

// ffprobe and ffmpeg read what the cameras send: as many pictures as were
// coded, in the size and profile that were promised, and not a word of
// complaint.
func TestOthersDecodeTheStream(t *testing.T) {
	ffprobe, ffmpeg := outsider.Need(t, "ffprobe"), outsider.Need(t, "ffmpeg")
	s := h264.NewStream(160, 48)
	var file bytes.Buffer
	write := func(nals ...[]byte) {
		for _, n := range nals {
			file.Write([]byte{0, 0, 0, 1})
			file.Write(n)
		}
	}
	const whole, copies = 3, 20 // frame_num wraps among the copies
	for range whole {
		write(append(s.Parameters(), s.Whole(pattern))...)
		for range copies {
			write(s.Copy())
		}
	}
	path := filepath.Join(t.TempDir(), "camera.264")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	probe := exec.Command(ffprobe, "-v", "warning", "-count_frames", "-show_entries", "stream=codec_name,profile,width,height,level,nb_read_frames", "-of", "default=noprint_wrappers=1", path)
	probe.Stderr = &stderr
	out, err := probe.Output()
	if err != nil || stderr.Len() > 0 {
		t.Errorf("ffprobe: %v, %s", err, stderr.String())
	}
	for _, want := range []string{"codec_name=h264", "profile=Constrained Baseline", "width=160", "height=48", "level=13", fmt.Sprintf("nb_read_frames=%d", whole*(copies+1))} {
		if !strings.Contains(string(out), want) {
			t.Errorf("ffprobe says %q, want %s in it", out, want)
		}
	}
	decode := exec.Command(ffmpeg, "-v", "warning", "-xerror", "-i", path, "-f", "rawvideo", "-pix_fmt", "gray", "-")
	stderr.Reset()
	decode.Stderr = &stderr
	pixels, err := decode.Output()
	if err != nil || stderr.Len() > 0 {
		t.Errorf("ffmpeg: %v, %s", err, stderr.String())
	}
	if want := 160 * 48 * whole * (copies + 1); len(pixels) != want {
		t.Fatalf("ffmpeg gives %d pixels, want %d", len(pixels), want)
	}
	last := pixels[len(pixels)-160*48:]
	// ffmpeg stretches the video range (16 to 235) to the whole one: what is
	// bright must come out bright.
	for _, at := range [][2]int{{20, 0}, {60, 10}, {159, 47}} {
		got, want := int(last[at[1]*160+at[0]]), int(pattern(at[0], at[1]))
		if want = min(255, max(0, (want-16)*255/219)); got < want-3 || got > want+3 {
			t.Errorf("pixel %v: ffmpeg gives %d, want about %d", at, got, want)
		}
	}
}

func FuzzDepacketizer(f *testing.F) {
	_, nals := stream()
	for _, p := range h264.Packets(nals, 1200)[:3] {
		f.Add(uint16(7), p, p)
	}
	f.Add(uint16(1), []byte{0x7c, 0x85, 1}, []byte{0x7c, 0x45, 2})
	f.Fuzz(func(t *testing.T, seq uint16, a, b []byte) {
		var d h264.Depacketizer
		var r h264.Reader
		for i, p := range [][]byte{a, b} {
			got, _ := d.Take(seq+uint16(i), p)
			for _, n := range got {
				if len(n) == 0 {
					t.Error("an empty NAL unit")
				}
				_, _ = r.Parameter(n)
				_, _ = r.Decode(n)
			}
		}
	})
}

func FuzzParseSPS(f *testing.F) {
	for _, c := range foreign {
		nal, err := base64.StdEncoding.DecodeString(c.sps)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(nal)
	}
	f.Fuzz(func(t *testing.T, nal []byte) {
		if p, err := h264.ParseSPS(nal); err == nil && (p.Width <= 0 || p.Height <= 0 || p.Width > 1<<15 || p.Height > 1<<16) {
			t.Errorf("got %dx%d", p.Width, p.Height)
		}
	})
}
