package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ringproof/reports/record"
	"ringproof/simulators/load"
)

// searched is what a search and an overload write.
type searched struct {
	Found    *load.Found      `json:"found,omitempty"`
	Setup    *load.TestSetup  `json:"rfc7502_test_setup,omitempty"`
	Overload *load.Overloaded `json:"overload,omitempty"`
}

// find searches for the highest rate, where that is asked for, and then loads
// beyond it.
func (f *loadFlags) find(ctx context.Context, p *printer, cfg load.Config, crowd *load.Crowd) error {
	var out searched
	rate := f.rate
	if f.search != "" {
		found, err := f.highest(ctx, p, cfg, crowd)
		if err != nil { // what was found before stands
			f.write(p, searched{Found: &found})
			return f.ended(ctx, p, err)
		}
		setup := load.TestSetup{
			Transport: strings.ToUpper(f.lists.transport), AttemptRate: f.rate, Duration: f.hold, Attempted: found.Attempted(), Media: cfg.Media.Share,
			Threshold: 32, Rate: found.Rate, Method: found.Method,
		}
		out.Found, out.Setup, rate = &found, &setup, found.Rate
	}
	if f.overload > 0 && rate > 0 {
		o, err := f.beyond(ctx, p, cfg, crowd, rate)
		if err != nil {
			f.write(p, out)
			return f.ended(ctx, p, err)
		}
		out.Overload = &o
	}
	f.write(p, out)
	if rate == 0 || out.Overload != nil && out.Overload.Answered() == 0 { // not one rate was carried, or call answered
		return &verdictError{record.NotAccepted}
	}
	return nil
}

// ended gives the exit code of a search that did not come to its end.
func (f *loadFlags) ended(ctx context.Context, p *printer, err error) error {
	switch {
	case ctx.Err() != nil:
		return &verdictError{record.Interrupted}
	case errors.As(err, new(*load.InvalidError)):
		return &verdictError{record.Invalid}
	case errors.As(err, new(*leftError)):
		return &verdictError{record.NotAccepted}
	}
	return p.scarce(err)
}

// highest searches for the highest rate without a failure.
func (f *loadFlags) highest(ctx context.Context, p *printer, cfg load.Config, crowd *load.Crowd) (load.Found, error) {
	search := load.Searches[f.search] // faults has seen to it that there is one
	bounds := load.Bounds{Calls: f.perTrial(), Start: f.rate, Trials: 100}
	found, err := search(ctx, bounds, func(ctx context.Context, rate float64, calls uint64) (uint64, error) {
		before := seen(crowd)
		res, err := f.trial(ctx, cfg, crowd, load.Until(load.Constant(rate), calls, 0))
		if res == nil {
			return 0, err
		}
		report := res.Report()
		elsewhere := wrong(report, before, seen(crowd), crowd != nil)
		invalid := new(load.InvalidError)
		if errors.As(err, &invalid) && report.Carried(rate) && elsewhere == 0 {
			err = nil
		}
		p.trial(rate, report, elsewhere)
		if errors.As(err, &invalid) {
			p.row("            does not count: %v", invalid)
		}
		return report.Good() - min(report.Good(), elsewhere), err
	})
	p.found(found, err)
	return found, err
}

// perTrial is how many calls a trial of a search has.
func (f *loadFlags) perTrial() uint64 {
	if f.calls == 0 {
		return 50_000 // RFC 7502 §4.10
	}
	return f.calls
}

// wrong gives how many calls of a trial were good for their callers alone: the
// crowd that they called saw less, or something else.
func wrong(r load.Report, before, now load.Hosted, ours bool) uint64 {
	if !ours {
		return 0
	}
	answered := now.Answered - before.Answered
	there := r.Answered + r.Forked
	return there - min(there, answered) + now.Misdialled - before.Misdialled + now.Foreign - before.Foreign +
		now.Echo - before.Echo + now.Elsewhere - min(before.Elsewhere, now.Elsewhere) + r.Forked
}

// leftError says that calls are left at the called side that no caller holds.
type leftError struct{ open int }

func (e *leftError) Error() string {
	return fmt.Sprintf("%d calls are left at the called side %s after the last one ended", e.open, leftOver)
}

// trial makes one trial, and waits until nothing is left of it: the next one
// would find it in its way.
func (f *loadFlags) trial(ctx context.Context, cfg load.Config, crowd *load.Crowd, arrivals load.Arrivals) (*load.Result, error) {
	before := seen(crowd)
	cfg.Arrivals = func() load.Arrivals { return arrivals }
	res, err := load.Call(ctx, cfg)
	if err != nil {
		return nil, err
	}
	err = emptied(ctx, crowd)
	res.Invalid = append(res.Invalid, sinceThen(crowd, before)...)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil: // whatever else was wrong: that is the system's doing
		return nil, &leftError{seen(crowd).Open}
	case load.Limited(res.Blocked, seen(crowd).Full-before.Full, res.Attempts) != nil:
		return res, load.Limited(res.Blocked, seen(crowd).Full-before.Full, res.Attempts)
	case len(res.Invalid) > 0:
		return res, &load.InvalidError{Reasons: res.Invalid}
	}
	return res, nil
}

// beyond loads with more than the rate, and then with less.
func (f *loadFlags) beyond(ctx context.Context, p *printer, cfg load.Config, crowd *load.Crowd, rate float64) (load.Overloaded, error) {
	res, err := f.trial(ctx, cfg, crowd, load.Overload(rate, f.overload))
	if err != nil {
		p.row("overload: %v", err)
		return load.Overloaded{}, err
	}
	o, err := res.Overloaded(f.overload)
	if err != nil {
		return o, &usageError{fmt.Errorf("--overload: %w", err)}
	}
	p.overloaded(o)
	return o, nil
}

func (p *printer) overloaded(o load.Overloaded) {
	for _, x := range o.Phases {
		p.row("%4.0f %%: offered %.4g/s, goodput %.4g/s, %d of %d calls failed", 100*x.Share, x.Offered, x.Goodput, x.Failed, x.Attempts)
	}
	if o.Recovered == nil {
		p.row("not recovered: calls failed to the end of the last phase")
		return
	}
	p.row("recovered after %g s", *o.Recovered)
}
