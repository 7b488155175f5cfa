package steps

import (
	"context"
	"fmt"

	"github.com/cucumber/godog"

	"ringproof/internal/check"
	"ringproof/internal/stage"
	"ringproof/simulators/ua"
)

// identitySteps: who is shown which number, and who may call at all.
func (w *world) identitySteps(sc *godog.ScenarioContext) {
	const trunks = `a trunk that is told who calls|a trunk that is not told who calls|a trunk with a form of its own`
	w.on(sc, `a callee at a number that its route changes`, w.aTranslatedCallee)
	w.on(sc, `a caller who is not the callee`, w.aCallerNotTheCallee)
	w.on(sc, `a callee at (`+trunks+`) and (a phone|the first peer|the other peer) as caller`, w.aCalleeShown)
	w.on(sc, `the caller calls the callee and says who it is`, w.callsByName)
	w.on(sc, `the caller calls the callee and claims another number`, w.callsClaiming)
	w.on(sc, `the caller calls the callee and wants to stay unknown`, w.callsUnnamed)
	w.on(sc, `the call arrives at the callee with the number in its new form`, w.arrivesTranslated)
	w.on(sc, `the callee is shown who calls as the profile says`, w.shownAsAgreed)
	w.on(sc, `the callee is shown the caller's number in its form`, w.shownInItsForm)
	w.on(sc, `the callee is not shown the number that was claimed`, w.notShownTheClaim)
	w.on(sc, `the callee is not shown the caller's number`, w.notShownTheCaller)
	w.on(sc, `the callee is told that the caller wants to stay unknown`, w.toldToKeep)
	w.on(sc, `(a trunk's number|a phone's number|a camera's number) that a stranger knows`, w.aKnownNumber)
	w.on(sc, `an intruder with (no number|a trunk's number)`, w.anIntruder)
	w.on(sc, `the caller calls the callee from a domain of its own`, w.callsFromAfar)
	w.on(sc, `the stranger is refused( although it names a number)?`, w.strangerRefused)
}

// claimed is the number that a phone claims wrongly. It is nobody's.
const claimed = "0900666"

func (w *world) aTranslatedCallee() (err error) {
	if w.callee, err = w.cast.Translated(); err == nil {
		w.dialled = w.callee.Number
	}
	return err
}

func (w *world) aCallerNotTheCallee() (err error) {
	w.caller, err = w.cast.Caller(w.callee)
	return err
}

func (w *world) aCalleeShown(ctx context.Context, to, from string) (err error) {
	switch to {
	case "a trunk that is told who calls":
		w.callee, err = w.cast.Trusted()
	case "a trunk that is not told who calls":
		w.callee, err = w.cast.Untrusted()
	default:
		w.callee, err = w.cast.Formatted()
	}
	if err != nil {
		return err
	}
	w.dialled = w.callee.Number
	if from == "a phone" {
		w.caller, err = w.phone(ctx, 0)
		return err
	}
	if w.caller, err = w.peer(from); err == nil && w.caller.Name == w.callee.Name {
		return &stage.UnprovableError{Missing: from + " is the callee's own trunk: fill in another of trunks[]"}
	}
	return err
}

// callsByName has a trunk's caller assert who it is; a phone says it by its
// credentials.
func (w *world) callsByName(ctx context.Context) error {
	if w.caller.Phone != nil {
		return w.callsWith(ctx)
	}
	return w.callsWith(ctx, ua.Header("P-Asserted-Identity", w.uri(w.caller.Calls())))
}

func (w *world) callsClaiming(ctx context.Context) error {
	return w.callsWith(ctx, ua.Header("P-Asserted-Identity", w.uri(claimed)))
}

// callsUnnamed asks for privacy as RFC 3325 §10 shows: no name in From, and the
// number where only the system is to read it.
func (w *world) callsUnnamed(ctx context.Context) error {
	header := "P-Asserted-Identity"
	if w.caller.Phone != nil {
		header = "P-Preferred-Identity"
	}
	return w.callsWith(ctx, ua.Anonymously(), ua.Header("Privacy", "id"), ua.Header(header, w.uri(w.caller.Calls())))
}

func (w *world) uri(number string) string {
	return fmt.Sprintf("<sip:%s@%s>", number, w.h.stage.Domain())
}

func (w *world) arrivesTranslated(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Answer, Numbers: w.callee.Numbers()}
	if w.called = w.arrival(ctx, e); w.called == nil {
		w.called = w.cast.Elsewhere(w.caller, w.callee)
	}
	if w.called == nil {
		return w.must(ctx, e, "call.delivered")
	}
	e.Wanted.Number = w.callee.Numbers()[0]
	return w.must(ctx, e, "identity.number")
}

func (w *world) shownAsAgreed(ctx context.Context) error {
	from, asserted, known := w.cast.Shown(w.callee, w.caller)
	e := check.Evidence{Wanted: check.Wanted{Caller: from, Asserted: asserted}}
	if !known {
		return w.must(ctx, e, "identity.caller")
	}
	return w.must(ctx, e, "identity.caller", "identity.asserted")
}

func (w *world) shownInItsForm(ctx context.Context) error {
	from, _, _ := w.cast.Shown(w.callee, w.caller)
	return w.must(ctx, check.Evidence{Wanted: check.Wanted{Caller: from}}, "identity.caller")
}

func (w *world) notShownTheClaim(ctx context.Context) error {
	return w.must(ctx, check.Evidence{Wanted: check.Wanted{Forged: claimed}}, "identity.forged")
}

func (w *world) notShownTheCaller(ctx context.Context) error {
	return w.must(ctx, check.Evidence{Wanted: check.Wanted{Secret: w.caller.Calls()}}, "identity.withheld")
}

func (w *world) toldToKeep(ctx context.Context) error {
	return w.must(ctx, check.Evidence{Wanted: check.Wanted{Secret: w.caller.Calls()}}, "identity.kept-private")
}

func (w *world) aKnownNumber(ctx context.Context, whose string) (err error) {
	switch whose {
	case "a phone's number":
		return w.aRegisteredCallee(ctx)
	case "a camera's number":
		return w.aCamera("a camera")
	}
	if w.callee, err = w.cast.Trunk(1); err == nil {
		w.dialled = w.callee.Number
	}
	return err
}

func (w *world) anIntruder(named string) (err error) {
	from := "stranger"
	if named == "a trunk's number" {
		p, err := w.cast.Trunk(0)
		if err != nil {
			return err
		}
		from = p.Number
	}
	w.caller, err = w.cast.Intruder(from)
	return err
}

// afar is a domain that is nobody's (RFC 2606 §2).
const afar = "stranger.invalid"

// callsFromAfar calls as whoever has found the system calls: a rule that asks
// the users of its own domain alone for credentials lets that through.
func (w *world) callsFromAfar(ctx context.Context) error { return w.callsWith(ctx, ua.Of(afar)) }

// strangerRefused waits for the end of the call, or, for a system that does
// not answer strangers, as long as a call that is answered may take.
func (w *world) strangerRefused(ctx context.Context, although string) error {
	e := w.expecting("untrusted", check.Evidence{Within: w.h.site.Thresholds.Answer})
	w.until(ctx, e, final)
	if w.called, _ = w.callee.Arrival(over()); w.called == nil {
		w.called = w.cast.Elsewhere(w.callee)
	}
	rule := "call.untrusted"
	if although != "" {
		rule = "call.forged"
	}
	return w.must(ctx, e, rule)
}
