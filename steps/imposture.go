package steps

import (
	"context"

	"github.com/cucumber/godog"

	"ringproof/internal/check"
	"ringproof/internal/stage"
	"ringproof/simulators/ua"
)

// impostureSteps: who passes for somebody else.
func (w *world) impostureSteps(sc *godog.ScenarioContext) {
	w.on(sc, `the caller calls the callee with the number of another account`, w.callsAsAnother)
	w.on(sc, `the callee is not shown that number`, w.notShown)
	w.on(sc, `an intruder repeats the credentials of the callee from elsewhere`, w.repeats)
	w.on(sc, `the repeated credentials are not accepted`, w.notRepeated)
	w.on(sc, `the intruder is not called`, w.intruderWithheld)
}

func (w *world) callsAsAnother(ctx context.Context) (err error) {
	if w.binding.foreign, err = w.cast.Foreign(w.caller, w.callee); err != nil {
		return err
	}
	w.call, err = w.caller.DialAs(ctx, w.binding.foreign, w.dialled)
	if w.call != nil {
		err = nil // what went wrong is in the call's fact, and judged there
	}
	return err
}

func (w *world) notShown(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Answer, Foreign: w.binding.foreign}
	w.called = w.arrival(ctx, e)
	return w.must(ctx, e, "identity.own")
}

// repeats sends a REGISTER for the callee's account with the credentials that
// the callee used last, and a contact of the intruder's own: qop=auth protects
// no header field (RFC 7616 §3.4.3).
func (w *world) repeats(ctx context.Context) (err error) {
	proof := w.callee.Phone.Proof()
	if proof == "" {
		return &stage.UnprovableError{Missing: "the system asked the callee for no credentials that could be repeated"}
	}
	if w.binding.thief, err = w.cast.Eavesdropper(w.callee); err != nil {
		return err
	}
	// For a short time only: it must not outlast the scenario if it is bound.
	f := w.binding.thief.Enrol(ctx, ua.Enrolment{Repeated: proof, Expires: w.h.site.Registration.Expiry})
	w.registration = &f
	return stopped(ctx)
}

func (w *world) notRepeated(ctx context.Context) error {
	return w.must(ctx, check.Evidence{}, "register.repeated")
}

// intruderWithheld holds the rule that a call arrives where it should against
// the intruder, once the callee was reached.
func (w *world) intruderWithheld(ctx context.Context) error {
	if c := arrived(ctx, w.binding.thief); c != nil {
		w.called = c
	}
	return w.must(ctx, check.Evidence{Numbers: w.callee.Numbers()}, "call.delivered")
}
