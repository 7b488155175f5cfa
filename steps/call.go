package steps

import (
	"context"
	"fmt"

	"ringproof/internal/stage"
	"ringproof/reports/record"
)

// Call places one call between two numbers that the profile has us play, and
// holds it to the rules for an answered call: reached, answered, heard both
// ways, released. Like Run it ends the harness.
func (h *Harness) Call(ctx context.Context, from, to string) (*record.Run, error) {
	for _, n := range []string{from, to} {
		if !h.site.Plays(n) {
			return nil, &UsageError{fmt.Errorf("nobody in the profile plays %q: want the number of an account or a number of a trunk", n)}
		}
	}
	return h.perform(ctx, func(ctx context.Context) { h.one(ctx, from, to) })
}

// one carries the call through, as a scenario of its own.
func (h *Harness) one(ctx context.Context, from, to string) {
	w := &world{h: h, cast: h.stage.Cast(), scenario: record.Scenario{
		Index: h.count, ID: "call", Name: fmt.Sprintf("A call from %s to %s", from, to), Feature: "One call",
		Try: 1, Start: h.journal.Now(), Status: record.NotRun,
	}}
	h.count++
	h.journal.Enter(w.scenario.Index)
	h.journal.Add(w.scenario)
	w.judge(ctx, w.through(ctx, from, to))
	w.end(ctx)
}

// through is the call's course.
func (w *world) through(ctx context.Context, from, to string) (err error) {
	if w.caller, err = w.cast.PlayerFor(from); err != nil {
		return err
	}
	if w.callee, err = w.cast.PlayerFor(to); err != nil {
		return err
	}
	w.dialled = w.callee.Number
	for _, p := range []*stage.Player{w.caller, w.callee} {
		if p.Phone == nil {
			continue
		}
		if err := w.register(ctx, p); err != nil {
			return err
		}
	}
	for _, step := range []func(context.Context) error{
		w.calls, w.reached, w.answered, w.bothHear,
		func(ctx context.Context) error { return w.hangsUp(ctx, "caller") },
		w.released,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}
