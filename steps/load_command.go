package steps

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"ringproof/internal/check"
	"ringproof/internal/site"
	"ringproof/internal/stage"
	"ringproof/reports/record"
	"ringproof/simulators/load"
)

// Load is a load between two parties of the profile.
type Load struct {
	// From and To are numbers of two parties, or the names of two trunks,
	// whose numbers then call and are called in turn. Both empty are the first
	// two trunks, or else phones, that the profile has.
	From, To string
	Rate     float64       // calls a second; what was contracted if 0
	Ramp     time.Duration // until it is reached
	Poisson  bool          // calls begin at random times
	Steps    []load.Step   // one rate after the other, in place of Rate, Ramp, Calls and For
	Calls    uint64        // bounds; 10 s if there is none
	For      time.Duration
	Hold     string // how long a call lasts: "3s", "2s-5s", "exp 90s"
	Limit    int    // calls at a time; what was contracted if 0
	Engines  int    // threads
	Buffer   int    // of each socket, in bytes
	// Busy, Rejected and Mute are the shares of the calls, 0 to 1, that the
	// crowd refuses, or leaves without a response; Answer is how long it rings.
	Busy, Rejected, Mute float64
	Answer               string
	// Media is the share of the calls that have a voice, in percent, Lines how
	// many may have one at a time (2,000 if 0); AnyNumber lets the called side
	// of these be called by a number that ends otherwise than the one dialled.
	Media     float64
	Lines     int
	AnyNumber bool
	// MaxFailed, in percent, P95SRD and P95PDD replace the thresholds of the
	// profile; nil and 0 leave them.
	MaxFailed      *float64
	P95SRD, P95PDD time.Duration
	// Search looks for the highest rate without a failure, by "rfc7502" or
	// "bisect", in loads of so many Calls, from Rate on (a quarter of what was
	// contracted if 0), and as far as was contracted. It fails where it finds
	// less. Tried is told what came of each load; nil is for nobody.
	Search string
	Tried  func(Trial)
	// Pace, where given, is the rate from moment to moment: it begins with Rate,
	// and Load bounds it by what the profile allows. Want it without Ramp,
	// Poisson, Steps and Search.
	Pace *load.Rate
	// Watch is told once a second how it goes on; nil is for nobody.
	Watch func(Progress)
}

// Progress is how a load goes on. Counts are of calls.
type Progress struct {
	Seconds                                       float64
	Attempts, Answered, Refused, TimedOut, Active uint64
}

// mostOfBundled is how many calls there may be at a time where the profile sets
// no limit and no real system is tested.
const mostOfBundled = 20_000

// mostVoices is how many calls may have a voice at a time, if nothing is said.
const mostVoices = 2_000

// Load offers a load, and holds it to the rules of the scenarios about load. A
// load that the profile does not allow is a [*UsageError]. Like Run it ends the
// harness.
func (h *Harness) Load(ctx context.Context, l Load) (*record.Run, error) {
	o, err := h.offerOf(&l)
	if err != nil {
		return nil, &UsageError{err}
	}
	h.kind = record.ALoad
	return h.perform(ctx, func(ctx context.Context) {
		w := h.alone("load", fmt.Sprintf("%g calls a second", l.Rate), "Load")
		play := w.carries
		if l.Search != "" {
			play = w.seek
		}
		w.judge(ctx, play(ctx, l, o))
		w.end(ctx)
	})
}

