package steps

import (
	"context"

	"github.com/cucumber/godog"

	"ringproof/internal/check"
	"ringproof/reports/record"
	"ringproof/simulators/ua"
)

// callSteps: placing calls, and what becomes of them.
func (w *world) callSteps(sc *godog.ScenarioContext) {
	w.on(sc, `the caller calls (?:the callee|that number)`, w.calls)
	w.on(sc, `the callee's phone is reached`, w.reached)
	w.on(sc, `the second target is called`, w.secondCalled)
	w.on(sc, `the call is answered`, w.answered)
	w.on(sc, `the caller is told that the callee is busy`, w.busy)
	w.on(sc, `the caller is told that the callee declined`, w.rejected)
	w.on(sc, `the caller is told that nobody picked up`, w.nobodyPickedUp)
	w.on(sc, `the caller is refused`, w.refused)
	w.on(sc, `the callee calls the caller's number`, w.callsBack)
	w.on(sc, `the call does not reach the caller's phone`, w.withheld)
}

func (w *world) calls(ctx context.Context) (err error) {
	w.call, err = w.caller.Dial(ctx, w.dialled, w.how...)
	if w.call != nil {
		err = nil // what went wrong is in the call's fact, and judged there
	}
	return err
}

// callsBack turns the roles round.
func (w *world) callsBack(ctx context.Context) error {
	w.caller, w.callee = w.callee, w.caller
	w.dialled = w.callee.Number
	return w.calls(ctx)
}

func (w *world) withheld(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Answer}
	w.called = w.arrival(ctx, e)
	return w.must(ctx, e, "call.withheld")
}

// until waits for the caller's leg to be as wanted, or final, or the bound.
func (w *world) until(ctx context.Context, e check.Evidence, wanted func(record.Attempt) bool) {
	ctx, cancel := within(ctx, e.Within)
	defer cancel()
	_ = w.call.Await(ctx, wanted) // its end is judged by what was seen
}

func final(a record.Attempt) bool { return a.Outcome != record.Pending }

// reached waits for the INVITE at the callee, or until the caller was refused.
func (w *world) reached(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Answer, Numbers: w.callee.Numbers()}
	if w.called = w.arrival(ctx, e); w.called == nil {
		w.called = w.cast.Elsewhere(w.caller, w.callee)
	}
	return w.must(ctx, e, "call.delivered")
}

// arrival waits for a call to the callee until the bound, or until the caller
// has a final response and so none can come any more.
func (w *world) arrival(ctx context.Context, e check.Evidence) *ua.Call {
	wait, cancel := within(ctx, e.Within+e.Guard)
	defer cancel()
	over, stop := context.WithCancel(wait)
	defer stop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		// An answer must have come from somebody: that arrival is awaited.
		if w.call.Await(over, final) == nil && w.call.Fact().Outcome != record.Answered {
			stop()
		}
	}()
	c, err := w.callee.ArrivalAfter(over, len(w.ended))
	stop()
	<-done
	if err != nil {
		return nil
	}
	return c
}

func (w *world) secondCalled(ctx context.Context) error {
	return w.second(ctx, "route.fallback")
}

func (w *world) answered(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Answer}
	w.until(ctx, e, final)
	return w.must(ctx, e, "call.answered", "dialog.contact", "message.typed")
}

func (w *world) busy(ctx context.Context) error {
	e := w.expecting("busy", check.Evidence{Within: w.h.site.Thresholds.Answer})
	w.until(ctx, e, final)
	return w.must(ctx, e, "call.busy", "call.once")
}

func (w *world) rejected(ctx context.Context) error {
	e := w.expecting("rejected", check.Evidence{Within: w.h.site.Thresholds.Answer})
	w.until(ctx, e, final)
	return w.must(ctx, e, "call.rejected", "call.once")
}

// nobodyPickedUp waits for the end of the ring time, and for the CANCEL that
// silences the phone.
func (w *world) nobodyPickedUp(ctx context.Context) error {
	e := w.expecting("no_answer", check.Evidence{Within: w.h.site.Thresholds.Answer, Ring: w.ring})
	wait, cancel := within(ctx, e.Ring+e.Within)
	defer cancel()
	_ = w.call.Await(wait, final)                                                                // judged by what was seen
	_ = w.called.Await(wait, func(a record.Attempt) bool { return final(a) && a.CancelAt != 0 }) // judged by what was seen
	return w.must(ctx, e, "call.no-answer", "call.once")
}

func (w *world) refused(ctx context.Context) error {
	e := w.expecting("wrong_password", check.Evidence{Within: w.h.site.Thresholds.Answer})
	w.until(ctx, e, final)
	now, cancel := context.WithCancel(ctx)
	cancel()
	w.called, _ = w.callee.Arrival(now)
	return w.must(ctx, e, "call.refused")
}
