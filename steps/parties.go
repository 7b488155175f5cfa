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
	w.on(sc, `a caller in (peer-to-peer|registration) mode`, w.aCaller)
	w.on(sc, `a number whose route has a silent first target`, w.aSilentFirstTarget)
	w.on(sc, `a registered callee`, w.aRegisteredCallee)
	w.on(sc, `a caller's phone with a wrong password`, w.aWrongPassword)
	w.on(sc, `the callee is busy`, func() { w.callee.Behave(ua.Behaviour{Reject: busyHere}) })
	w.on(sc, `the callee lets it ring`, func() { w.callee.Behave(ua.Behaviour{Ring: true}) })
}

// busyHere is RFC 3261 §21.4.24.
const busyHere = 486

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
	f, _ := p.Phone.Register(ctx) // its error is in the fact
	w.registration = &f
	return w.must(ctx, check.Evidence{}, "register.accepted")
}

func (w *world) aRegisteredCallee(ctx context.Context) (err error) {
	if w.callee, err = w.phone(ctx, 1); err == nil {
		w.dialled = w.callee.Number
	}
	return err
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
