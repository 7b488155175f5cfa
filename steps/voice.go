package steps

import (
	"context"

	"github.com/cucumber/godog"

	"ringproof/internal/check"
	"ringproof/internal/stage"
	"ringproof/simulators/media"
	"ringproof/simulators/ua"
)

// voiceSteps: who hears whom.
func (w *world) voiceSteps(sc *godog.ScenarioContext) {
	w.on(sc, `each party hears the other's voice`, w.bothHear)
	w.on(sc, `the caller hears the second target's voice`, w.callerHears)
}

func (w *world) bothHear(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Voice}
	wait, cancel := within(ctx, e.Within)
	defer cancel()
	hear(wait, w.called, w.caller)
	hear(wait, w.call, w.callee)
	return w.must(ctx, e, "media.heard-by-callee", "media.heard-by-caller")
}

func (w *world) callerHears(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Voice}
	wait, cancel := within(ctx, e.Within)
	defer cancel()
	hear(wait, w.call, w.callee)
	return w.must(ctx, e, "media.heard-by-caller")
}

// hear waits until the speaker was heard for long enough in a call, or the
// bound: what was heard is judged, not how the wait ended.
func hear(ctx context.Context, c *ua.Call, speaker *stage.Player) {
	_ = c.Await(ctx, final) // the call may be answered elsewhere before it is here
	if m, ok := c.Media().(*media.Session); ok && m != nil {
		_ = m.Await(ctx, speaker.Name, check.Enough)
	}
}