// offerOf works a load out and finds what is wrong with it, and what the
// profile does not allow.
func (h *Harness) offerOf(l *Load) (o offer, err error) {
	if !h.site.Consents().Load {
		return o, errors.New(noConsent)
	}
	bounds := h.complete(l)
	if err := errors.Join(l.faults(), l.searchFaults(), h.callable(l.From, l.To)); err != nil {
		return o, err
	}
	hold, err := load.ParseSpan(l.Hold)
	if err != nil {
		return o, fmt.Errorf("hold: %w", err)
	}
	if why := cmp.Or(h.site.Exceeded(l.Rate, l.Limit), h.crowded(*l, hold)); why != "" {
		return o, errors.New(why)
	}
	if l.Pace != nil { // before its arrivals are asked for
		l.Pace.Set(l.Rate)
		l.Pace.Limit(h.most(*l, hold))
	}
	o = offer{
		LoadOffered: record.LoadOffered{
			Rate: l.Rate, Ramp: int64(l.Ramp), Poisson: l.Poisson, Calls: l.Calls, For: int64(l.For), Hold: l.Hold, Limit: l.Limit,
			Busy: l.Busy, Rejected: l.Rejected, Mute: l.Mute, Media: l.Media,
			AllowedPDD: millis(cmp.Or(l.P95PDD, h.site.Thresholds.Load.PDD)),
		},
		arrivals: l.arrivals(h.suite.Seed), pace: l.Pace, engines: l.Engines, buffer: l.Buffer, tries: 1, bounds: bounds,
		late:    h.mayBeLate(*l),
		spread:  stage.Spread{Callers: h.isTrunk(l.From), Called: h.isTrunk(l.To)},
		manners: load.Manners{Busy: l.Busy, Rejected: l.Rejected, Mute: l.Mute},
		media:   load.Media{Share: l.Media / 100, Most: cmp.Or(l.Lines, mostVoices), AnyNumber: l.AnyNumber},
	}
	if o.media.Share > 0 {
		if ok, calls := o.media.Spoken(o.arrivals()); !ok {
			return o, fmt.Errorf("media %g: of %d calls that is less than one: want a greater share, or more calls", l.Media, calls)
		}
	}
	if l.Watch != nil {
		o.watch = func(x load.Live) { l.Watch(Progress(x)) }
	}
	for _, s := range l.Steps {
		o.Steps = append(o.Steps, record.LoadStep{Rate: s.Rate, For: int64(s.For)})
	}
	if o.hold, err = load.ParseTimes(l.Hold); err != nil {
		return o, fmt.Errorf("hold: %w", err)
	}
	if l.Answer != "" && l.Answer != "0s" {
		if o.manners.Answer, err = load.ParseRinging(l.Answer); err != nil {
			return o, fmt.Errorf("answer: %w", err)
		}
	}
	return o, nil
}

// complete fills in what was not said, and gives the bounds of a search.
func (h *Harness) complete(l *Load) load.Bounds {
	bounds := h.boundsOf(l)
	if l.Rate == 0 {
		l.Rate = h.site.Limits.Rate
		if l.Search != "" {
			l.Rate = bounds.Start
		}
	}
	if len(l.Steps) > 0 {
		l.Rate, l.For = 0, 0
		for _, s := range l.Steps {
			l.Rate, l.For = max(l.Rate, s.Rate), l.For+s.For
		}
	}
	if l.Limit == 0 {
		l.Limit = mostOfBundled
		if _, real := h.site.Tested(); real {
			l.Limit = h.site.Limits.Calls
		}
	}
	if l.Calls == 0 && l.For == 0 {
		l.For = 10 * time.Second
	}
	if l.Hold == "" {
		l.Hold = "0s"
	}
	return bounds
}

// mayBeLate is how late a call may begin: a twentieth of the least delay that
// is asked for, for so much is added to what is measured, and 5 to 100 ms.
func (h *Harness) mayBeLate(l Load) time.Duration {
	least := cmp.Or(l.P95PDD, h.site.Thresholds.Load.PDD)
	if srd := cmp.Or(l.P95SRD, h.site.Thresholds.Load.SRD); srd > 0 {
		least = min(least, srd)
	}
	return min(gentleLate, max(5*time.Millisecond, least/20))
}

func (l Load) faults() error {
	var faults []error
	if !(l.Rate > 0) || math.IsInf(l.Rate, 1) { // no number is within no limit, and beyond none
		faults = append(faults, fmt.Errorf("rate %g: want calls a second, above 0", l.Rate))
	}
	if l.For < 0 || l.Ramp < 0 {
		faults = append(faults, fmt.Errorf("for %s, ramp %s: want times, not below 0", l.For, l.Ramp))
	}
	for _, s := range l.Steps {
		if !(s.Rate > 0) || math.IsInf(s.Rate, 1) || s.For <= 0 {
			faults = append(faults, fmt.Errorf("steps: %g for %s: want calls a second, above 0, and a time", s.Rate, s.For))
		}
	}
	if len(l.Steps) > 0 && (l.Poisson || l.Ramp > 0 || l.Calls > 0) {
		faults = append(faults, errors.New("steps: want them without Poisson, a ramp and a number of calls"))
	}
	if l.Limit < 0 {
		faults = append(faults, fmt.Errorf("limit %d: want calls at a time", l.Limit))
	}
	if l.Pace != nil && (l.Poisson || l.Ramp > 0 || len(l.Steps) > 0 || l.Search != "") {
		faults = append(faults, errors.New("pace: want it without Poisson, a ramp, steps and a search"))
	}
	if !(l.Media >= 0 && l.Media <= 100) || l.Lines < 0 {
		faults = append(faults, fmt.Errorf("media %g, lines %d: want percent from 0 to 100, and calls at a time", l.Media, l.Lines))
	}
	if !(l.Busy >= 0 && l.Rejected >= 0 && l.Mute >= 0 && l.Busy+l.Rejected+l.Mute <= 1) {
		faults = append(faults, fmt.Errorf("busy %g, rejected %g, mute %g: want shares from 0 to 1, and 1 at most in all", l.Busy, l.Rejected, l.Mute))
	}
	return errors.Join(faults...)
}

