package steps

import (
	"context"
	"time"

	"github.com/cucumber/godog"

	"ringproof/internal/check"
	"ringproof/internal/stage"
	"ringproof/simulators/media"
	"ringproof/simulators/ua"
)

// voiceSteps: who hears whom.
func (w *world) voiceSteps(sc *godog.ScenarioContext) {
	w.on(sc, `each party hears the other's voice`, w.bothHear)
	w.on(sc, `they have talked for two seconds`, w.talk)
	w.on(sc, `both voices were heard to the end`, w.heardToTheEnd)
	w.on(sc, `neither voice came late`, w.inTime)
	w.on(sc, `neither voice had gaps`, w.whole)
	w.on(sc, `the caller hears the second target's voice`, w.callerHears)
}

func (w *world) bothHear(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Voice}
	wait, cancel := within(ctx, e.Within)
	defer cancel()
	hear(wait, w.called, w.caller, check.Enough)
	hear(wait, w.call, w.callee, check.Enough)
	return w.must(ctx, e, "media.heard-by-callee", "media.heard-by-caller")
}

func (w *world) callerHears(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Voice}
	wait, cancel := within(ctx, e.Within)
	defer cancel()
	hear(wait, w.call, w.callee, check.Enough)
	return w.must(ctx, e, "media.heard-by-caller")
}

// talkFor is how long a call lasts that is to last: longer than what cuts
// audio off at once, and than the code of a voice (media.Period).
const talkFor = 2 * time.Second

// talk waits until each party was heard for that long, or the bound; what was
// heard is judged when they have hung up.
func (w *world) talk(ctx context.Context) error {
	wait, cancel := within(ctx, talkFor+w.h.site.Thresholds.Voice)
	defer cancel()
	hear(wait, w.called, w.caller, talkFor)
	hear(wait, w.call, w.callee, talkFor)
	return stopped(ctx)
}

func (w *world) heardToTheEnd(ctx context.Context) error {
	e := check.Evidence{Silence: w.silence()}
	w.observe(&e)
	wait, cancel := within(ctx, settled)
	defer cancel()
	heardSince(wait, w.called, w.caller, e.FirstBye()-int64(e.Silence))
	heardSince(wait, w.call, w.callee, e.FirstBye()-int64(e.Silence))
	return w.must(ctx, e, "media.lasts")
}

func (w *world) whole(ctx context.Context) error {
	return w.must(ctx, check.Evidence{Silence: w.silence(), Loss: w.h.site.Thresholds.Loss / 100}, "media.whole", "media.source", "media.clock")
}

func (w *world) inTime(ctx context.Context) error {
	return w.must(ctx, check.Evidence{Delay: w.h.site.Thresholds.Delay}, "media.delay")
}

// silence is the longest that nothing is heard of a voice that goes on: the
// other party's turn too, where they take turns.
func (w *world) silence() time.Duration {
	const pause = 250 * time.Millisecond
	if w.h.site.Options.Turns {
		return pause + media.Period*20*time.Millisecond/2
	}
	return pause
}

// settled is how long what had arrived by the end of a call may take to be
// listened to.
const settled = time.Second

// heardSince waits until all was listened to, or the bound.
func heardSince(ctx context.Context, c *ua.Call, speaker *stage.Player, at int64) {
	if m, ok := c.Media().(*media.Session); ok && m != nil {
		_ = m.AwaitSince(ctx, speaker.Name, at) // judged by what was heard
	}
}

// hear waits until the speaker was heard for long enough in a call, or the
// bound: what was heard is judged, not how the wait ended.
func hear(ctx context.Context, c *ua.Call, speaker *stage.Player, least time.Duration) {
	_ = c.Await(ctx, final) // the call may be answered elsewhere before it is here
	if m, ok := c.Media().(*media.Session); ok && m != nil {
		_ = m.Await(ctx, speaker.Name, least)
	}
}
