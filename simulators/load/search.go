package load

import (
	"context"
	"fmt"
	"math"
	"time"
)

// Trial places so many calls at a rate and tells how many were established.
// An error ends the search: a trial that is invalid proves nothing.
type Trial func(ctx context.Context, rate float64, calls uint64) (established uint64, err error)

// Found is what a search came to.
type Found struct {
	Rate      float64 // the highest without a failure, calls a second; 0 for none
	Converged bool    // else the search was cut short, for the reason in Why
	Why       string
	Method    string
	Trials    []TrialResult
}

// TrialResult is one trial of a search.
type TrialResult struct {
	Rate               float64
	Calls, Established uint64
	Took               time.Duration
}

// Bounds end a search that would go on.
type Bounds struct {
	Calls  uint64  // of a trial: N
	Start  float64 // calls a second: r
	Trials int     // at most
	Most   float64 // calls a second that were contracted; 0 is no bound
}

// Benchmark searches the session establishment rate as RFC 7502 §4.10 has it:
// the rate grows by a tenth from trial to trial until one fails, then falls,
// and both steps get smaller, until ten trials in a row brought no more.
func Benchmark(ctx context.Context, b Bounds, try Trial) (Found, error) {
	f := Found{Method: "RFC 7502 §4.10"}
	const weight = 0.10
	r, w, d := math.Floor(b.Start), weight, max(0.10, weight/2)
	for count := 0; ; {
		ok, err := f.try(ctx, b, r, try)
		switch {
		case err != nil || f.Why != "":
			return f, err
		case ok && r > f.Rate:
			f.Rate = r
		case ok:
			if count++; count >= 10 {
				f.Converged = true
				return f, nil
			}
		}
		if ok {
			next := math.Floor(r + w*r)
			if b.Most > 0 && next > b.Most {
				f.Why = fmt.Sprintf("%g calls/s were carried, and no more than %g/s are allowed", f.Rate, b.Most)
				return f, nil
			}
			r = next
			continue
		}
		r = math.Floor(r - d*r)
		d, w = max(0.10, d/2), max(0.10, w/2)
		if r < 1 {
			f.Converged = true // at nothing
			return f, nil
		}
	}
}

// Bisect searches the same rate in fewer trials: it doubles until one fails
// and halves the distance until that is 3 % of the rate. It is quicker than
// RFC 7502, and says so.
func Bisect(ctx context.Context, b Bounds, try Trial) (Found, error) {
	f := Found{Method: "bisection (not RFC 7502)"}
	low, high := 0.0, math.Inf(1)
	for r := math.Floor(b.Start); ; {
		ok, err := f.try(ctx, b, r, try)
		if err != nil || f.Why != "" {
			return f, err
		}
		if ok {
			low, f.Rate = r, r
		} else {
			high = r
		}
		if ok && b.Most > 0 && r >= b.Most {
			f.Why = fmt.Sprintf("%g calls/s were carried, and no more than %g/s are allowed", f.Rate, b.Most)
			return f, nil
		}
		if !math.IsInf(high, 1) && high-low <= max(1, 0.03*high) {
			f.Converged = true
			return f, nil
		}
		r = 2 * low
		if !math.IsInf(high, 1) {
			r = (low + high) / 2
		}
		if b.Most > 0 {
			r = min(r, b.Most)
		}
		r = math.Floor(r)
	}
}

// try makes one trial, if one more is allowed.
func (f *Found) try(ctx context.Context, b Bounds, rate float64, try Trial) (ok bool, err error) {
	if len(f.Trials) >= b.Trials {
		f.Why = fmt.Sprintf("%d trials were made, and no more are allowed", b.Trials)
		return false, nil
	}
	begun := time.Now()
	n, err := try(ctx, rate, b.Calls)
	if err != nil {
		return false, fmt.Errorf("trial at %g calls/s: %w", rate, err)
	}
	f.Trials = append(f.Trials, TrialResult{rate, b.Calls, n, time.Since(begun)})
	return n == b.Calls, nil
}
