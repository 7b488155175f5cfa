package steps

import (
	"context"
	"time"

	"github.com/cucumber/godog"

	"ringproof/internal/check"
	"ringproof/reports/record"
	"ringproof/simulators/ua"
)

// releaseSteps: hanging up, and what is left over of calls.
func (w *world) releaseSteps(sc *godog.ScenarioContext) {
	w.on(sc, `the (caller|callee) hangs up`, w.hangsUp)
	w.on(sc, `both sides are released`, w.released)
	w.on(sc, `a call to the callee is answered and released`, w.oneReleased)
	w.on(sc, `a call to the callee is declined`, w.oneDeclined)
	w.on(sc, `a call to the callee is given up while it rings`, w.oneGivenUp)
	w.on(sc, `the callee answers again`, func() { w.callee.Behave(ua.Behaviour{}) })
	w.on(sc, `nothing has come of the calls that had ended`, w.nothingCame)
	w.on(sc, `a request within the call that was released is refused`, w.forgotten)
}

func (w *world) hangsUp(ctx context.Context, side string) error {
	if side == "caller" {
		_ = w.call.Hangup(ctx) // its error is in the fact
		return nil
	}
	_ = w.called.Hangup(ctx) // its error is in the fact
	return nil
}

func (w *world) released(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Release}
	w.awaitRelease(ctx, e)
	return w.must(ctx, e, "call.released", "call.once", "message.typed", "offer.origin")
}

func (w *world) awaitRelease(ctx context.Context, e check.Evidence) {
	wait, cancel := within(ctx, e.Within)
	defer cancel()
	over := func(a record.Attempt) bool { return a.ByeAt != 0 && (!a.ByeSent || a.ByeCode != 0) }
	_ = w.call.Await(wait, over)   // judged by what was seen
	_ = w.called.Await(wait, over) // judged by what was seen
}

// oneReleased makes a call of which nothing may be left.
func (w *world) oneReleased(ctx context.Context) error {
	w.callee.Behave(ua.Behaviour{})
	for _, step := range []func(context.Context) error{
		w.calls, w.reached, w.answered, w.hearsUnjudged,
		func(ctx context.Context) error { return w.hangsUp(ctx, "caller") },
		w.gone,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	w.putAside()
	return nil
}

// hearsUnjudged lets both speak, so that there is media to be left over.
func (w *world) hearsUnjudged(ctx context.Context) error {
	wait, cancel := within(ctx, w.h.site.Thresholds.Voice)
	defer cancel()
	hear(wait, w.call, w.callee, check.Enough)
	return stopped(ctx)
}

func (w *world) oneDeclined(ctx context.Context) error {
	w.callee.Behave(ua.Behaviour{Reject: busyHere})
	for _, step := range []func(context.Context) error{w.calls, w.reached, w.declined} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	w.putAside()
	return nil
}

// declined waits for the refusal, whatever its code: that is judged elsewhere.
func (w *world) declined(ctx context.Context) error {
	w.until(ctx, check.Evidence{Within: w.h.site.Thresholds.Answer}, final)
	return stopped(ctx)
}

func (w *world) oneGivenUp(ctx context.Context) error {
	w.callee.Behave(ua.Behaviour{Ring: true})
	for _, step := range []func(context.Context) error{w.calls, w.reached, w.givesUp, w.stopsRinging, w.declined} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	w.putAside()
	return nil
}

// gone waits for the release of both sides.
func (w *world) gone(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Release}
	w.awaitRelease(ctx, e)
	return w.must(ctx, e, "call.released")
}

// past is one call that has ended.
type past struct{ call, called *ua.Call }

// putAside puts the call aside, to see whether anything comes of it yet.
func (w *world) putAside() {
	w.ended = append(w.ended, past{w.call, w.called})
	w.call, w.called = nil, nil
}

// nothingCame holds every call that has ended to silence. The call that was made
// after them is the barrier: what was on its way has come by now.
func (w *world) nothingCame(ctx context.Context) error {
	now, called := w.call, w.called
	defer func() { w.call, w.called = now, called }()
	for _, p := range w.ended {
		w.call, w.called = p.call, p.called
		if err := w.must(ctx, check.Evidence{}, "call.quiet"); err != nil {
			return err
		}
	}
	return nil
}

// lingers is how long a dialog may stay with the transaction of the BYE that
// ended it: Timer J (RFC 3261 §17.2.2), and a T1 for the way.
const lingers = 65 * 500 * time.Millisecond

// forgotten asks within the first call that has ended. Whoever does not refuse
// that is asked again when the transaction is gone: it holds the dialog of a
// healthy Asterisk for that long.
func (w *world) forgotten(ctx context.Context) error {
	now, called := w.call, w.called
	defer func() { w.call, w.called = now, called }()
	w.call, w.called = w.ended[0].call, w.ended[0].called
	e := check.Evidence{Within: w.h.site.Thresholds.Release}
	wait, cancel := within(ctx, e.Within)
	defer cancel()
	_ = w.call.Ask(wait) // no answer is judged as such
	if w.call.Fact().AskedCode < 300 {
		if err := passes(ctx, lingers); err != nil {
			return err
		}
		again, cancel := within(ctx, e.Within)
		defer cancel()
		_ = w.call.Ask(again)
	}
	return w.must(ctx, e, "call.forgotten")
}
