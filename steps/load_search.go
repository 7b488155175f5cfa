package steps

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ringproof/reports/record"
	"ringproof/simulators/load"
)

// Trial is what came of one of the loads of a search.
type Trial struct {
	Rate        float64 // calls a second
	Calls, Good uint64  // placed; answered, released and, where they had a voice, heard
}

// mostTrials is how many loads a search may have.
const mostTrials = 100

// boundsOf gives where a search begins and ends: at what was contracted, where
// somebody else's system is searched, and then it begins at a quarter of that.
func (h *Harness) boundsOf(l *Load) load.Bounds {
	b := load.Bounds{Calls: l.Calls, Start: l.Rate, Trials: mostTrials}
	if _, real := h.site.Tested(); real {
		b.Most = h.site.Limits.Rate
		if b.Start == 0 {
			b.Start = max(1, b.Most/4)
		}
	}
	if b.Start == 0 {
		b.Start = h.site.Limits.Rate
	}
	return b
}

// searchFaults finds what is wrong with a search.
func (l Load) searchFaults() error {
	switch {
	case l.Search == "":
		return nil
	case load.Searches[l.Search] == nil:
		return fmt.Errorf("search %q: want rfc7502 or bisect", l.Search)
	case l.Calls == 0:
		return errors.New("search: want calls, how many of a trial; RFC 7502 §4.10 has 50000")
	case l.For > 0 || l.Ramp > 0 || l.Poisson || len(l.Steps) > 0:
		return errors.New("search: its trials begin calls at equal distances, so many of them: want it without a duration, a ramp and Poisson")
	case l.MaxFailed != nil || l.P95PDD > 0 || l.P95SRD > 0:
		return errors.New("search: no call may fail, and delays are held against nothing: want it without thresholds")
	case l.Rate > 0 && l.Rate < 1:
		return fmt.Errorf("search: rate %g: want one call a second at least, to begin with", l.Rate)
	}
	return nil
}

// trials are those of a search that tell most.
type trials struct {
	n           int
	best, worst *record.Load // carried at the highest rate; not carried, at the lowest
}

// seek looks for the highest rate without a failure. The lowest rate with one
// is a failure where more was contracted, or nothing at all was carried.
func (w *world) seek(ctx context.Context, l Load, o offer) error {
	if err := w.sides(ctx, l.From, l.To); err != nil {
		return err
	}
	var t trials
	found, err := load.Searches[l.Search](ctx, o.bounds, func(ctx context.Context, rate float64, calls uint64) (uint64, error) {
		return w.trial(ctx, l, o, &t, rate, calls)
	})
	way := fmt.Sprintf("from %s to %s", w.caller.Name, w.callee.Name)
	if invalid := new(load.InvalidError); errors.As(err, &invalid) {
		w.scenario.Name = fmt.Sprintf("The highest rate %s: %g calls a second at least, after %d trials", way, found.Rate, len(found.Trials))
		return w.offered()
	}
	if err != nil {
		return err
	}
	least := ""
	if !found.Converged {
		least = " at least"
	}
	w.scenario.Name = fmt.Sprintf("The highest rate without a failure %s: %g calls a second%s, by %s in %d trials", way, found.Rate, least, found.Method, len(found.Trials))
	w.loaded.fact = t.best
	if t.worst != nil && (t.best == nil || t.worst.Offered.Rate < o.bounds.Most) {
		w.loaded.fact = t.worst
	}
	return w.flawless(ctx)
}

// trial offers one load of a search and tells how many of its calls were good.
func (w *world) trial(ctx context.Context, l Load, o offer, t *trials, rate float64, calls uint64) (uint64, error) {
	t.n++
	o.trial, o.Rate, o.Calls = t.n, rate, calls
	o.For = int64(float64(calls) / rate * float64(time.Second))
	o.arrivals = func() load.Arrivals { return load.Until(load.Constant(rate), calls, 0) }
	if err := w.offer(ctx, o); err != nil {
		return 0, err
	}
	if err := stopped(ctx); err != nil {
		return 0, err
	}
	f := w.loaded.fact
	limited := load.Limited(f.Callers.Blocked, f.Crowd.Full, calls)
	if limited != nil && len(f.Spoiled) == 0 {
		f.Spoiled = []record.LoadReason{record.LoadReason(limited.Reasons[0])}
	}
	good := f.Good()
	if l.Tried != nil {
		l.Tried(Trial{rate, calls, good})
	}
	switch carried := good == calls && load.AsPlanned(calls, f.Callers.Rate, rate); {
	case carried && (t.best == nil || t.best.Offered.Rate < rate):
		t.best = f
	case carried: // also late, and together: that was no easier to carry
	case limited != nil:
		return 0, limited
	case len(f.Spoiled) > 0:
		return 0, &load.InvalidError{Reasons: []load.Reason{load.Reason(f.Spoiled[0])}}
	case t.worst == nil || t.worst.Offered.Rate > rate:
		t.worst = f
	}
	return good, nil
}

// flawless holds a load of a search to every rule, and lets no call fail.
func (w *world) flawless(ctx context.Context) error {
	e := w.underLoad()
	e.Failed = 0
	faults := []error{w.must(ctx, e, "load.delivered", "load.failed")}
	if e.Load.Voices != nil && e.Load.Callers.Answered > 0 {
		w.h.again(&e)
		faults = append(faults, w.mustLoaded(ctx, e, "load.heard"))
	}
	return errors.Join(append(faults, w.noneLeft(ctx))...)
}
