package html

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ringproof/reports/record"
)

// window is the time that a scenario's timelines span, in the time of the run.
type window struct{ From, To int64 }

// windowOf spans a scenario's calls from their answer to their end, and
// whatever was heard besides.
func windowOf(run *record.Run, s record.Scenario) window {
	w := window{}
	take := func(at int64) {
		if at <= 0 {
			return
		}
		if w.From == 0 || at < w.From {
			w.From = at
		}
		w.To = max(w.To, at)
	}
	for _, a := range run.Attempts {
		if a.Scenario == s.Index {
			take(a.AnsweredAt)
			take(a.ByeAt)
		}
	}
	for _, x := range run.Streams {
		if x.Scenario != s.Index {
			continue
		}
		for _, h := range x.Heard {
			take(h.From)
			take(h.To)
		}
	}
	if w.To <= w.From {
		return window{s.Start, max(s.End, s.Start+1)}
	}
	return w
}

// Took is how long the window is.
func (w window) Took() int64 { return w.To - w.From }

// x gives a time's place in a timeline of 1000 units.
func (w window) x(at int64) float64 {
	return 1000 * float64(min(max(at, w.From), w.To)-w.From) / float64(w.Took())
}

// stream is one party's media with its timeline.
type stream struct {
	record.Stream
	Bars    []bar
	Told    []string // what was heard or seen, in words
	Sense   string   // heard or seen
	Nothing string   // what stands where Told is empty
	Loss    string
	Local   string // addresses, empty if not known
	Far     string
	Came    string // from
}

// bar is a stretch of a timeline.
type bar struct {
	X, W  float64
	Class string // voice, broken, echo, gap
	Text  string
}

// longestPause is what may pass between two words without being shown as a
// gap: three packets.
const longestPause = int64(60 * time.Millisecond)

func newStream(run *record.Run, x record.Stream, w window) stream {
	out := stream{Stream: x, Local: address(x.Local), Far: address(x.Remote), Loss: loss(x)}
	var came []string
	for _, a := range x.Sources {
		came = append(came, a.String())
	}
	out.Came = strings.Join(came, ", ")
	if x.Video != nil {
		newPictures(run, x, w, &out)
		return out
	}
	out.Sense, out.Nothing = "heard", "nobody was heard"
	heard := slices.Clone(x.Heard)
	slices.SortStableFunc(heard, func(a, b record.Heard) int { return int(a.From - b.From) })
	from, to := talk(run, x, w)
	last := from
	gap := func(until int64) {
		if d := until - last; d > longestPause {
			out.Bars = append(out.Bars, newBar(w, last, until, "gap", fmt.Sprintf("nobody for %s", ms(d))))
		}
	}
	for _, h := range heard {
		gap(h.From)
		text := fmt.Sprintf("%s for %s", h.Voice, ms(h.Took()))
		if h.Voiced > 0 && 20*h.Voiced < 19*h.Took() { // of a short stretch the ends are never whole
			text += fmt.Sprintf(", %d %% of it", 100*h.Voiced/h.Took())
		}
		out.Bars = append(out.Bars, newBar(w, h.From, h.To, class(x.Party, h), text))
		out.Told = append(out.Told, text)
		last = max(last, h.To)
	}
	gap(to)
	return out
}

// talk is when the stream's own call was up, as far as it is known.
func talk(run *record.Run, x record.Stream, w window) (from, to int64) {
	from, to = w.From, w.To
	for _, a := range run.Attempts {
		if a.Scenario != x.Scenario || a.ID != x.Attempt {
			continue
		}
		if a.AnsweredAt > 0 {
			from = a.AnsweredAt
		}
		if a.ByeAt > 0 {
			to = a.ByeAt
		}
	}
	return from, to
}

func newBar(w window, from, to int64, class, text string) bar {
	return bar{X: w.x(from), W: max(2, w.x(to)-w.x(from)), Class: class, Text: text}
}

// class tells a whole voice from one in pieces, and from the party's own.
func class(party string, h record.Heard) string {
	switch {
	case h.Voice == party:
		return "echo"
	case !h.Whole():
		return "broken"
	}
	return "voice"
}

func loss(x record.Stream) string {
	if x.Lost == 0 || x.Lost+x.Received == 0 {
		return fmt.Sprint(x.Lost)
	}
	return fmt.Sprintf("%d (%.1f %%)", x.Lost, 100*float64(x.Lost)/float64(x.Lost+x.Received))
}
