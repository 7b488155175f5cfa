package media_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/pion/rtp"

	"ringproof/internal/network"
	"ringproof/internal/outsider"
	"ringproof/internal/sdp"
	"ringproof/simulators/h264"
	"ringproof/simulators/media"
)

var avc = sdp.Codec{PT: 96, Name: "H264", Clock: 90000}

const camera = "34020000001320000001"

func (r *room) video(number string) *media.Video {
	r.t.Helper()
	v, err := media.OpenVideo(media.VideoConfig{
		Network: r.net, Addr: netip.MustParseAddr("192.0.2.1"), Camera: number, SSRC: 5,
		At: func(t time.Time) int64 { return int64(t.Sub(r.start) + time.Second) },
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { v.Close() })
	return v
}

func TestViewerSeesWhichCameraItIsAndThatItGoesOn(t *testing.T) {
	in(t, func(r *room) {
		filming, looking := r.video(camera), r.video("")
		filming.Start(looking.Addr(), avc)
		looking.Start(filming.Addr(), avc) // it has nothing to send
		ctx, cancel := context.WithTimeout(r.t.Context(), time.Second)
		defer cancel()
		if err := looking.AwaitPictures(ctx, camera, 3); err != nil {
			t.Errorf("3 new pictures within a second: %v", err)
		}
		pass(10*time.Second - time.Since(r.start))
		sent, seen := filming.Close(), looking.Close()
		if sent.Sent < 32*11+93 || sent.Codec != "H264/90000" || sent.Remote != seen.Local || sent.SendError != "" {
			t.Errorf("sent %+v", sent)
		}
		if seen.Sent != 0 || seen.Received != sent.Sent || seen.Lost != 0 || len(seen.Sources) != 1 {
			t.Errorf("seen %+v, want each of %d packets", seen, sent.Sent)
		}
		v := seen.Video
		if sent.Video.Films != camera || v.Films != "" {
			t.Errorf("films %q and %q, want the camera alone", sent.Video.Films, v.Films)
		}
		if v.Pictures < 125 || v.Pictures > 127 || v.Damaged != 0 || v.Freezes != 0 || v.Width != 160 || v.Height != 48 {
			t.Errorf("got %+v, want 12.5 pictures a second of 160x48", v)
		}
		if v.FirstAt != int64(time.Second) || v.Gap != int64(80*time.Millisecond) {
			t.Errorf("first picture at %v, longest gap %v; want at once and 80ms", time.Duration(v.FirstAt)-time.Second, time.Duration(v.Gap))
		}
		if len(v.Seen) != 1 || v.Seen[0].Camera != camera || v.Seen[0].First != 0 || v.Seen[0].Last != 31 || v.Seen[0].New != 32 || v.Seen[0].Old != 0 {
			t.Errorf("seen %+v, want camera %s with counters 0 to 31", v.Seen, camera)
		}
		if filming.Sends() == looking.Sends() {
			t.Error("one sends, the other looks")
		}
	})
}

func TestCameraThatHasNoPlateIsNotOpened(t *testing.T) {
	in(t, func(r *room) {
		if v, err := media.OpenVideo(media.VideoConfig{Network: r.net, Addr: netip.MustParseAddr("192.0.2.1"), Camera: "gate"}); err == nil {
			v.Close()
			t.Error("got no error")
		}
	})
}

func TestHushedCameraFallsQuiet(t *testing.T) {
	in(t, func(r *room) {
		filming, looking := r.video(camera), r.video("")
		filming.Start(looking.Addr(), avc)
		pass(time.Second)
		quiet := func() error {
			ctx, cancel := context.WithTimeout(r.t.Context(), 2*time.Second)
			defer cancel()
			return looking.AwaitQuiet(ctx, 500*time.Millisecond)
		}
		if quiet() == nil {
			t.Error("it is quiet while the camera films")
		}
		filming.Hush()
		if err := quiet(); err != nil {
			t.Errorf("it is not quiet after the camera fell silent: %v", err)
		}
	})
}

// plates are the packets of whole pictures, each with its plate.
type plates struct {
	t      *testing.T
	stream *h264.Stream
	seq    uint16
	stamp  uint32
	conn   net.PacketConn
	to     netip.AddrPort
}

func (r *room) plates(to netip.AddrPort) *plates {
	r.t.Helper()
	c, err := r.net.ListenPacket(netip.MustParseAddrPort("192.0.2.9:4000"))
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { c.Close() })
	return &plates{t: r.t, stream: h264.NewStream(160, 48), conn: c, to: to}
}

// show sends one picture; drop keeps packets of it back.
func (p *plates) show(number string, counter uint16, drop ...int) {
	p.t.Helper()
	pic, err := media.Draw(number, counter)
	if err != nil {
		p.t.Fatal(err)
	}
	payloads := h264.Packets(append(p.stream.Parameters(), p.stream.Whole(pic.At)), 1200)
	for i, b := range payloads {
		out, err := (&rtp.Packet{
			Header:  rtp.Header{Version: 2, PayloadType: 96, SequenceNumber: p.seq, Timestamp: p.stamp, Marker: i == len(payloads)-1},
			Payload: b,
		}).Marshal()
		if err != nil {
			p.t.Fatal(err)
		}
		p.seq++
		dropped := false
		for _, d := range drop {
			dropped = dropped || d == i
		}
		if dropped {
			continue
		}
		if _, err := network.WriteTo(p.conn, out, p.to); err != nil {
			p.t.Fatal(err)
		}
	}
	p.stamp += 27000
	pass(300 * time.Millisecond)
}

