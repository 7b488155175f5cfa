package steps

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"ringproof/internal/stage"
	"ringproof/reports/record"
)

// Call places one call between two numbers that the profile has us play, and
// holds it to the rules for an answered call: reached, answered, heard both
// ways, released. Like Run it ends the harness.
func (h *Harness) Call(ctx context.Context, from, to string) (*record.Run, error) {
	caller, called := h.site.PlayedBy(from), h.site.PlayedBy(to)
	if spelled(from) == spelled(to) && (caller == called || caller == "" || called == "") {
		return nil, &UsageError{fmt.Errorf("%s and %s are the same number: a party that calls itself proves nothing; want numbers of two parties", from, to)}
	}
	if p, forbidden := h.site.Forbids(to); forbidden {
		return nil, &UsageError{fmt.Errorf("%s is not dialled: never_dial forbids numbers that start with %q", to, string(p))}
	}
	for _, n := range []string{from, to} {
		if !h.site.Plays(n) {
			return nil, &UsageError{fmt.Errorf("nobody in the profile plays %q: want the number of an account or a number of a trunk", n)}
		}
	}
	if caller == called {
		return nil, &UsageError{fmt.Errorf("%s and %s are both %s: that it hears its own voice proves nothing; want numbers of two parties", from, to, caller)}
	}
	h.kind = record.OneCall
	return h.perform(ctx, func(ctx context.Context) { h.one(ctx, from, to) })
}

// spelled gives a number as other spellings of it come out too: its digits
// without the sign or zeros of an international prefix; what has no digit,
// a name, as it is.
func spelled(number string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, number)
	if digits == "" || strings.ContainsFunc(number, unicode.IsLetter) {
		return number
	}
	return strings.TrimPrefix(digits, "00")
}

// one carries the call through, as a scenario of its own.
func (h *Harness) one(ctx context.Context, from, to string) {
	w := h.alone("call", fmt.Sprintf("A call from %s to %s", from, to), "One call")
	w.judge(ctx, w.through(ctx, from, to))
	w.end(ctx)
}

// alone begins a scenario that is in no feature.
func (h *Harness) alone(id, name, feature string) *world {
	w := &world{h: h, cast: h.stage.Cast()}
	w.begin(id, name, feature)
	return w
}

// begin opens the entry of a scenario that is in no feature.
func (w *world) begin(id, name, feature string) {
	h := w.h
	w.findings, w.scenario = nil, record.Scenario{
		Index: h.count, ID: id, Name: name, Feature: feature,
		Try: 1, Start: h.journal.Now(), Status: record.NotRun,
	}
	h.count++
	h.journal.Enter(w.scenario.Index)
	h.journal.Add(w.scenario)
	h.does(w.scenario, "", 0)
}

// through is the call's course.
func (w *world) through(ctx context.Context, from, to string) (err error) {
	if w.caller, err = w.cast.PlayerFor(from); err != nil {
		return err
	}
	if w.callee, err = w.cast.PlayerFor(to); err != nil {
		return err
	}
	if err := w.connects(ctx); err != nil {
		return err
	}
	return w.heardAndReleased(ctx)
}

// connects registers who has a phone, calls, and waits for the answer.
func (w *world) connects(ctx context.Context) error {
	w.dialled = w.callee.Number
	for _, p := range []*stage.Player{w.caller, w.callee} {
		if !p.Registers() {
			continue
		}
		if err := w.register(ctx, p); err != nil {
			return err
		}
	}
	return inTurn(ctx, w.calls, w.reached, w.answered)
}

func (w *world) heardAndReleased(ctx context.Context) error {
	hangup := func(ctx context.Context) error { return w.hangsUp(ctx, "caller") }
	return inTurn(ctx, w.bothHear, hangup, w.released)
}

// inTurn takes steps to the first that fails.
func inTurn(ctx context.Context, steps ...func(context.Context) error) error {
	for _, f := range steps {
		if err := f(ctx); err != nil {
			return err
		}
	}
	return nil
}
