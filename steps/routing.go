package steps

import (
	"context"
	"time"

	"github.com/cucumber/godog"

	"ringproof/internal/check"
	"ringproof/internal/site"
	"ringproof/simulators/ua"
)

// routingSteps: routes with a second target, numbers that lead nowhere, calls
// that run in circles.
func (w *world) routingSteps(sc *godog.ScenarioContext) {
	w.on(sc, `a number whose route has a first target that refuses with (\d+)`, w.aRefusingFirstTarget)
	w.on(sc, `a number whose route has a first target with a form of its own that refuses with (\d+)`, w.aRefusingFirstTargetOfItsOwn)
	w.on(sc, `a number whose route has a first target that rings`, w.aRingingFirstTarget)
	w.on(sc, `a number whose route has a first target that says 100 and no more`, w.aTryingFirstTarget)
	w.on(sc, `a number whose route has a first target with a closed port`, w.aClosedFirstTarget)
	w.on(sc, `a number whose route has a first target that answers no question`, w.aDeafFirstTarget)
	w.on(sc, `a number whose route has a silent first target and a second that refuses with (\d+)`, w.noTargetLeft)
	w.on(sc, `a caller who is neither target`, w.aCallerBesides)
	w.on(sc, `a lone caller in (peer-to-peer|registration) mode`, w.aLoneCaller)
	w.on(sc, `a number that does not exist`, w.anUnallocatedNumber)
	w.on(sc, `a number with too few digits`, w.anIncompleteNumber)
	w.on(sc, `the callee's system sends the call back`, func() { w.callee.Behave(ua.Behaviour{Hairpin: mostTurns}) })
	w.on(sc, `the system under test has asked the first target often enough`, w.askedOften)
	w.on(sc, `the caller calls the callee with few hops to go`, w.callsWithFewHops)
	w.on(sc, `the caller gives up while the first target rings`, w.givesUpFirst)
	w.on(sc, `the second target is left alone`, w.secondLeftAlone)
	w.on(sc, `the second target is called in place of the one that refused`, w.secondAfterRefusal)
	w.on(sc, `the second target is called in place of the closed one`, w.secondAfterClosed)
	w.on(sc, `the second target is called in place of the one that said no more`, w.secondAfterTrying)
	w.on(sc, `the second target is called at once`, w.secondAtOnce)
	w.on(sc, `the caller is told that the first target is busy, and the second is left alone`, w.busyIsFinal)
	w.on(sc, `the caller is told that nobody can be reached`, w.allDown)
	w.on(sc, `the number is refused as (unallocated|incomplete)`, w.numberRefused)
	w.on(sc, `the call ends after few turns`, w.fewTurns)
}

const (
	// afterGuard is how long a target may take that is called when a guard
	// time has ended.
	afterGuard = 500 * time.Millisecond
	// fewHops is the Max-Forwards of a call that is to run in circles: three
	// turns at most.
	fewHops = 6
	// mostTurns is where our own party ends it, whatever is left.
	mostTurns = 8
)

// aPair takes a number with two targets.
func (w *world) aPair(wanted func(site.Route, site.Trunk) bool, missing string) error {
	p, err := w.cast.Alternatives(wanted, missing)
	if err != nil {
		return err
	}
	w.pair = p
	w.first, w.callee, w.guard, w.dialled = p.First, p.Second, p.Guard, p.Second.Number
	return nil
}

func anyPair(site.Route, site.Trunk) bool { return true }

const noPair = "the profile has no route with a second target: fill in routes[].targets and routes[].numbers"

func (w *world) aRefusingFirstTarget(code int) error {
	wanted := func(r site.Route, _ site.Trunk) bool { return code != busyHere || !r.AdvancesOn(code) }
	if err := w.aPair(wanted, noPair+" that a busy first one does not lead to"); err != nil {
		return err
	}
	w.first.Behave(ua.Behaviour{Reject: code})
	return nil
}

// aRefusingFirstTargetOfItsOwn takes a pair that is shown callers in different
// forms, where the profile has one: else what is done to the number for the first
// may still be done again for the second.
func (w *world) aRefusingFirstTargetOfItsOwn(code int) error {
	differs := func(r site.Route, first site.Trunk) bool {
		second, _ := w.h.site.Trunk(r.Targets[1])
		return first.Caller != second.Caller
	}
	if w.aPair(differs, "") != nil {
		if err := w.aPair(anyPair, noPair); err != nil {
			return err
		}
	}
	w.first.Behave(ua.Behaviour{Reject: code})
	return nil
}

func (w *world) aRingingFirstTarget() error {
	if err := w.aPair(anyPair, noPair); err != nil {
		return err
	}
	w.first.Behave(ua.Behaviour{Ring: true})
	return nil
}

func (w *world) aTryingFirstTarget() error {
	if err := w.aPair(anyPair, noPair); err != nil {
		return err
	}
	w.first.Behave(ua.Behaviour{Trying: true})
	return nil
}

func (w *world) aClosedFirstTarget(ctx context.Context) error {
	if err := w.aPair(anyPair, noPair); err != nil {
		return err
	}
	w.cast.ClosePort(ctx, w.first)
	return nil
}

func (w *world) aDeafFirstTarget() error {
	err := w.aPair(func(_ site.Route, first site.Trunk) bool { return first.Supervised() },
		"the profile has no route with a second target whose first has options: fill in trunks[].options")
	if err != nil {
		return err
	}
	w.first.Behave(ua.Behaviour{Silent: true})
	w.cast.Deafen(w.first)
	return nil
}

