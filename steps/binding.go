package steps

import (
	"context"
	"fmt"
	"time"

	"github.com/cucumber/godog"

	"ringproof/internal/check"
	"ringproof/internal/stage"
	"ringproof/reports/record"
	"ringproof/simulators/ua"
)

// binding is what a scenario knows of its registrations.
type binding struct {
	short   record.Registration // the one whose end is waited for
	ended   int64               // when a registration was over, or would have been
	old     *stage.Player       // the callee at the address that it has left
	branch  *stage.Branch
	number  stage.Bound // the one dialled
	thief   *stage.Player
	demand  string // of the thief, as far as it was granted
	undo    []ua.Enrolment
	asked   int // accounts, without credentials
	foreign string
}

// bindingSteps: registrations that are renewed, end, are removed or move.
func (w *world) bindingSteps(sc *godog.ScenarioContext) {
	w.on(sc, `a registered caller`, w.aRegisteredCaller)
	w.on(sc, `a callee that registers for a short time`, w.aShortRegistration)
	w.on(sc, `the callee renews its registration`, w.renews)
	w.on(sc, `the first registration (?:has|would have) ended`, w.ends)
	w.on(sc, `the renewed callee is reached`, w.renewedReached)
	w.on(sc, `the callee is not called, for its registration has ended`, w.endedWithheld)
	w.on(sc, `the callee removes its registration by (its contact|the Expires header)`, w.removes)
	w.on(sc, `the callee is not called, for it has removed its registration`, w.removedWithheld)
	w.on(sc, `the callee moves to a new address and registers from there`, w.moves)
	w.on(sc, `the callee is reached at its new address, and not at the old one first`, w.movedReached)
	w.on(sc, `a callee that has not registered`, w.aCalleeOffline)
	w.on(sc, `the caller is told that the callee is offline`, w.toldOffline)
}

func (w *world) aRegisteredCaller(ctx context.Context) (err error) {
	w.caller, err = w.phone(ctx, 0)
	return err
}

// aShortRegistration binds the callee for as short a time as the registrar
// lets it.
func (w *world) aShortRegistration(ctx context.Context) (err error) {
	if w.callee, err = w.cast.PhoneOf(1); err != nil {
		return err
	}
	w.dialled = w.callee.Number
	asked := w.h.site.Registration.Expiry
	f, _ := w.callee.Phone.RegisterFor(ctx, asked) // its error is in the fact
	w.registration, w.binding.short = &f, f
	if err := w.must(ctx, check.Evidence{}, "register.accepted"); err != nil {
		return err
	}
	if f.Granted == 0 {
		return &stage.UnprovableError{Missing: "the registrar does not say how long it binds the contact"}
	}
	if time.Duration(f.Granted)*time.Second > longestWait {
		return &stage.UnprovableError{Missing: fmt.Sprintf("the registrar binds the contact for %d s where %s was asked for: longer than a scenario waits", f.Granted, asked)}
	}
	return nil
}

// longestWait bounds the wait for the end of a registration.
const longestWait = 5 * time.Minute

func (w *world) renews(ctx context.Context) error { return w.register(ctx, w.callee) }

// ends waits until the short registration is over, by the registrar's own
// words and with the profile's grace.
func (w *world) ends(ctx context.Context) error {
	f := w.binding.short
	w.binding.ended = f.End + int64(time.Duration(f.Granted)*time.Second+w.h.site.Registration.Grace)
	return w.sleeps(ctx, w.binding.ended)
}

// sleeps waits for a time of the record, the end of a registration or of an idle time.
func (w *world) sleeps(ctx context.Context, at int64) error {
	// A nanosecond more, for the record knows no time 0 and calls it 1.
	return passes(ctx, time.Duration(at-w.h.journal.Now())+time.Nanosecond)
}

// passes waits for the end of a time that a rule knows.
func passes(ctx context.Context, left time.Duration) error {
	waits(ctx, left)
	select {
	case <-time.After(left):
		return nil
	case <-ctx.Done():
		return stopped(ctx)
	}
}

func (w *world) renewedReached(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Answer, Ended: w.binding.ended, Numbers: w.callee.Numbers()}
	w.called = w.arrival(ctx, e)
	return w.inTurn(ctx, e, "register.renewed", "call.once")
}

// withheldBy waits until the caller was refused, so that no call can come any
// more, and holds the rule against that.
func (w *world) withheldBy(ctx context.Context, rule string) error {
	e := w.expecting("offline", check.Evidence{Within: w.h.site.Thresholds.Answer, Ended: w.binding.ended})
	w.called = w.arrival(ctx, e)
	return w.inTurn(ctx, e, rule, "register.offline")
}

// inTurn holds rules against what was observed, each only if those before it
// hold: what follows from a failure is no failure of its own.
func (w *world) inTurn(ctx context.Context, e check.Evidence, rules ...string) error {
	for _, r := range rules {
		if err := w.must(ctx, e, r); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) endedWithheld(ctx context.Context) error { return w.withheldBy(ctx, "register.ended") }

func (w *world) removedWithheld(ctx context.Context) error {
	return w.withheldBy(ctx, "register.removed")
}

func (w *world) removes(ctx context.Context, how string) error {
	f, _ := w.callee.Phone.Remove(ctx, how == "its contact") // its error is in the fact
	w.registration, w.binding.ended = &f, f.End
	return w.must(ctx, check.Evidence{}, "register.accepted")
}

func (w *world) moves(ctx context.Context) (err error) {
	w.binding.old = w.callee
	w.binding.old.Behave(silent())
	if w.callee, err = w.cast.Again(w.binding.old); err != nil {
		return err
	}
	return w.register(ctx, w.callee)
}

func (w *world) movedReached(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Answer}
	w.called = w.arrival(ctx, e)
	w.firstCalled = arrived(ctx, w.binding.old)
	return w.inTurn(ctx, e, "register.moved", "call.once")
}

// aCalleeOffline takes an account that nothing has registered in this run, if
// the profile has one to spare.
func (w *world) aCalleeOffline() (err error) {
	if w.callee, err = w.cast.Spare(); err == nil {
		w.dialled = w.callee.Number
	}
	return err
}

func (w *world) toldOffline(ctx context.Context) error {
	e := w.expecting("offline", check.Evidence{Within: w.h.site.Thresholds.Answer})
	if w.called = w.arrival(ctx, e); w.called == nil {
		w.called = w.cast.Elsewhere(w.caller, w.callee)
	}
	return w.must(ctx, e, "register.offline")
}
