package load

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// InvalidError is a trial that proves nothing, for it may have measured this
// machine.
type InvalidError struct {
	Reasons []Reason
	// Limited says that the first reason is a limit of ours: a trial that is
	// made again runs into it again.
	Limited bool
}

func (e *InvalidError) Error() string {
	if e.Limited {
		return e.Reasons[0].What + ". " + e.Reasons[0].Change
	}
	return e.Reasons[0].What
}

// Limited gives the reason of a trial in which so many of all calls could not
// begin, or were refused by our own crowd, for want of room; nil if none were.
func Limited(blocked, full, calls uint64) *InvalidError {
	switch {
	case blocked > 0:
		return &InvalidError{[]Reason{overLimit(blocked, calls)}, true}
	case full > 0:
		return &InvalidError{[]Reason{{fmt.Sprintf("the answering crowd had no room for %d calls", full), "Raise the limit, or shorten the calls."}}, true}
	}
	return nil
}

// overLimit says that a limit kept calls from beginning.
func overLimit(n, calls uint64) Reason {
	return Reason{
		fmt.Sprintf("%d of %d calls could not begin: there were as many as the limit allows", n, calls),
		"Raise the limit, or shorten the calls.",
	}
}

// A trial that is invalid, but not for a limit of ours, is made again, tries times in all: others may have
// had this machine for a while, or the host of a virtual one. The pause before
// doubles from one to the next, to two minutes in all.
const (
	tries = 7
	pause = 2 * time.Second
)

// Trial places so many calls at a rate and tells how many were established.
// An error ends the search; an [InvalidError] that is not of a limit does where
// it comes again.
type Trial func(ctx context.Context, rate float64, calls uint64) (established uint64, err error)

// Found is what a search came to.
type Found struct {
	Rate      float64 // the highest without a failure, calls a second; 0 for none
	Converged bool    // else the search was cut short, for the reason in Why
	Why       string
	Method    string
	Trials    []TrialResult
	Repeated  int // trials that were made again, for they were invalid
}

// TrialResult is one trial of a search.
type TrialResult struct {
	Rate               float64
	Calls, Established uint64
	Took               time.Duration
}

// Attempted is how many calls all trials had together.
func (f Found) Attempted() (n uint64) {
	for _, t := range f.Trials {
		n += t.Calls
	}
	return n
}

// Lasted is for how long calls began in the longest trial at the rate that was
// found.
func (f Found) Lasted() (d time.Duration) {
	for _, t := range f.Trials {
		if t.Rate == f.Rate && t.Rate > 0 {
			d = max(d, time.Duration(float64(t.Calls)/t.Rate*1e9))
		}
	}
	return d
}

// TestSetup is the report of RFC 7502 §5.1 and §5.2. What does not apply to
// calls without media over UDP has its value for that.
type TestSetup struct {
	Transport   string  `json:"sip_transport_protocol"`
	AttemptRate float64 `json:"session_attempt_rate"` // the first, calls a second
	Duration    string  `json:"session_duration"`
	Attempted   uint64  `json:"total_sessions_attempted"`
	Media       float64 `json:"media_streams_per_session"`
	Threshold   float64 `json:"establishment_threshold_seconds"`
	Rate        float64 `json:"session_establishment_rate"`
	Method      string  `json:"method"`
}

// Bounds end a search that would go on.
type Bounds struct {
	Calls  uint64  // of a trial: N
	Start  float64 // calls a second: r
	Trials int     // at most
	Most   float64 // calls a second that were contracted; 0 is no bound
}

// Searches are the ways to look for the highest rate, by name.
var Searches = map[string]func(context.Context, Bounds, Trial) (Found, error){"rfc7502": Benchmark, "bisect": Bisect}

// Benchmark searches the session establishment rate as RFC 7502 §4.10 has it:
// the rate grows by a tenth from trial to trial until one fails, then falls,
// and both steps get smaller, until ten trials in a row brought no more. Below
// ten calls a second a tenth is less than one, and would be none at all: there
// the step is one.
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
			next := max(r+1, math.Floor(r+w*r))
			if b.Most > 0 && next > b.Most && r < b.Most {
				next = b.Most
			}
			if b.Most > 0 && r >= b.Most {
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
		r = math.Floor(r)
		if b.Most > 0 {
			r = min(r, b.Most)
		}
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
	for again := range tries - 1 {
		if invalid := new(InvalidError); !errors.As(err, &invalid) || invalid.Limited {
			break
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(pause << again):
		}
		f.Repeated++
		begun = time.Now()
		n, err = try(ctx, rate, b.Calls)
	}
	if err != nil {
		return false, fmt.Errorf("trial at %g calls/s: %w", rate, err)
	}
	f.Trials = append(f.Trials, TrialResult{rate, b.Calls, n, time.Since(begun)})
	return n == b.Calls, nil
}