func (l Load) arrivals(seed uint64) func() load.Arrivals {
	return func() load.Arrivals {
		a := load.Constant(l.Rate)
		switch {
		case len(l.Steps) > 0:
			return load.Steps(l.Steps...)
		case l.Pace != nil:
			a = load.Adjustable(l.Pace)
		case l.Poisson:
			a = load.Poisson(l.Rate, seed)
		case l.Ramp > 0:
			a = load.Ramp(0, l.Rate, l.Ramp)
		}
		return load.Until(a, l.Calls, l.For)
	}
}

// isTrunk tells whether a name is a trunk's; no name at all leaves the choice
// to us, and we choose trunks where there are any.
func (h *Harness) isTrunk(name string) bool {
	_, ok := h.site.Trunk(name)
	return ok || name == ""
}

// callable finds what is wrong with the parties of a load.
func (h *Harness) callable(from, to string) error {
	if from == "" && to == "" {
		return nil
	}
	var who []string
	for _, name := range []string{from, to} {
		if t, ok := h.site.Trunk(name); ok {
			name = t.Numbers.At(0)
		}
		p := h.site.PlayedBy(name)
		if !h.isPhone(name) && h.trunkOf(name) == "" {
			return fmt.Errorf("%q is neither a trunk, nor a number of one, nor of a phone: want two such", name)
		}
		who = append(who, p)
	}
	if who[0] == who[1] {
		return fmt.Errorf("%s and %s are both %s: want two parties", from, to, who[0])
	}
	if p, forbidden := h.site.Forbids(to); forbidden {
		return fmt.Errorf("%s is not dialled: never_dial forbids numbers that start with %q", to, string(p))
	}
	return nil
}

// isPhone tells whether a number reaches a phone's account.
func (h *Harness) isPhone(number string) bool {
	return slices.ContainsFunc(h.site.PhoneAccounts(), func(a site.Account) bool { return a.Dialled() == number })
}

// trunkOf names the trunk that has a number; empty if none has.
func (h *Harness) trunkOf(number string) string {
	for _, t := range h.site.Trunks {
		if t.Numbers.Contains(number) {
			return t.Name
		}
	}
	return ""
}

// carries offers the load and holds every rule against it, though one fails.
func (w *world) carries(ctx context.Context, l Load, o offer) error {
	if err := w.sides(ctx, l.From, l.To); err != nil {
		return err
	}
	w.scenario.Name = fmt.Sprintf("%g calls a second from %s to %s", l.Rate, w.caller.Name, w.callee.Name)
	if err := w.offer(ctx, o); err != nil {
		return err
	}
	if err := stopped(ctx); err != nil {
		return err
	}
	if err := w.offered(); err != nil {
		return err
	}
	allowed := w.h.site.Thresholds.Load
	e := w.underLoad()
	if l.MaxFailed != nil {
		e.Failed = *l.MaxFailed
	}
	faults := []error{w.must(ctx, e, "load.delivered", "load.failed")}
	for _, d := range []struct {
		delay      string
		said, kept time.Duration
	}{{check.PostDial, l.P95PDD, allowed.PDD}, {check.SessionRequest, l.P95SRD, allowed.SRD}} {
		limit := cmp.Or(d.said, d.kept)
		if limit > 0 && w.loaded.fact.Callers.Answered > 0 {
			faults = append(faults, w.setUpWithin(ctx, d.delay, limit))
		}
	}
	if w.loaded.fact.Voices != nil && w.loaded.fact.Callers.Answered > 0 {
		w.h.again(&e)
		faults = append(faults, w.mustLoaded(ctx, e, "load.heard"))
	}
	return errors.Join(append(faults, w.noneLeft(ctx))...)
}

// sides finds who calls and who is called.
func (w *world) sides(ctx context.Context, from, to string) (err error) {
	if from == "" && to == "" {
		if w.caller, err = w.cast.Trunk(0); err == nil {
			w.callee, err = w.cast.Trunk(1)
		}
		if err != nil {
			return w.aCallerAndACallee(ctx, registration)
		}
		return nil
	}
	if w.caller, err = w.party(ctx, from); err != nil {
		return err
	}
	w.callee, err = w.party(ctx, to)
	return err
}

// party gives who is named: a trunk, or whoever has the number, registered
// where that is a phone.
func (w *world) party(ctx context.Context, name string) (*stage.Player, error) {
	if t, ok := w.h.site.Trunk(name); ok {
		name = t.Numbers.At(0)
	}
	p, err := w.cast.PlayerFor(name)
	if err != nil || !p.Registers() {
		return p, err
	}
	return p, w.register(ctx, p)
}
