package steps

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cucumber/godog"

	"ringproof/internal/check"
	"ringproof/internal/stage"
	"ringproof/reports/record"
	"ringproof/simulators/load"
)

// loadTag marks a scenario that loads: it needs the consent of whoever answers
// for the system.
const loadTag = "@load"

// loaded is what a scenario under load remembers.
type loaded struct {
	plan offer
	fact *record.Load
}

// loadSteps: many calls at once.
func (w *world) loadSteps(sc *godog.ScenarioContext) {
	w.on(sc, `many callers and an answering crowd in (peer-to-peer|registration) mode`, w.aCallerAndACallee)
	w.on(sc, `calls arrive at (\d+) per second for (\d+) seconds?`, func(ctx context.Context, rate float64, seconds int) error {
		return w.arrive(ctx, w.gentle(rate, time.Duration(seconds)*time.Second))
	})
	w.on(sc, `calls arrive at the contracted rate for (\d+) seconds?`, func(ctx context.Context, seconds int) error {
		return w.arrive(ctx, w.gentle(w.h.site.Limits.Rate, time.Duration(seconds)*time.Second))
	})
	w.on(sc, `calls arrive at the contracted rate for (\d+) seconds?, and (\d+) % of them have a voice`, func(ctx context.Context, seconds int, percent float64) error {
		return w.arrive(ctx, w.speaking(w.gentle(w.h.site.Limits.Rate, time.Duration(seconds)*time.Second), percent))
	})
	w.on(sc, `each voice is heard at both ends`, w.allHeard)
	w.on(sc, `no more calls fail than are allowed`, w.fewFail)
	w.on(sc, `each call has arrived once, at the crowd`, w.allDelivered)
	w.on(sc, `the 95th percentile of (post-dial delay|session request delay) is below (\d+) ms`, func(ctx context.Context, delay string, limit int) error {
		return w.setUpWithin(ctx, delay, time.Duration(limit)*time.Millisecond)
	})
	w.on(sc, `the 95th percentile of post-dial delay is within its threshold`, func(ctx context.Context) error {
		return w.setUpWithin(ctx, check.PostDial, w.h.site.Thresholds.Load.PDD)
	})
	w.on(sc, `no call is left over`, w.noneLeft)
}

// offer is a load: what is asked of the callers, and how the crowd answers.
type offer struct {
	record.LoadOffered
	arrivals func() load.Arrivals
	hold     load.Times
	manners  load.Manners
	media    load.Media
	spread   stage.Spread
	engines  int
	buffer   int
	// late is how late a call may begin, tries how often a load is offered at
	// most where our own machine spoiled it.
	late  time.Duration
	tries int
	watch func(load.Live)
	pace  *load.Rate // that was changed meanwhile; nil: none
	// trial is the number of a load of a search, bounds those of the search.
	trial  int
	bounds load.Bounds
}

// Of a load in a scenario: how long calls last, how late one may begin, as is
// far below what it is judged by, and how often it is tried where our own
// machine was the limit.
const (
	gentleHold  = 500 * time.Millisecond
	gentleLate  = 100 * time.Millisecond
	gentleTries = 3
)

// gentle is the load of a scenario: calls that last for so long that no more
// are there at a time than the profile allows.
func (w *world) gentle(rate float64, d time.Duration) offer {
	hold := gentleHold
	limit := int(rate)*2 + 10
	if _, real := w.h.site.Tested(); real {
		limit = w.h.site.Limits.Calls
		hold = min(hold, time.Duration(0.8*float64(limit)/max(rate, 1)*float64(time.Second)))
	}
	return offer{
		LoadOffered: record.LoadOffered{Rate: rate, For: int64(d), Hold: hold.String(), Limit: limit, AllowedPDD: millis(w.h.site.Thresholds.Load.PDD)},
		arrivals:    func() load.Arrivals { return load.Until(load.Constant(rate), 0, d) },
		hold:        load.Fixed(hold), spread: stage.Spread{Callers: true, Called: true}, late: gentleLate, tries: gentleTries,
	}
}

// Of a load in a scenario whose calls have voices: how long they last, for what
// is over in a second proves nothing, and how many of them have one at least.
const (
	spokenHold   = 1500 * time.Millisecond
	fewestVoices = 5
)

