package steps

import (
	"context"
	"slices"
	"time"

	"github.com/cucumber/godog"

	"ringproof/internal/check"
	"ringproof/reports/record"
	"ringproof/simulators/ua"
)

// transferSteps: calls that go on to a third party.
func (w *world) transferSteps(sc *godog.ScenarioContext) {
	w.on(sc, `a third party in (peer-to-peer|registration) mode`, w.aThirdParty)
	w.on(sc, `the callee sends its calls on to the third party`, w.sendsOn)
	w.on(sc, `the call arrives at the third party`, w.arrivesThere)
	w.on(sc, `the callee transfers the caller to the third party`, w.transfers)
	w.on(sc, `the transfer is accepted`, w.transferAccepted)
	w.on(sc, `the third party is called`, w.thirdCalled)
	w.on(sc, `the third party answers`, w.thirdAnswers)
	w.on(sc, `the callee is told that the transfer succeeded`, w.transferNotified)
	w.on(sc, `the caller and the third party hear each other`, w.bothHear)
	w.on(sc, `the callee leaves`, w.transferorLeaves)
	w.on(sc, `the caller and the third party still hear each other`, w.heardAgain)
	w.on(sc, `the callee is out of the call`, w.transferorOut)
	w.on(sc, `the caller and the third party are released`, w.released)
}

func (w *world) aThirdParty(ctx context.Context, mode string) (err error) {
	if mode == peerToPeer {
		w.third, err = w.cast.Trunk(2)
		return err
	}
	w.third, err = w.phone(ctx, 2)
	return err
}

// sendsOn lets the callee answer 302, and the caller follow it there and
// nowhere else.
func (w *world) sendsOn() {
	w.callee.Behave(ua.Behaviour{Redirect: w.third.Number})
	w.how = append(w.how, ua.Following(w.third.Number))
}

// toThird makes the third party the one who is called.
func (w *world) toThird() { w.callee, w.called = w.third, nil }

func (w *world) arrivesThere(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Answer}
	sender := w.callee
	w.toThird()
	w.called = w.arrival(ctx, e)
	now, cancel := context.WithCancel(ctx)
	cancel()
	w.firstCalled, _ = sender.Arrival(now)
	return w.must(ctx, e, "redirect.followed")
}

func (w *world) transfers(ctx context.Context) error {
	w.third.Behave(ua.Behaviour{Ring: true}) // what it is told meanwhile counts
	w.transferor = w.called
	_ = w.transferor.Transfer(ctx, w.third.Number) // its error is in the fact
	w.toThird()
	return stopped(ctx)
}

// untilTransferor waits for what the transferor is told.
func (w *world) untilTransferor(ctx context.Context, e check.Evidence, wanted func(record.Attempt) bool) {
	wait, cancel := within(ctx, e.Within)
	defer cancel()
	_ = w.transferor.Await(wait, wanted) // its end is judged by what was seen
}

func (w *world) transferAccepted(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Answer}
	w.untilTransferor(ctx, e, func(a record.Attempt) bool { return a.Refer == nil || a.Refer.Code != 0 })
	return w.must(ctx, e, "transfer.accepted")
}

func (w *world) thirdCalled(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Answer}
	w.called = w.arrival(ctx, e)
	return w.must(ctx, e, "transfer.reached")
}

// rings is how long the third party lets it ring before it answers. A phone
// does: what a system makes of the ringing shows while it goes on.
const rings = 500 * time.Millisecond

// thirdAnswers looks what the transferor is told while it rings, and lets the
// third party answer.
func (w *world) thirdAnswers(ctx context.Context) error {
	wait, cancel := within(ctx, w.h.site.Thresholds.Answer)
	defer cancel()
	_ = w.called.Await(wait, func(a record.Attempt) bool { return len(a.Responses) > 0 }) // judged by what was seen
	w.untilTransferor(ctx, check.Evidence{Within: rings}, toldOfTheEnd)
	if told := w.h.site.Options.TransferResult; told == nil || *told {
		if err := w.must(ctx, check.Evidence{}, "transfer.truthful"); err != nil {
			return err
		}
	}
	return w.called.Answer(ctx)
}

// toldOfTheEnd tells whether there is nothing more to wait for: the
// transferor was told how the transfer ended.
func toldOfTheEnd(a record.Attempt) bool {
	return a.Refer == nil || slices.ContainsFunc(a.Refer.Notified(), func(c int) bool { return c >= 200 })
}

func (w *world) transferNotified(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Answer}
	w.untilTransferor(ctx, e, toldOfTheEnd)
	return w.must(ctx, e, "transfer.notified", "transfer.subscribed")
}

// transferorLeaves hangs up where the system has not released the transferor
// by itself (RFC 5589 §6.1 leaves it to either).
func (w *world) transferorLeaves(ctx context.Context) error {
	_ = w.transferor.Hangup(ctx) // its error is in the fact
	w.untilTransferor(ctx, check.Evidence{Within: w.h.site.Thresholds.Release}, func(a record.Attempt) bool {
		return a.ByeAt != 0 && (!a.ByeSent || a.ByeCode != 0)
	})
	w.since = w.h.journal.Now()
	return stopped(ctx)
}

// transferorOut waits until the two who are left were heard again, or one of
// them was released too: a BYE may come a moment after the transferor's.
func (w *world) transferorOut(ctx context.Context) error {
	wait, cancel := within(ctx, w.h.site.Thresholds.Voice)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if w.call.Await(wait, func(a record.Attempt) bool { return a.ByeAt != 0 }) == nil {
			cancel()
		}
	}()
	awaitVoice(wait, w.called, w.caller, w.since)
	awaitVoice(wait, w.call, w.callee, w.since)
	cancel()
	<-done
	return w.must(ctx, check.Evidence{Within: w.h.site.Thresholds.Release}, "transfer.out")
}
