package steps

import (
	"context"
	"fmt"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// A system that does not answer OPTIONS, by its profile, is not asked. That it
// is there is then proved by the first scenario in which it says anything.

const leftToFirstCall = "the profile says that the system does not answer OPTIONS (options.options_ping: false): the first scenario proves that it is there"

// pings tells whether the system answers OPTIONS, by the profile.
func (h *Harness) pings() bool {
	o := h.site.Options.OptionsPing
	return o == nil || *o
}

// proves stops the run at the first scenario that failed without one word
// from a system that was not asked before.
func (w *world) proves(ctx context.Context) {
	h := w.h
	if h.proved || h.pings() || ctx.Err() != nil {
		return
	}
	sent := 0
	run := h.journal.Snapshot()
	for _, m := range run.Messages {
		if !m.Sent {
			h.proved = true
			return
		}
		sent++
	}
	if w.scenario.Status != record.Failed || sent == 0 {
		return
	}
	e := check.Evidence{
		System: h.stage.Words(), Down: fmt.Sprintf("%d messages were sent to it, not one came back", sent),
	}
	if w.call != nil {
		e.ClosedPort = w.call.Fact().Refused
	}
	_, f := h.judge("system.answers", e)
	w.add(f)
	h.gate = "the system under test gave no answer to the first call"
}
