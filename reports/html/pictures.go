package html

import (
	"fmt"

	"ringproof/reports/record"
)

// newPictures is the timeline of a stream of video: which camera was seen
// when, or which was filmed.
func newPictures(run *record.Run, x record.Stream, w window, out *stream) {
	v := x.Video
	out.Sense, out.Nothing = "seen", "no picture was seen"
	add := func(from, to int64, class, text string) {
		out.Bars = append(out.Bars, newBar(w, from, to, class, text))
		out.Told = append(out.Told, text)
	}
	if v.Films != "" {
		out.Nothing = "camera " + v.Films + " sent nothing"
		if from, to := talk(run, x, w); x.Sent > 0 {
			add(from, to, "voice", "films camera "+v.Films)
		}
		return
	}
	for _, s := range v.Seen {
		text, class := fmt.Sprintf("camera %s for %s, %s", s.Camera, ms(s.To-s.From), times(s.New, "new picture")), "voice"
		if s.Old > 0 {
			text, class = text+fmt.Sprintf(", %d again", s.Old), "broken"
		}
		add(s.From, s.To, class, text)
	}
	if len(v.Seen) == 0 && v.Pictures > 0 {
		out.Nothing = times(v.Pictures, "picture") + " without a camera's number"
	}
}
