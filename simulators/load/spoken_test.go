package load_test

import (
	"testing"
	"time"

	"ringproof/simulators/load"
)

func TestShareThatComesToNoCall(t *testing.T) {
	for _, x := range []struct {
		name  string
		share float64
		plan  load.Arrivals
		want  bool
		calls uint64
	}{
		{"one of a hundred", 0.01, load.Until(load.Constant(100), 100, 0), true, 0},
		{"of one less", 0.01, load.Until(load.Constant(100), 99, 0), false, 99},
		{"in a time", 0.05, load.Until(load.Constant(10), 0, time.Second), false, 10},
		{"in two", 0.05, load.Until(load.Constant(10), 0, 2*time.Second), true, 0},
		{"in steps", 0.05, load.Steps(load.Step{Rate: 10, For: time.Second}, load.Step{Rate: 5, For: time.Second}), false, 15},
		{"none", 0, load.Until(load.Constant(10), 5, 0), false, 5},
		{"all", 1, load.Until(load.Constant(10), 1, 0), true, 0},
		{"hardly any of no end", 1e-12, load.Constant(10), true, 0},
	} {
		if got, calls := (load.Media{Share: x.share}).Spoken(x.plan); got != x.want || calls != x.calls {
			t.Errorf("%s: %v of %d calls, want %v of %d", x.name, got, calls, x.want, x.calls)
		}
	}
}
