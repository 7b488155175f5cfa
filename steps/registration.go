package steps

import (
	"context"
	"crypto/rand"

	"github.com/cucumber/godog"

	"ringproof/internal/check"
)

// registrationSteps: registering, and being refused.
func (w *world) registrationSteps(sc *godog.ScenarioContext) {
	w.on(sc, `the caller's phone registers`, w.registers)
	w.on(sc, `its registration is refused`, w.registrationRefused)
}

func (w *world) registers(ctx context.Context) error {
	f, _ := w.caller.Phone.Register(ctx) // its error is in the fact
	w.registration = &f
	return stopped(ctx)
}

func (w *world) registrationRefused(ctx context.Context) error {
	return w.must(ctx, w.expecting("wrong_password", check.Evidence{}), "register.refused")
}

// wrongPassword makes a password that no account has.
func wrongPassword() string { return "wrong-" + rand.Text() }
