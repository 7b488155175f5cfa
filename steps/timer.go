package steps

import (
	"context"
	"time"

	"github.com/cucumber/godog"

	"ringproof/internal/check"
	"ringproof/internal/stage"
	"ringproof/reports/record"
	"ringproof/simulators/ua"
)

// timerSteps: sessions that are held beyond their end, and so refreshed.
func (w *world) timerSteps(sc *godog.ScenarioContext) {
	w.on(sc, `the caller asks for a session of a minute and a half, which (it|the system) refreshes`, w.asksBriefly)
	w.on(sc, `the session has gone on beyond its first end`, w.outlives)
	w.on(sc, `the system has refreshed it in time`, func(ctx context.Context) error { return w.must(ctx, check.Evidence{}, "session.upheld") })
	w.on(sc, `nobody was cut off`, func(ctx context.Context) error { return w.must(ctx, check.Evidence{}, "session.kept") })
}

// brief is the shortest session that may be asked for (RFC 4028 §4).
const brief = 90 * time.Second

func (w *world) asksBriefly(who string) {
	if who == "it" {
		w.how = append(w.how, ua.Refreshing(brief))
		return
	}
	w.how = append(w.how, ua.Refreshed(brief))
}

// beyond is how long after the end of a session one sees that it went on.
const beyond = 5 * time.Second

// outlives waits until the session would have ended without a refresh, or until
// one side is released.
func (w *world) outlives(ctx context.Context) error {
	f := w.call.Fact()
	if f.Timer == nil {
		return &stage.UnprovableError{Missing: "no session timer was asked for"}
	}
	end := f.AnsweredAt + int64(time.Duration(f.Timer.Granted)*time.Second+beyond)
	wait, cancel := within(ctx, time.Duration(end-w.h.journal.Now()))
	defer cancel()
	over := func(a record.Attempt) bool { return a.ByeAt != 0 }
	_ = w.call.Await(wait, over)  // its end is judged by what was seen
	if w.call.Fact().ByeAt != 0 { // the other's comes with it
		_ = w.called.Await(ctx, over)
	}
	w.since = w.h.journal.Now()
	return stopped(ctx)
}
