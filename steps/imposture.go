package steps

import (
	"context"
	"strings"
	"time"

	"github.com/cucumber/godog"

	"ringproof/internal/check"
	"ringproof/internal/stage"
	"ringproof/reports/record"
	"ringproof/simulators/ua"
)

// impostureSteps: who passes for somebody else.
func (w *world) impostureSteps(sc *godog.ScenarioContext) {
	w.on(sc, `the caller calls the callee with the number of another account`, w.callsAsAnother)
	w.on(sc, `the callee is not shown that number`, w.notShown)
	w.on(sc, `an intruder repeats the credentials of the callee from elsewhere`, w.repeats)
	w.on(sc, `the repeated credentials are not accepted`, w.notRepeated)
	w.on(sc, `somebody asks for a registration of each account without credentials`, w.asksUnproved)
	w.on(sc, `no account is registered`, w.noneRegistered)
	w.on(sc, `somebody asks for the removal of the callee's phone without credentials`, w.removesUnproved)
	w.on(sc, `the phone is not removed`, w.notRemoved)
	w.on(sc, `an intruder registers for the callee and removes the callee's phone with the caller's credentials`, w.hijacks)
	w.on(sc, `the callee's phone alone is called`, w.notHijacked)
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

// forkWithin is how much later than one branch of a fork the other may come.
const forkWithin = 300 * time.Millisecond

// asksUnproved sends for each account the REGISTER that phones begin with, and
// never an answer to the challenge. It ends at the first that is accepted, and
// takes that back, or that nobody answers.
func (w *world) asksUnproved(ctx context.Context) error {
	all, err := w.cast.Unproved()
	if err != nil {
		return err
	}
	for _, u := range all {
		for _, a := range u.Accounts {
			wait, cancel := within(ctx, w.h.site.Thresholds.Answer)
			f := u.Enrol(wait, ua.Enrolment{User: a.User, Expires: w.h.site.Registration.Expiry})
			cancel()
			w.registration = &f
			w.binding.asked++
			if f.Code >= 200 && f.Code < 300 {
				u.Enrol(ctx, ua.Enrolment{User: a.User, Username: a.User, Password: a.Password})
			}
			if f.Code < 300 {
				return stopped(ctx)
			}
		}
	}
	return stopped(ctx)
}

func (w *world) noneRegistered(ctx context.Context) error {
	return w.must(ctx, check.Evidence{Asked: w.binding.asked}, "register.unproved")
}

func (w *world) removesUnproved(ctx context.Context) error {
	all, err := w.cast.Unproved()
	if err != nil {
		return err
	}
	for _, u := range all {
		if !u.Faces(w.callee) {
			continue
		}
		for _, d := range w.cast.Removals(w.callee) {
			f := w.demand(ctx, u.Player, d)
			w.registration, w.binding.demand = &f, d.What
			if f.Code >= 200 && f.Code < 300 {
				break
			}
		}
		return stopped(ctx)
	}
	return &stage.UnprovableError{Missing: "the callee's account has no password"}
}

// demand sends one REGISTER that is not its sender's to send.
func (w *world) demand(ctx context.Context, by *stage.Player, d stage.Demand) record.Registration {
	wait, cancel := within(ctx, w.h.site.Thresholds.Answer)
	defer cancel()
	return by.Enrol(wait, d.Ask)
}

func (w *world) notRemoved(ctx context.Context) error {
	return w.must(ctx, check.Evidence{Demand: w.binding.demand}, "register.kept")
}

// hijacks asks for what would take the callee's calls away. What is granted
// proves nothing yet: a registrar may go by the credentials, and bind the
// sender's own account.
func (w *world) hijacks(ctx context.Context) (err error) {
	if w.binding.thief, err = w.cast.Eavesdropper(w.callee); err != nil {
		return err
	}
	var granted []string
	for _, d := range w.cast.Demands(w.callee, w.caller) {
		f := w.demand(ctx, w.binding.thief, d)
		w.registration = &f
		if f.Code >= 200 && f.Code < 300 {
			granted = append(granted, d.What)
			w.binding.undo = append(w.binding.undo, d.Undo...)
		}
	}
	w.binding.demand = strings.Join(granted, ", and for ")
	return stopped(ctx)
}

// notHijacked looks who is called, and takes back what was bound.
func (w *world) notHijacked(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Answer, Numbers: w.callee.Numbers(), Demand: w.binding.demand}
	w.called = w.arrival(ctx, e)
	beside, cancel := within(ctx, forkWithin)
	defer cancel()
	if c, err := w.binding.thief.Arrival(beside); err == nil {
		w.called = c
	}
	for _, undo := range w.binding.undo {
		w.binding.thief.Enrol(ctx, undo)
	}
	if err := stopped(ctx); err != nil {
		return err
	}
	return w.must(ctx, e, "register.owned")
}

// intruderWithheld holds the rule that a call arrives where it should against
// the intruder, once the callee was reached.
func (w *world) intruderWithheld(ctx context.Context) error {
	if c := arrived(ctx, w.binding.thief); c != nil {
		w.called = c
	}
	return w.must(ctx, check.Evidence{Numbers: w.callee.Numbers()}, "call.delivered")
}
