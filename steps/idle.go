package steps

import (
	"context"
	"fmt"
	"time"

	"github.com/cucumber/godog"

	"ringproof/internal/check"
	"ringproof/internal/stage"
)

// idleSteps: a phone that says nothing for a while. What stands between it and
// the system may have forgotten the way to it by then.
func (w *world) idleSteps(sc *godog.ScenarioContext) {
	w.on(sc, `a callee that is to be idle, and registers`, w.anIdleCallee)
	w.on(sc, `the callee has said nothing for as long as the profile says`, w.idles)
	w.on(sc, `the idle callee is reached`, w.idleReached)
}

// anIdleCallee binds the callee for longer than it is idle.
func (w *world) anIdleCallee(ctx context.Context) error {
	idle := w.h.site.Registration.Idle
	if idle == 0 {
		return &stage.NotApplicableError{Why: "the profile does not say how long a phone is idle before a late call (registration.idle)"}
	}
	if err := w.aRegisteredCallee(ctx); err != nil {
		return err
	}
	f := w.registration
	w.binding.ended = f.End + int64(idle)
	if granted := time.Duration(f.Granted) * time.Second; f.Granted > 0 && granted <= idle {
		return &stage.UnprovableError{Missing: fmt.Sprintf("the registrar binds the contact for %s, and registration.idle is %s: want a shorter one", granted, idle)}
	}
	return nil
}

func (w *world) idles(ctx context.Context) error { return w.sleeps(ctx, w.binding.ended) }

func (w *world) idleReached(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Answer, Ended: w.binding.ended, Numbers: w.callee.Numbers()}
	w.called = w.arrival(ctx, e)
	return w.inTurn(ctx, e, "register.idle", "call.once")
}
