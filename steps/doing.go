package steps

import (
	"context"
	"time"

	"ringproof/reports/record"
)

// Doing is what a run is at.
type Doing struct {
	Scenario record.Scenario
	Step     string // its text; empty as the scenario begins
	// AtMost bounds what the step waits for from now on; 0 where it is not
	// known.
	AtMost time.Duration
}

// does tells what a scenario is at.
func (h *Harness) does(s record.Scenario, step string, atMost time.Duration) {
	if h.suite.Doing != nil {
		h.suite.Doing(Doing{s, step, atMost})
	}
}

// waits tells how long the step of the context may wait.
func waits(ctx context.Context, atMost time.Duration) {
	if w, ok := ctx.Value(worldKey{}).(*world); ok && w.doing != "" {
		w.h.does(w.scenario, w.doing, atMost)
	}
}
