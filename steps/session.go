package steps

import (
	"context"
	"slices"
	"time"

	"github.com/cucumber/godog"

	"ringproof/internal/check"
	"ringproof/internal/stage"
	"ringproof/reports/record"
	"ringproof/simulators/media"
	"ringproof/simulators/ua"
)

// inCall is what a scenario about the inside of a call remembers.
type inCall struct {
	how        []ua.Option // in which manner the caller calls
	since      int64       // when the session was changed
	third      *stage.Player
	transferor *ua.Call
}

// sessionSteps: offers and answers, hold, reliable ringing, session timers.
func (w *world) sessionSteps(sc *godog.ScenarioContext) {
	w.on(sc, `the callee makes an announcement before it answers`, func() { w.callee.Behave(ua.Behaviour{Announce: true}) })
	w.on(sc, `the caller hears the announcement before the answer`, w.hearsAnnouncement)
	w.on(sc, `the callee answers`, func(ctx context.Context) error { return w.called.Answer(ctx) })
	w.on(sc, `the caller leaves the offer to the callee`, func() { w.how = append(w.how, ua.Delayed()) })
	w.on(sc, `offer and answer have come to both sides`, w.agreed)
	w.on(sc, `the callee speaks no codec of the caller's`, func() { w.callee.Behave(ua.Behaviour{Codecs: []string{"G729"}}) })
	w.on(sc, `the callee speaks only the second codec of the caller's`, w.secondCodec)
	w.on(sc, `the caller is told that there is no common codec`, w.noCodec)
	w.on(sc, `the answer names a codec that was offered`, func(ctx context.Context) error { return w.taken(ctx, "codec.agreed") })
	w.on(sc, `the (caller|callee) puts the other on hold`, w.holds)
	w.on(sc, `neither hears the other`, w.silent)
	w.on(sc, `the (caller|callee) resumes the call`, w.resumes)
	w.on(sc, `each party hears the other's voice again`, w.heardAgain)
	w.on(sc, `the (caller|callee) requires reliable ringing`, w.requiresReliable)
	w.on(sc, `the (caller|callee)'s ringing is acknowledged`, w.acknowledged)
	w.on(sc, `the caller asks for a session timer`, func() { w.how = append(w.how, ua.Refreshing(session)) })
	w.on(sc, `a session timer is agreed on`, func(ctx context.Context) error { return w.taken(ctx, "session.agreed", "session.required") })
	w.on(sc, `the caller refreshes the session`, w.refreshes)
	w.on(sc, `the refresh is accepted`, w.refreshed)
}

// session is the timer that a caller asks for: the usual one (RFC 4028 §4).
const session = 30 * time.Minute

func (w *world) hearsAnnouncement(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Voice}
	wait, cancel := within(ctx, e.Within)
	defer cancel()
	awaitVoice(wait, w.call, w.callee, 0)
	return w.must(ctx, e, "media.early-heard")
}

// awaitVoice waits until the speaker was heard long enough since a moment, or
// for the bound: what was heard is judged.
func awaitVoice(ctx context.Context, c *ua.Call, speaker *stage.Player, since int64) {
	m, ok := c.Media().(*media.Session)
	for ok && m != nil && ctx.Err() == nil {
		f := m.Fact()
		missing := check.Enough - f.HeardAfter(speaker.Name, since)
		if missing <= 0 {
			return
		}
		if m.Await(ctx, speaker.Name, f.HeardFor(speaker.Name)+missing) != nil {
			return
		}
	}
}

func (w *world) agreed(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Answer}
	wait, cancel := within(ctx, e.Within)
	defer cancel()
	done := func(a record.Attempt) bool { return a.AgreedAt != 0 || a.ByeAt != 0 }
	_ = w.call.Await(wait, done)   // judged by what was seen
	_ = w.called.Await(wait, done) // judged by what was seen
	return w.must(ctx, e, "offer.agreed")
}

// taken waits until the caller has read the answer through, and holds rules
// against what it says.
func (w *world) taken(ctx context.Context, rules ...string) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Answer}
	w.until(ctx, e, func(a record.Attempt) bool { return a.AgreedAt != 0 || a.ByeAt != 0 })
	return w.must(ctx, e, rules...)
}

func (w *world) secondCodec() {
	w.how = append(w.how, ua.Speaking("PCMA", "PCMU"))
	w.callee.Behave(ua.Behaviour{Codecs: []string{"PCMU"}})
}

