package steps

import (
	"context"
	"slices"

	"github.com/cucumber/godog"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// cancelSteps: giving a call up.
func (w *world) cancelSteps(sc *godog.ScenarioContext) {
	w.on(sc, `the caller gives up while it rings`, w.givesUp)
	w.on(sc, `the caller gives up before it rings`, w.givesUpEarly)
	w.on(sc, `the callee's phone stops ringing`, w.stopsRinging)
	w.on(sc, `the callee's phone is told`, w.stopsRinging)
	w.on(sc, `the caller's call has ended as cancelled`, w.endedCancelled)
	w.on(sc, `the caller is told that the call is over`, w.toldOver)
	w.on(sc, `nobody is left in the call`, w.nobodyLeft)
}

// givesUpEarly cancels at once: the CANCEL goes out with the first provisional
// response (RFC 3261 §9.1).
func (w *world) givesUpEarly(ctx context.Context) error { return w.call.Cancel(ctx) }

// givesUp waits for the ringing before it cancels. A 180 that is late or
// missing is no fault: what allows a CANCEL is any provisional response.
func (w *world) givesUp(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Answer}
	w.until(ctx, e, func(a record.Attempt) bool {
		return final(a) || slices.ContainsFunc(a.Responses, func(r record.Response) bool { return r.Code > 100 && r.Code < 200 })
	})
	if err := stopped(ctx); err != nil {
		return err
	}
	return w.call.Cancel(ctx)
}

func (w *world) stopsRinging(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Release}
	wait, cancel := within(ctx, e.Within)
	defer cancel()
	_ = w.called.Await(wait, func(a record.Attempt) bool { return a.CancelAt != 0 }) // judged by what was seen
	return w.must(ctx, e, "cancel.passed-on")
}

func (w *world) endedCancelled(ctx context.Context) error {
	return w.cancelled(ctx, "cancel.ended", "call.once")
}

func (w *world) toldOver(ctx context.Context) error { return w.cancelled(ctx, "cancel.ended") }

// cancelled waits for what ends a call that was cancelled.
func (w *world) cancelled(ctx context.Context, rules ...string) error {
	e := w.expecting("cancelled", check.Evidence{Within: w.h.site.Thresholds.Release})
	w.until(ctx, e, func(a record.Attempt) bool { return final(a) && a.CancelCode >= 200 })
	return w.must(ctx, e, rules...)
}

// nobodyLeft waits until both sides of a call that was answered while it was
// cancelled know that it is over.
func (w *world) nobodyLeft(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Release}
	wait, cancel := within(ctx, e.Within)
	defer cancel()
	over := func(a record.Attempt) bool {
		return a.Outcome == record.Answered && a.ByeAt != 0 && (!a.ByeSent || a.ByeCode != 0) || a.Final() >= 300
	}
	_ = w.called.Await(wait, over) // judged by what was seen
	_ = w.call.Await(wait, over)   // judged by what was seen
	return w.must(ctx, e, "cancel.crossing", "call.once")
}