// speaking gives some calls of a load a voice, and all the time that this
// takes: as many calls then arrive as the profile allows there to be.
func (w *world) speaking(o offer, percent float64) offer {
	if _, real := w.h.site.Tested(); real {
		o.Rate = min(o.Rate, 0.8*float64(o.Limit)/spokenHold.Seconds())
	} else {
		o.Limit *= 2
	}
	calls := max(1, o.Rate*time.Duration(o.For).Seconds())
	o.Media, o.Hold, o.hold = min(100, max(percent, 100*fewestVoices/calls)), spokenHold.String(), load.Fixed(spokenHold)
	o.media.Share = o.Media / 100
	rate, d := o.Rate, time.Duration(o.For)
	o.arrivals = func() load.Arrivals { return load.Until(load.Constant(rate), 0, d) }
	return o
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// arrive offers a load, and again where our own machine spoiled it.
func (w *world) arrive(ctx context.Context, o offer) error {
	if err := w.mayLoad(o); err != nil {
		return err
	}
	for try := 1; ; try++ {
		if err := w.offer(ctx, o); err != nil {
			return err
		}
		if err := stopped(ctx); err != nil {
			return err
		}
		f := w.loaded.fact
		if try >= o.tries || len(f.Spoiled) == 0 && (len(f.Slow) == 0 || w.kept()) {
			return w.offered()
		}
	}
}

// kept tells whether the load that was offered keeps to every rule.
func (w *world) kept() bool {
	e := w.underLoad()
	delay := e
	delay.Delayed, delay.Within = check.PostDial, w.h.site.Thresholds.Load.PDD
	return check.Evaluate("load.delivered", e).Verdict == record.Pass && check.Evaluate("load.failed", e).Verdict == record.Pass &&
		(w.loaded.fact.Voices == nil || check.Evaluate("load.heard", e).Verdict == record.Pass) &&
		check.Evaluate("load.released", e).Verdict == record.Pass && check.Evaluate("load.delay", delay).Verdict == record.Pass
}

// offered holds the load against what was asked for. One that our own machine
// spoiled makes the run invalid: it is nobody's failure but ours.
func (w *world) offered() error {
	c, f := w.h.judge("load.offered", w.underLoad())
	if f == nil {
		return nil
	}
	w.add(f)
	w.h.breaks(fmt.Errorf("%s: %s", w.scenario.ID, c.Measured))
	return errFailed
}

// mayLoad refuses what the profile does not allow, before anything is sent.
func (w *world) mayLoad(o offer) error {
	if w.caller == nil || w.callee == nil {
		return fmt.Errorf("no callers: want a step before that says who they are, as in %q", "many callers and an answering crowd in peer-to-peer mode")
	}
	if !w.h.site.Consents().Load {
		return &stage.UnprovableError{Missing: noConsent}
	}
	if why := w.h.site.Exceeded(o.Rate, o.Limit); why != "" {
		return &stage.UnprovableError{Missing: why}
	}
	return nil
}

// noConsent is why nobody may be loaded.
const noConsent = "no consent to a load: fill in consent.load, true, consent.by and limits"

// offer carries one load through, to its last call.
func (w *world) offer(ctx context.Context, o offer) (err error) {
	if err := w.boundFor(ctx, o); err != nil {
		return err
	}
	release, cancel := context.WithTimeout(ctx, releaseWithin)
	defer cancel()
	x, err := w.cast.Crowds(release, w.caller, w.callee, o.spread)
	if err != nil {
		return err
	}
	w.h.loading.Store(true)
	defer func() {
		w.h.loading.Store(false)
		if back := x.Leave(); err == nil {
			err = back
		}
	}()
	x.Crowd.Manners, x.Crowd.Limit, x.Crowd.Late, x.Crowd.Receive, x.Crowd.Send = o.manners, 2*o.Limit, o.late, o.buffer, o.buffer
	if o.media.Share > 0 {
		x.Crowd.Voices = load.CrowdLines
	}
	crowd, err := w.crowd(ctx, x.Crowd)
	if err != nil {
		return err
	}
	c := x.Callers
	c.Held, c.Media = true, o.media
	c.Media.AnyNumber = c.Media.AnyNumber || w.callee.Phone != nil // which is called by its account
	c.Arrivals, c.Hold, c.Limit, c.Late, c.Engines, c.Watch, c.Receive, c.Send = o.arrivals, o.hold, o.Limit, o.late, o.engines, o.watch, o.buffer, o.buffer
	started := w.h.journal.Now()
	got, err := load.Call(ctx, c)
	if err != nil {
		crowd.Close()
		return err
	}
	ended := w.h.journal.Now()
	bound, stop := context.WithTimeout(context.WithoutCancel(ctx), w.h.site.Thresholds.Release)
	_ = crowd.Emptied(bound) // who stays is counted
	stop()
	seen := crowd.Close()
	got.Excuse(seen)
	f := loadFact(got.Report(), seen, o.tries > 1)
	f.Start, f.End, f.Offered, f.Trial = started, ended, o.LoadOffered, o.trial
	f.Caller, f.Called, f.Number = w.caller.Name, w.callee.Name, x.Numbers
	f.From, f.System, f.At, f.Transport = c.From, c.To, crowd.At(), strings.ToUpper(c.Transport)
	f.Callers.Cut = got.Cut
	f.Offered.Steered = o.pace != nil && o.pace.Changed()
	w.loaded.plan, w.loaded.fact = o, &f
	w.h.journal.Add(f)
	return nil
}

// enrolledWithin bounds the registration of a crowd: timer F (RFC 3261
// §17.1.2.2), after a challenge too.
const enrolledWithin = 65 * time.Second

// crowd has those answer who are called, once they are registered where they
// have to be. A registrar that refuses it has failed the called phone.
func (w *world) crowd(ctx context.Context, cfg load.CrowdConfig) (*load.Crowd, error) {
	began := w.h.journal.Now()
	crowd, err := load.Answer(cfg)
	if err != nil {
		return nil, err
	}
	ready, cancel := context.WithTimeout(ctx, enrolledWithin)
	defer cancel()
	err = crowd.Ready(ready)
	if err == nil {
		return crowd, nil
	}
	crowd.Close()
	if un := new(load.UnregisteredError); errors.As(err, &un) && (un.Code == 0 || un.Code >= 300) {
		f := record.Registration{Party: w.callee.Name, User: cfg.Accounts[0].User, Start: began, End: w.h.journal.Now(), Code: un.Code, Challenged: un.Challenged}
		if f.Code == 0 {
			f.Error = un.Error()
		}
		w.h.journal.Add(f)
		w.registration = &f
		if err := w.must(ctx, check.Evidence{}, "register.accepted"); err != nil {
			return nil, err
		}
	}
	return nil, &stage.UnprovableError{Missing: fmt.Sprintf("the crowd could not stand in the called phone's place: %v", err)}
}

// lasts is for how long calls begin.
func (o *offer) lasts() time.Duration {
	d := time.Duration(o.For)
	if o.Calls == 0 {
		return d
	}
	all := time.Duration(float64(o.Calls)/o.Rate*float64(time.Second)) + time.Duration(o.Ramp)/2
	if d == 0 {
		return all
	}
	return min(d, all)
}

// boundFor has a called phone registered for as long as a load may take, where
// that is longer than a phone is anyway, or there were others before it.
func (w *world) boundFor(ctx context.Context, o offer) error {
	const usual = 4 * time.Minute
	p := w.callee.Phone
	lasts := o.lasts()
	if p == nil || o.trial == 0 && lasts < usual {
		return nil
	}
	need := lasts + 2*usual
	f, _ := p.RegisterFor(ctx, need.Round(time.Second)) // its error is in the fact
	w.registration = &f
	if err := w.must(ctx, check.Evidence{}, "register.accepted"); err != nil {
		return err
	}
	if granted := time.Duration(f.Granted) * time.Second; granted < lasts {
		return &stage.UnprovableError{Missing: fmt.Sprintf("the registrar binds %s for %s, and the load takes longer", w.callee.Name, granted)}
	}
	return nil
}

// underLoad is the evidence of what a load came to.
func (w *world) underLoad() check.Evidence {
	return check.Evidence{Load: w.loaded.fact, Failed: w.h.site.Thresholds.Load.Failed, Within: w.h.site.Thresholds.Release}
}

// slowFails tells of a rule that a slow machine of ours may make fail: it adds to
// delays, and bunches calls. It sends no call to another, and leaves none over.
func slowFails(rule string) bool {
	return rule == "load.failed" || rule == "load.delay" || rule == "load.heard"
}

// mustLoaded holds one rule against the load that was offered.
func (w *world) mustLoaded(ctx context.Context, e check.Evidence, rule string) error {
	if e.Load == nil {
		return fmt.Errorf("no calls have arrived: want a step before that says at what rate they do")
	}
	if f := e.Load; len(f.Slow) > 0 && slowFails(rule) && check.Evaluate(rule, e).Verdict == record.Fail {
		f.Spoiled = f.Slow // it may be our own failure
		return w.offered()
	}
	return w.must(ctx, e, rule)
}

func (w *world) fewFail(ctx context.Context) error {
	return w.mustLoaded(ctx, w.underLoad(), "load.failed")
}

func (w *world) allDelivered(ctx context.Context) error {
	return w.mustLoaded(ctx, w.underLoad(), "load.delivered")
}

func (w *world) allHeard(ctx context.Context) error {
	e := w.underLoad()
	w.h.again(&e) // a voice that loses packets has gaps
	return w.mustLoaded(ctx, e, "load.heard")
}

func (w *world) noneLeft(ctx context.Context) error {
	return w.mustLoaded(ctx, w.underLoad(), "load.released")
}

func (w *world) setUpWithin(ctx context.Context, delay string, limit time.Duration) error {
	e := w.underLoad()
	e.Delayed, e.Within = delay, limit
	w.h.again(&e) // calls that lose a message wait too
	return w.mustLoaded(ctx, e, "load.delay")
}