func (w *world) noTargetLeft(code int) error {
	if err := w.aPair(anyPair, noPair); err != nil {
		return err
	}
	w.first.Behave(ua.Behaviour{Silent: true})
	w.callee.Behave(ua.Behaviour{Reject: code})
	return nil
}

func (w *world) aCallerBesides() (err error) {
	w.caller, err = w.cast.Caller(w.first, w.callee)
	return err
}

func (w *world) aLoneCaller(ctx context.Context, mode string) (err error) {
	if mode == registration {
		w.caller, err = w.phone(ctx, 0)
		return err
	}
	w.caller, err = w.cast.Trunk(0)
	return err
}

func (w *world) anUnallocatedNumber() (err error) {
	w.dialled, err = w.cast.Unallocated()
	return err
}

func (w *world) anIncompleteNumber() (err error) {
	w.dialled, err = w.cast.Incomplete()
	return err
}

// askedOften waits for one question more than make the first target known to
// be down: when it comes, the answer to those before was waited for in vain.
func (w *world) askedOften(ctx context.Context) error {
	p := w.pair
	e := check.Evidence{Misses: p.Misses + 1, Every: p.Options, Within: time.Duration(p.Misses+2)*p.Options + w.h.site.Thresholds.Answer}
	wait, cancel := within(ctx, e.Within)
	defer cancel()
	e.Asked = p.First.Asked(wait, e.Misses)
	w.asked = e.Asked
	return w.must(ctx, e, "route.supervised")
}

func (w *world) callsWithFewHops(ctx context.Context) error {
	return w.callsWith(ctx, ua.Hops(fewHops))
}

// callsWith places the call with an INVITE of a kind.
func (w *world) callsWith(ctx context.Context, how ...ua.Option) (err error) {
	w.call, err = w.caller.Dial(ctx, w.dialled, how...)
	if w.call != nil {
		err = nil // what went wrong is in the call's fact, and judged there
	}
	return err
}

// second waits for the second target's call, looks what came to the first, and
// that it is for the number that was dialled: what is done to the number for one
// target is easily done again for the next.
func (w *world) second(ctx context.Context, rule string) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Fallback, Guard: w.guard, Asked: w.asked, Numbers: w.callee.Numbers()}
	w.called = w.arrival(ctx, e)
	w.firstCalled, _ = w.first.Arrival(over())
	if err := w.must(ctx, e, rule); err != nil || w.called == nil {
		return err
	}
	return w.must(ctx, e, "call.delivered")
}

// over gives a ctx that has ended: what has not come by now is not waited for.
func over() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func (w *world) secondAfterRefusal(ctx context.Context) error { return w.second(ctx, "route.refused") }

func (w *world) secondAfterTrying(ctx context.Context) error { return w.second(ctx, "route.trying") }

func (w *world) secondAfterClosed(ctx context.Context) error { return w.second(ctx, "route.closed") }
func (w *world) secondAtOnce(ctx context.Context) error      { return w.second(ctx, "route.down") }

// busyIsFinal looks at the second target once the caller has the final
// response: after it nobody is called any more.
func (w *world) busyIsFinal(ctx context.Context) error {
	e := w.expecting("busy", check.Evidence{Within: w.h.site.Thresholds.Answer})
	w.until(ctx, e, final)
	w.firstCalled, _ = w.first.Arrival(over())
	w.called, _ = w.callee.Arrival(over())
	return w.must(ctx, e, "route.busy")
}

func (w *world) givesUpFirst(ctx context.Context) error {
	wait, cancel := within(ctx, w.h.site.Thresholds.Answer)
	defer cancel()
	w.firstCalled, _ = w.first.Arrival(wait) // whether it came is judged with what follows
	return w.givesUp(ctx)
}

// secondLeftAlone looks for longer than a silent first target would have been
// waited for: a timer that the CANCEL did not stop has run out then.
func (w *world) secondLeftAlone(ctx context.Context) error {
	wait, cancel := within(ctx, w.guard+afterGuard)
	defer cancel()
	w.called, _ = w.callee.Arrival(wait)
	if err := stopped(ctx); err != nil {
		return err
	}
	return w.must(ctx, check.Evidence{Guard: w.guard}, "route.given-up")
}

func (w *world) allDown(ctx context.Context) error {
	e := w.expecting("all_down", check.Evidence{Within: w.h.site.Thresholds.Fallback})
	wait, cancel := within(ctx, e.Within+2*w.guard)
	defer cancel()
	_ = w.call.Await(wait, final) // its end is judged by what was seen
	w.firstCalled, _ = w.first.Arrival(over())
	w.called, _ = w.callee.Arrival(over())
	return w.must(ctx, e, "route.exhausted")
}

func (w *world) numberRefused(ctx context.Context, as string) error {
	e := w.expecting(as, check.Evidence{Within: w.h.site.Thresholds.Answer})
	w.until(ctx, e, final)
	w.called = w.cast.Elsewhere()
	return w.must(ctx, e, "number."+as)
}

func (w *world) fewTurns(ctx context.Context) error {
	e := w.expecting("loop", check.Evidence{Within: w.h.site.Thresholds.Answer})
	w.until(ctx, e, final)
	return w.must(ctx, e, "loop.bounded")
}
