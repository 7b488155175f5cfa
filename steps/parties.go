package steps

import (
	"context"
	"fmt"

	"github.com/cucumber/godog"

	"ringproof/internal/check"
	"ringproof/internal/stage"
	"ringproof/simulators/ua"
)

// The modes as features name them.
const (
	peerToPeer   = "peer-to-peer"
	registration = "registration"
)

// partySteps: who takes part, and how they treat calls.
func (w *world) partySteps(sc *godog.ScenarioContext) {
	w.on(sc, `a caller and a callee in (peer-to-peer|registration) mode`, w.aCallerAndACallee)
	w.on(sc, `a caller at (the first peer|the other peer) and a callee at (the first peer|the other peer)`, w.aCallerAt)
	w.on(sc, `a caller at (the first phone|the other phone) and a callee at (the first phone|the other phone)`, w.phoneToPhone)
	w.on(sc, `a caller in (peer-to-peer|registration) mode`, w.aCaller)
	w.on(sc, `a caller at (a trunk|a registered phone) and a callee at (a trunk|a registered phone), in both modes`, w.acrossModes)
	w.on(sc, `a number whose route has a silent first target`, w.aSilentFirstTarget)
	w.on(sc, `a registered callee`, w.aRegisteredCallee)
	w.on(sc, `a caller's phone with a wrong password`, w.aWrongPassword)
	w.on(sc, `the callee is busy`, func() { w.callee.Behave(ua.Behaviour{Reject: busyHere}) })
	w.on(sc, `the callee declines`, func() { w.callee.Behave(ua.Behaviour{Reject: decline}) })
	w.on(sc, `the callee answers without ringing`, func() { w.callee.Behave(ua.Behaviour{AtOnce: true}) })
	w.on(sc, `the callee's phone does not ring yet`, func() { w.callee.Behave(ua.Behaviour{Trying: true}) })
	w.on(sc, `the callee answers at the moment when the caller gives up`, func() { w.callee.Behave(ua.Behaviour{Cross: true}) })
	w.on(sc, `a caller and a callee whom the system lets ring for a limited time, in (peer-to-peer|registration) mode`, w.anUnansweredCallee)
	w.on(sc, `the callee lets it ring`, func() { w.callee.Behave(ua.Behaviour{Ring: true}) })
}

// busyHere is RFC 3261 §21.4.24.
const busyHere = 486

// decline is RFC 3261 §21.6.2.
const decline = 603

func (w *world) aCallerAndACallee(ctx context.Context, mode string) (err error) {
	if mode == peerToPeer {
		return w.aCallerAt("the first peer", "the other peer")
	}
	if w.caller, err = w.phone(ctx, 0); err != nil {
		return err
	}
	return w.aRegisteredCallee(ctx)
}

func (w *world) aCallerAt(from, to string) (err error) {
	if w.caller, err = w.peer(from); err != nil {
		return err
	}
	if w.callee, err = w.peer(to); err != nil {
		return err
	}
	w.dialled = w.callee.Number
	return nil
}

// phoneToPhone registers both phones.
func (w *world) phoneToPhone(ctx context.Context, from, to string) (err error) {
	at := map[string]int{"the first phone": 0, "the other phone": 1}
	if w.caller, err = w.phone(ctx, at[from]); err != nil {
		return err
	}
	if w.callee, err = w.phone(ctx, at[to]); err == nil {
		w.dialled = w.callee.Number
	}
	return err
}

func (w *world) acrossModes(ctx context.Context, from, to string) (err error) {
	if w.caller, err = w.trunkOrPhone(ctx, from); err != nil {
		return err
	}
	if w.callee, err = w.trunkOrPhone(ctx, to); err == nil {
		w.dialled = w.callee.Number
	}
	return err
}

func (w *world) trunkOrPhone(ctx context.Context, which string) (*stage.Player, error) {
	if which == "a trunk" {
		return w.cast.Trunk(0)
	}
	return w.phone(ctx, 0)
}

func (w *world) peer(which string) (*stage.Player, error) {
	n := 0
	if which == "the other peer" {
		n = 1
	}
	return w.cast.Trunk(n)
}

// phone gives the n-th account's phone, registered.
func (w *world) phone(ctx context.Context, n int) (*stage.Player, error) {
	p, err := w.cast.PhoneOf(n)
	if err != nil {
		return nil, err
	}
	return p, w.register(ctx, p)
}

func (w *world) register(ctx context.Context, p *stage.Player) error {
	f := p.Register(ctx)
	w.registration = &f
	return w.inTurn(ctx, check.Evidence{Strangers: w.cast.Strangers(p)}, "register.accepted", "register.listed")
}

func (w *world) aRegisteredCallee(ctx context.Context) (err error) {
	if w.callee, err = w.phone(ctx, 1); err == nil {
		w.dialled = w.callee.Number
	}
	return err
}

// anUnansweredCallee is one whose ring time the profile states.
func (w *world) anUnansweredCallee(ctx context.Context, mode string) (err error) {
	if w.callee, w.ring, err = w.cast.Unanswered(mode == peerToPeer); err != nil {
		return err
	}
	w.dialled = w.callee.Number
	if mode == peerToPeer {
		w.caller, err = w.cast.Caller(w.callee)
		return err
	}
	if err := w.register(ctx, w.callee); err != nil {
		return err
	}
	for n := 0; ; n++ { // the first phone that is another
		if w.caller, err = w.cast.PhoneOf(n); err != nil {
			return err
		}
		if w.caller.Number != w.callee.Number {
			return w.register(ctx, w.caller)
		}
	}
}

func (w *world) aCaller(ctx context.Context, mode string) (err error) {
	switch mode {
	case registration:
		w.caller, err = w.phone(ctx, 0)
	case peerToPeer:
		w.first, w.callee, w.guard, err = w.cast.Fallback()
		if err == nil {
			w.caller, err = w.cast.Caller(w.first, w.callee)
		}
	default:
		err = fmt.Errorf("no mode %q", mode)
	}
	return err
}

func (w *world) aSilentFirstTarget() (err error) {
	if w.first == nil {
		w.first, w.callee, w.guard, err = w.cast.Fallback()
	}
	if err == nil {
		w.first.Behave(ua.Behaviour{Silent: true})
		w.dialled = w.callee.Number
	}
	return err
}

func (w *world) aWrongPassword() (err error) {
	w.caller, err = w.cast.PhoneOf(0, wrongPassword())
	return err
}