func TestWhatIsSeenIsJudgedByTheCounter(t *testing.T) {
	type one struct {
		number  string
		counter uint16
		drop    []int
		wait    time.Duration
	}
	show := func(counters ...uint16) (out []one) {
		for _, c := range counters {
			out = append(out, one{number: "9401", counter: c})
		}
		return out
	}
	for _, c := range []struct {
		name                string
		shown               []one
		fresh, stale        int
		freezes, damaged    int
		cameras, whole, gap int
	}{
		{"each is new", show(1, 2, 3), 3, 0, 0, 0, 1, 3, 300},
		{"the counter wraps", show(65534, 65535, 0, 1), 4, 0, 0, 0, 1, 4, 300},
		{"one is left out", show(1, 2, 5), 3, 0, 0, 0, 1, 3, 300},
		{"the same again and again", show(7, 7, 7, 7), 1, 3, 0, 0, 1, 4, 300},
		{"it plays again from the start", show(7, 8, 9, 7, 8, 9), 3, 3, 0, 0, 1, 6, 300},
		{"a still picture for longer than a second", show(7, 7, 7, 7, 7, 8), 2, 4, 1, 0, 1, 6, 300},
		{"nothing for longer than a second", append(append(show(1, 2), one{"9401", 3, nil, time.Second}), show(4)...), 4, 0, 1, 0, 1, 4, 1300},
		{"one in pieces", append(append(show(1), one{"9401", 2, []int{4}, 0}), show(3)...), 2, 0, 0, 1, 1, 2, 600},
		{"the end of one is missing", append(append(show(1), one{"9401", 2, []int{10}, 0}), show(3)...), 2, 0, 0, 1, 1, 2, 600},
		{"another camera between", append(append(show(1), one{"9402", 2, nil, 0}), show(3)...), 2, 0, 0, 0, 3, 3, 300},
	} {
		t.Run(c.name, func(t *testing.T) {
			in(t, func(r *room) {
				looking := r.video("")
				p := r.plates(looking.Addr())
				for _, s := range c.shown {
					pass(s.wait)
					p.show(s.number, s.counter, s.drop...)
				}
				f := looking.Close()
				fresh, stale := f.Video.NewOf("9401")
				if fresh != c.fresh || stale != c.stale {
					t.Errorf("got %d new and %d old, want %d and %d", fresh, stale, c.fresh, c.stale)
				}
				v := f.Video
				if v.Freezes != c.freezes || v.Damaged != c.damaged || len(v.Seen) != c.cameras || v.Pictures != c.whole {
					t.Errorf("got %+v, want %d freezes, %d damaged, %d stretches, %d pictures", v, c.freezes, c.damaged, c.cameras, c.whole)
				}
				if got := time.Duration(v.Gap); got != time.Duration(c.gap)*time.Millisecond {
					t.Errorf("longest gap: got %v, want %dms", got, c.gap)
				}
			})
		})
	}
}

func TestAudioIsNoPicture(t *testing.T) {
	in(t, func(r *room) {
		alice, looking := r.open(3), r.video("")
		alice.Start(looking.Addr(), pcma)
		pass(time.Second)
		f := looking.Close()
		if f.Received < 50 || f.Video.Pictures != 0 || f.Video.Bytes != 0 || len(f.Video.Seen) != 0 {
			t.Errorf("got %+v, %+v", f, f.Video)
		}
	})
}

// ffmpeg takes the camera's RTP from the network, with its own depacketizer
// and decoder, and what it shows is the camera's number with a counter that
// goes on.
func TestOthersSeeTheCamera(t *testing.T) {
	ffmpeg := outsider.Need(t, "ffmpeg")
	free, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	to := network.Addr(free)
	free.Close()
	path := filepath.Join(t.TempDir(), "camera.sdp")
	text := fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video %d RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;profile-level-id=%s\r\n", to.Port(), h264.ProfileLevel)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	const pictures, size = 9, 160 * 48
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, ffmpeg, "-v", "error", "-protocol_whitelist", "file,udp,rtp", "-fflags", "nobuffer", "-i", path, "-vsync", "passthrough", "-frames:v", fmt.Sprint(pictures), "-f", "rawvideo", "-pix_fmt", "gray", "-")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	v, err := media.OpenVideo(media.VideoConfig{
		Network: network.Kernel{}, Addr: to.Addr(), Camera: camera, SSRC: 1, At: func(t time.Time) int64 { return t.UnixNano() },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	v.Start(to, avc)
	got, err := io.ReadAll(out)
	if waited := cmd.Wait(); err != nil || waited != nil {
		t.Fatalf("ffmpeg: %v, %v, %s", err, waited, stderr.String())
	}
	if len(got) != pictures*size {
		t.Fatalf("ffmpeg gives %d bytes, want %d pictures", len(got), pictures)
	}
	var counters []uint16
	for i := range pictures {
		number, counter, err := media.Read(&h264.Picture{Width: 160, Height: 48, Luma: got[i*size : (i+1)*size]})
		if err != nil || number != camera {
			t.Errorf("picture %d shows %q, %v; want %s", i, number, err, camera)
		}
		counters = append(counters, counter)
	}
	if counters[pictures-1] < counters[0]+2 {
		t.Errorf("counters %v do not go on", counters)
	}
}
