package html_test

import (
	"fmt"
	"strings"
	"testing"

	"ringproof/reports/record"
)

func TestTimelineShowsWhichCameraWasSeen(t *testing.T) {
	const second = int64(1e9)
	for _, c := range []struct {
		name  string
		sent  int
		video record.Video
		bars  []string // of a call from 2.5 to 3.5 s
		words string
	}{
		{"one camera", 0, record.Video{Pictures: 9, Seen: []record.Seen{{Camera: "940000", From: 26 * second / 10, To: 31 * second / 10, New: 3}}}, []string{"voice 100.0 500.0 camera 940000 for 500 ms, 3 new pictures"}, ""},
		{"shown again", 0, record.Video{Pictures: 9, Seen: []record.Seen{{Camera: "940000", From: 25 * second / 10, To: 35 * second / 10, New: 1, Old: 7}}}, []string{"broken 0.0 1000.0 camera 940000 for 1.00 s, 1 new picture, 7 again"}, ""},
		{"a camera itself", 42, record.Video{Films: "940000"}, []string{"voice 0.0 1000.0 films camera 940000"}, ""},
		{"a camera that could not send", 0, record.Video{Films: "940000"}, nil, "camera 940000 sent nothing"},
		{"nothing", 0, record.Video{}, nil, "no picture was seen"},
		{"pictures of something else", 0, record.Video{Pictures: 9}, nil, "9 pictures without a camera&#39;s number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			run := mixed()
			run.Streams = run.Streams[:1]
			run.Streams[0].Heard, run.Streams[0].Sent, run.Streams[0].Video = nil, c.sent, &c.video
			page := render(t, run)
			var got []string
			for _, m := range rect.FindAllStringSubmatch(page, -1) {
				got = append(got, strings.Join(m[1:], " "))
			}
			if fmt.Sprint(got) != fmt.Sprint(c.bars) {
				t.Errorf("got %v, want %v", got, c.bars)
			}
			if !strings.Contains(page, c.words) || strings.Contains(page, "nobody was heard") {
				t.Errorf("want %q, and not that nobody was heard", c.words)
			}
		})
	}
}
