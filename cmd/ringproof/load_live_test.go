package main

import (
	"math"
	"strings"
	"testing"

	"ringproof/simulators/load"
)

func TestKeysChangeTheRate(t *testing.T) {
	for _, x := range []struct {
		keys    string
		want    float64
		stopped bool
	}{
		{"", 100, false},
		{"++", 121, false},
		{"+-", 100, false},
		{"x \x1b[A", 100, false},
		{"-\x03", 100 / 1.1, true},
		{strings.Repeat("-", 200), 0.1, false},
		{strings.Repeat("+", 200), 1_000_000, false},
	} {
		var rate load.Rate
		rate.Set(100)
		stopped := false
		keys(strings.NewReader(x.keys), &rate, func() { stopped = true })
		if math.Abs(rate.Get()-x.want) > 1e-9*x.want || stopped != x.stopped {
			t.Errorf("%.10q: rate %g, stopped %v; want %g, %v", x.keys, rate.Get(), stopped, x.want, x.stopped)
		}
	}
}

// A raw terminal begins no line at the left by itself.
func TestLinesBeginAtTheLeft(t *testing.T) {
	var b strings.Builder
	if n, err := (returning{&b}).Write([]byte("one\ntwo\n")); n != 8 || err != nil || b.String() != "one\r\ntwo\r\n" {
		t.Errorf("%d, %v, %q", n, err, b.String())
	}
}

func TestALiveLineGoesAway(t *testing.T) {
	var rate load.Rate
	rate.Set(110)
	p, out := on(60, true)
	p.steering(&rate)(load.Live{Seconds: 2, Attempts: 220, Active: 7})
	p.loading(load.Live{Seconds: 3})
	p.row("done")
	got := out.String()
	if !strings.HasPrefix(got, "   2 s  110/s (+ - 10 %)  open 7  begun 220") || strings.Count(got, "\r\x1b[K") != 2 || !strings.HasSuffix(got, "\r\x1b[Kdone\n") {
		t.Errorf("got %q", got)
	}
	p, out = on(0, false)
	p.loading(load.Live{Seconds: 3, Attempts: 5})
	if got := out.String(); !strings.HasPrefix(got, "   3 s  begun         5") || !strings.HasSuffix(got, "\n") {
		t.Errorf("elsewhere: %q", got)
	}
}
