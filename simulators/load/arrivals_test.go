package load_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"ringproof/simulators/load"
)

// begun gives how many calls begin in each second.
func begun(t *testing.T, a load.Arrivals, seconds int) []int {
	t.Helper()
	out := make([]int, seconds)
	for last := int64(-1); ; {
		at, ok := a.Next()
		if !ok || at >= int64(seconds)*1e9 {
			return out
		}
		if at < last {
			t.Fatalf("a call at %d after one at %d", at, last)
		}
		last = at
		out[at/1e9]++
	}
}

func TestArrivals(t *testing.T) {
	sec := time.Second
	for _, x := range []struct {
		name string
		a    load.Arrivals
		want []int
	}{
		{"constant", load.Constant(100), []int{100, 100, 100}},
		{"less than one a second", load.Constant(0.5), []int{1, 0, 1, 0}},
		{"ramp up", load.Ramp(0, 100, 4*sec), []int{13, 37, 63, 87, 100, 100}},
		{"ramp down", load.Ramp(100, 20, 4*sec), []int{90, 70, 50, 30, 20}},
		{"ramp that is none", load.Ramp(50, 50, 2*sec), []int{50, 50, 50}},
		{"steps with a pause", load.Steps(load.Step{10, sec}, load.Step{0, sec}, load.Step{20, 2 * sec}), []int{10, 0, 20, 20, 0}},
		{"so many", load.Until(load.Constant(100), 150, 0), []int{100, 50, 0}},
		{"so long", load.Until(load.Constant(100), 0, 1500*time.Millisecond), []int{100, 50, 0}},
	} {
		t.Run(x.name, func(t *testing.T) {
			got := begun(t, x.a, len(x.want))
			for i, n := range x.want {
				if d := got[i] - n; d < -1 || d > 1 { // where a call falls on the second itself
					t.Errorf("got %v, want %v", got, x.want)
					break
				}
			}
		})
	}
}

func TestPoissonIsRandomAndComesAgain(t *testing.T) {
	got := begun(t, load.Poisson(100, 7), 400)
	sum, squares := 0.0, 0.0
	for _, n := range got {
		sum += float64(n)
		squares += float64(n) * float64(n)
	}
	mean := sum / 400
	variance := squares/400 - mean*mean
	if math.Abs(mean-100) > 2 || variance < 70 || variance > 130 { // both are 100
		t.Errorf("mean %g, variance %g a second, want 100 of both", mean, variance)
	}
	again := begun(t, load.Poisson(100, 7), 400)
	for i := range got {
		if got[i] != again[i] {
			t.Fatal("the same seed gives other times")
		}
	}
	if other := begun(t, load.Poisson(100, 8), 3); other[0] == got[0] && other[1] == got[1] && other[2] == got[2] {
		t.Error("another seed gives the same times")
	}
}

func TestAdjustable(t *testing.T) {
	var r load.Rate
	r.Set(10)
	a := load.Adjustable(&r)
	for range 10 {
		a.Next()
	}
	at, _ := a.Next()
	r.Set(1000)
	then, _ := a.Next()
	later, _ := a.Next()
	if at != 1e9 || then-at > 1e8 || later-then != 1e6 {
		t.Errorf("calls at %d, %d and %d, want a thousand a second from the second on", at, then, later)
	}
}

func TestParseTimes(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for text, want := range map[string][2]time.Duration{
		"3s": {3 * time.Second, 3 * time.Second}, "0s": {0, 0}, "2s-5s": {2 * time.Second, 5 * time.Second}, "exp 90s": {0, time.Hour},
	} {
		f, err := load.ParseTimes(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		var sum time.Duration
		for range 1000 {
			d := f(rnd)
			if d < want[0] || d > want[1] {
				t.Errorf("%s gave %s", text, d)
			}
			sum += d
		}
		if mean := sum / 1000; text == "exp 90s" && (mean < 80*time.Second || mean > 100*time.Second) {
			t.Errorf("%s has a mean of %s", text, mean)
		}
	}
	for _, text := range []string{"", "3", "5s-2s", "-3s", "exp", "exp -1s", "exp 0s", "1s-"} {
		if _, err := load.ParseTimes(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

func TestNumbersDoNotRingForLongerThanCallersWait(t *testing.T) {
	for text, want := range map[string]bool{"30s": true, "2s-30s": true, "exp 30s": true, "0s": true, "31s": false, "2s-40s": false, "exp 31s": false, "soon": false} {
		if f, err := load.ParseRinging(text); (err == nil) != want || (f != nil) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}