func (w *world) noCodec(ctx context.Context) error {
	e := w.expecting("no_codec", check.Evidence{Within: w.h.site.Thresholds.Answer})
	w.until(ctx, e, final)
	now, cancel := context.WithCancel(ctx)
	cancel()
	if w.called, _ = w.callee.Arrival(now); w.called != nil {
		wait, stop := within(ctx, w.h.site.Thresholds.Release)
		defer stop()
		_ = w.called.Await(wait, final) // judged by what was seen
	}
	return w.must(ctx, e, "codec.refused")
}

// side gives the call of one side.
func (w *world) side(which string) *ua.Call {
	if which == "caller" {
		return w.call
	}
	return w.called
}

// change has one side change the session, and waits for the answer.
func (w *world) change(ctx context.Context, which string, ask func(*ua.Call) error, rules ...string) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Answer}
	c := w.side(which)
	_ = ask(c) // its error is in the fact
	wait, cancel := within(ctx, e.Within)
	defer cancel()
	_ = c.Await(wait, func(a record.Attempt) bool {
		n := len(a.Reoffers)
		return n == 0 || a.Reoffers[n-1].Code != 0 || a.ByeAt != 0
	})
	w.since = w.h.journal.Now()
	return w.must(ctx, e, rules...)
}

func (w *world) holds(ctx context.Context, which string) error {
	return w.change(ctx, which, func(c *ua.Call) error { return c.Hold(ctx) }, "reoffer.accepted", "offer.origin")
}

func (w *world) resumes(ctx context.Context, which string) error {
	return w.change(ctx, which, func(c *ua.Call) error { return c.Resume(ctx) }, "reoffer.accepted", "offer.origin")
}

// silent waits until neither side has heard anything for a while.
func (w *world) silent(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Voice}
	wait, cancel := within(ctx, e.Within)
	defer cancel()
	for _, c := range []*ua.Call{w.call, w.called} {
		w.unheard(wait, c)
	}
	return w.must(ctx, e, "hold.silent")
}

func (w *world) unheard(ctx context.Context, c *ua.Call) {
	m, ok := c.Media().(*media.Session)
	if !ok || m == nil {
		return
	}
	for {
		f := m.Fact()
		left := check.Quiet - time.Duration(w.h.journal.Now()-max(f.Last(), w.since))
		if left <= 0 {
			return
		}
		select {
		case <-time.After(left):
		case <-ctx.Done():
			return
		}
	}
}

// heardAgain waits for voices after the last change.
func (w *world) heardAgain(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Voice}
	wait, cancel := within(ctx, e.Within)
	defer cancel()
	for _, x := range []struct {
		c       *ua.Call
		speaker *stage.Player
	}{{w.called, w.caller}, {w.call, w.callee}} {
		awaitVoice(wait, x.c, x.speaker, w.since)
	}
	return w.must(ctx, e, "media.heard-again")
}

func (w *world) requiresReliable(which string) {
	if which == "caller" {
		w.how = append(w.how, ua.Reliably())
		return
	}
	w.callee.Behave(ua.Behaviour{Reliable: true})
}

func (w *world) acknowledged(ctx context.Context, which string) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Answer}
	wait, cancel := within(ctx, e.Within)
	defer cancel()
	rules := []string{"prack.reliable"}
	if which == "callee" {
		rules = []string{"prack.acknowledged", "prack.answered"}
	}
	_ = w.side(which).Await(wait, func(a record.Attempt) bool { // judged by what was seen
		if len(a.Reliable) == 0 {
			return final(a)
		}
		// Ringing may follow progress, and the answer overtake the last PRACK's.
		return !open(a) || a.ByeAt != 0 || a.Outcome != record.Pending && a.Outcome != record.Answered
	})
	if which == "callee" { // the caller supports it, and may have been told reliably too
		_ = w.call.Await(wait, func(a record.Attempt) bool { // judged by what was seen
			refused := slices.ContainsFunc(a.Reliable, func(r record.Reliable) bool { return r.AckCode >= 300 })
			return refused || final(a) && !open(a)
		})
	}
	return w.must(ctx, e, rules...)
}

// open tells whether a PRACK has no answer yet.
func open(a record.Attempt) bool {
	return slices.ContainsFunc(a.Reliable, func(r record.Reliable) bool { return r.AckCode == 0 })
}

func (w *world) refreshes(ctx context.Context) error {
	_ = w.call.Refresh(ctx) // its error is in the fact
	return stopped(ctx)
}

func (w *world) refreshed(ctx context.Context) error {
	return w.change(ctx, "caller", func(*ua.Call) error { return nil }, "session.refreshed")
}
