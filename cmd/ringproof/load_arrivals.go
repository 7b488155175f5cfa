package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ringproof/reports/record"
	"ringproof/simulators/load"
)

// arrivalFlags say when calls begin, and how many.
type arrivalFlags struct {
	rate           float64
	ramp, duration time.Duration
	poisson        bool
	calls          uint64
	steps          string
	seed           uint64
}

func (f *arrivalFlags) arriving(c *cobra.Command) {
	s := c.Flags()
	s.Float64Var(&f.rate, "rate", 100, "calls a second; with SITE what was contracted, if it is not said")
	s.DurationVar(&f.ramp, "ramp", 0, "reach the rate evenly within this time")
	s.BoolVar(&f.poisson, "poisson", false, "begin calls at random times (telephone traffic), not at equal distances")
	s.StringVar(&f.steps, "steps", "", "one rate after the other, each for whole seconds: 50:30s,100:30s,200:1m")
	s.Uint64Var(&f.calls, "calls", 0, "how many calls; 0 is no bound")
	s.DurationVar(&f.duration, "duration", 0, "how long to begin calls; 0 is no bound; 10s if neither is said")
	s.Uint64Var(&f.seed, "seed", 1, "decides what is left to chance")
}

// faults finds numbers that mean nothing: a time below 0 would be no bound, and
// a rate that is no number would have calls begin at once, without an end.
func (f *arrivalFlags) faults() error {
	var faults []error
	if !(f.rate > 0 && f.rate <= mostRate) {
		faults = append(faults, fmt.Errorf("--rate %g: want calls a second, above 0, %d at most", f.rate, mostRate))
	}
	for _, x := range []struct {
		name string
		d    time.Duration
	}{{"duration", f.duration}, {"ramp", f.ramp}} {
		if x.d < 0 {
			faults = append(faults, fmt.Errorf("--%s %s: want a time, not below 0", x.name, x.d))
		}
	}
	_, err := f.staircase()
	return errors.Join(append(faults, err)...)
}

// staircase reads --steps.
func (f *arrivalFlags) staircase() (out []load.Step, err error) {
	if f.steps == "" {
		return nil, nil
	}
	for text := range strings.SplitSeq(f.steps, ",") {
		rate, d, ok := strings.Cut(text, ":")
		r, err1 := strconv.ParseFloat(rate, 64)
		t, err2 := time.ParseDuration(d)
		if !ok || err1 != nil || err2 != nil || !(r > 0 && r <= mostRate) || t <= 0 || t%time.Second != 0 {
			return nil, fmt.Errorf("--steps %q: want RATE:TIME, calls a second and whole seconds, like 50:30s", text)
		}
		out = append(out, load.Step{Rate: r, For: t})
	}
	return out, nil
}

// arrivals are those that were asked for, as often as they are.
func (f *arrivalFlags) arrivals() func() load.Arrivals {
	calls, duration := f.bounds()
	steps, _ := f.staircase() // faults has said what is wrong with it
	return func() load.Arrivals {
		a := load.Constant(f.rate)
		switch {
		case len(steps) > 0:
			return load.Steps(steps...)
		case f.poisson:
			a = load.Poisson(f.rate, f.seed)
		case f.ramp > 0:
			a = load.Ramp(0, f.rate, f.ramp)
		}
		return load.Until(a, calls, duration)
	}
}

// bounds gives how many calls there are to be, or for how long.
func (f *arrivalFlags) bounds() (uint64, time.Duration) {
	if f.calls == 0 && f.duration == 0 {
		return 0, 10 * time.Second
	}
	return f.calls, f.duration
}

// steady tells whether the rate is one that may be changed from outside.
func (f *arrivalFlags) steady() bool { return !f.poisson && f.ramp == 0 && f.steps == "" }

// secondsOf puts the seconds of a run into the form of the record.
func secondsOf(timeline []load.Second) (out []record.LoadSecond) {
	for _, s := range timeline {
		out = append(out, record.LoadSecond{Attempts: s.Attempts, Answered: s.Answered, Failed: s.Failed, PDD95: s.PDD95})
	}
	return out
}

// bySteps prints what became of the calls of each step.
func (p *printer) bySteps(steps []load.Step, seconds []record.LoadSecond) {
	p.table("By the step", len(steps), func(w io.Writer) {
		fmt.Fprintf(w, "  \tbegun\tanswered\tfailed\tp95 of PDD, worst second\n")
		for _, s := range steps {
			n := min(len(seconds), int(s.For/time.Second))
			var begun, answered, failed uint64
			worst := 0.0
			for _, x := range seconds[:n] {
				begun, answered, failed = begun+uint64(x.Attempts), answered+uint64(x.Answered), failed+uint64(x.Failed)
				worst = math.Max(worst, x.PDD95)
			}
			seconds = seconds[n:]
			fmt.Fprintf(w, "  %.4g/s for %s\t%d\t%d\t%d\t%.4g ms\n", s.Rate, s.For, begun, answered, failed, worst)
		}
	})
}
