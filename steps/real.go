package steps

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cucumber/godog"

	"ringproof/internal/check"
	"ringproof/internal/stage"
	"ringproof/reports/record"
	"ringproof/simulators/media"
	"ringproof/simulators/ua"
)

// conversation is a call with a real phone, and what came of it.
type conversation struct {
	phone     stage.RealPhone
	call      *ua.Call // ours; nil if none came
	testimony record.Testimony
	// why it could not be had: nobody can be asked, or did not do what was
	// asked for. Unsaid is why what the phone says is not known, Unseen why
	// nobody knows whether it is free again.
	why, unsaid, unseen string
}

// How long a person may take.
const (
	pickUp   = time.Minute     // to take a call, or to place one
	typing   = 2 * time.Minute // to type what was heard, or to say it
	listened = 1500 * time.Millisecond
)

// realSteps: phones that are not ours.
func (w *world) realSteps(sc *godog.ScenarioContext) {
	w.on(sc, `the real phones of the site`, w.realPhones)
	w.on(sc, `the real phones of the site that somebody holds`, w.heldPhones)
	w.on(sc, `a caller at (a trunk|a registered phone)`, func(ctx context.Context, which string) (err error) {
		w.caller, err = w.trunkOrPhone(ctx, which)
		return err
	})
	w.on(sc, `a callee at (a trunk|a registered phone)`, func(ctx context.Context, which string) (err error) {
		w.callee, err = w.trunkOrPhone(ctx, which)
		return err
	})
	w.on(sc, `each of them is called in turn`, w.eachCalled)
	w.on(sc, `each of them calls the callee in turn`, w.eachCalls)
	w.on(sc, `each call is answered`, func(ctx context.Context) error {
		return w.each(ctx, check.Evidence{Within: w.h.site.Thresholds.Answer}, "call.answered", "dialog.contact", "message.typed")
	})
	w.on(sc, `each call arrives`, func(ctx context.Context) error {
		return w.each(ctx, check.Evidence{Within: pickUp}, "phone.calls")
	})
	w.on(sc, `each phone is heard`, func(ctx context.Context) error {
		return w.eachBut(ctx, check.Evidence{Within: w.h.site.Thresholds.Voice}, (*conversation).saidNothing, "phone.heard")
	})
	w.on(sc, `each phone hears who talks to it`, func(ctx context.Context) error {
		return w.each(ctx, check.Evidence{}, "phone.hears")
	})
	w.on(sc, `each call is released`, w.eachReleased)
}

func (w *world) realPhones() error {
	phones, err := w.cast.RealPhones()
	for _, p := range phones {
		w.real = append(w.real, &conversation{phone: p})
	}
	return err
}

// heldPhones leaves out programs, which nobody can tell to dial.
func (w *world) heldPhones() error {
	if err := w.realPhones(); err != nil {
		return err
	}
	w.real = slices.DeleteFunc(w.real, func(c *conversation) bool { return !c.phone.Held })
	if len(w.real) == 0 {
		return &stage.NotApplicableError{Why: "each account that is played_by: real is a program's, which is not told to dial"}
	}
	return nil
}

// eachCalled calls one phone after the other, and lets each call end before
// the next.
func (w *world) eachCalled(ctx context.Context) error {
	for _, c := range w.real {
		if c.phone.Held && w.h.suite.Ask == nil {
			c.why = nobodyAsked(c.phone)
			continue
		}
		heard := c.phone.Recorded()
		call, err := w.caller.Dial(ctx, c.phone.Number)
		if call == nil {
			return err
		}
		c.begins(w.caller, call)
		if c.phone.Held {
			err = w.converse(ctx, c, fmt.Sprintf("%s (%s) is called by %s. Pick it up, and no other: it says four digits, again and again.\nType them, or nothing if you hear none: ", c.phone.Name, c.phone.Number, w.caller.Name))
		} else {
			err = w.listen(ctx, c, heard)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func nobodyAsked(p stage.RealPhone) string {
	return p.Name + " is held by somebody, who is to be asked what is heard: want --interactive"
}

// begins enters the call of a conversation.
func (c *conversation) begins(ours *stage.Player, call *ua.Call) {
	c.call = call
	c.testimony = record.Testimony{
		Party: c.phone.Name, Product: c.phone.Product, Voice: ours.Name, Held: c.phone.Held, Records: c.phone.Records,
	}
}

// listen carries on a call with a program.
func (w *world) listen(ctx context.Context, c *conversation, before stage.Recordings) error {
	wait, cancel := within(ctx, w.h.site.Thresholds.Answer)
	defer cancel()
	_ = c.call.Await(wait, final) // judged by what was seen
	if m := sessionOf(c.call); m != nil && c.call.Fact().Outcome == record.Answered {
		wait, cancel := within(ctx, talkFor+w.h.site.Thresholds.Voice)
		defer cancel()
		_ = m.Await(wait, c.phone.Name, talkFor) // as above
	}
	w.leaves(ctx, c)
	if c.call.Fact().Outcome != record.Answered {
		return stopped(ctx) // there is nothing to be recorded
	}
	r := before.Since(ctx, w.h.site.Thresholds.Voice, c.testimony.Voice, check.Enough)
	c.testimony.Files, c.testimony.Heard, c.testimony.Took = r.Files, int64(r.Heard), int64(r.Took)
	c.testimony.Trouble = r.Trouble
	w.testify(c)
	return stopped(ctx)
}

// converse carries on a call with a person: our party says digits, and then
// listens.
func (w *world) converse(ctx context.Context, c *conversation, question string) error {
	m := sessionOf(c.call)
	if m == nil {
		return nil // judged by the rules of an answer
	}
	c.testimony.Spoken = w.h.stage.Digits(4)
	m.Say(c.testimony.Spoken)
	over, cancel := context.WithTimeout(ctx, pickUp+typing)
	defer cancel()
	refused := make(chan struct{})
	go func() { // a call that is not answered asks nobody
		defer close(refused)
		wait, stop := within(over, pickUp)
		defer stop()
		_ = c.call.Await(wait, final) // as long as it may ring
		if c.call.Fact().Outcome != record.Answered {
			cancel()
		}
	}()
	typed, err := w.h.suite.Ask(over, question)
	switch answered := c.call.Fact().Outcome == record.Answered; {
	case ctx.Err() != nil:
	case !answered && !final(c.call.Fact()):
		c.why = c.phone.Name + " was not picked up"
	case answered && err != nil:
		c.why = c.phone.Name + ": nobody said what was heard"
	case answered:
		c.testimony.Typed = digitsOf(typed)
		c.unsaid = w.hark(over, c, m)
	}
	cancel()
	<-refused
	w.leaves(ctx, c)
	w.looksFree(ctx, c)
	w.testify(c)
	return stopped(ctx)
}

// hark falls silent, has the person speak, and notes how loud it was before and
// meanwhile. It tells why nothing came of it.
func (w *world) hark(ctx context.Context, c *conversation, m *media.Session) (why string) {
	m.Say("")
	began, was := time.Now(), m.Aloud()
	select {
	case <-time.After(listened):
	case <-ctx.Done():
	}
	c.testimony.Before, c.testimony.Quiet = int64(m.Aloud()-was), int64(time.Since(began))
	began, was = time.Now(), m.Aloud()
	_, err := w.h.suite.Ask(ctx, "Now say them into the phone, and press Enter when you have: ")
	c.testimony.Aloud, c.testimony.Speaking = int64(m.Aloud()-was), int64(time.Since(began))
	switch f := c.call.Fact(); {
	case f.ByeAt != 0 && !f.ByeSent:
		return c.phone.Name + ": the call ended before the digits were said back; it was hung up there, or cut off"
	case err != nil:
		return c.phone.Name + ": nobody said what was to be said"
	}
	return ""
}

// looksFree asks whether the phone knows of our BYE: who answered it need not
// have passed it on.
func (w *world) looksFree(ctx context.Context, c *conversation) {
	f := c.call.Fact()
	if ctx.Err() != nil || c.why != "" || !f.ByeSent || f.ByeCode == 0 {
		return
	}
	wait, cancel := within(ctx, pickUp)
	defer cancel()
	line, err := w.h.suite.Ask(wait, "We have hung up. Press Enter if the phone is free again, type n if it is in the call still: ")
	if err != nil {
		c.unseen = c.phone.Name + ": nobody said whether it is free again"
	}
	c.testimony.Kept = strings.HasPrefix(strings.ToLower(strings.TrimSpace(line)), "n")
}

func (c *conversation) saidNothing() string { return c.unsaid }

// digitsOf gives the digits of a line.
func digitsOf(line string) string {
	var out []rune
	for _, r := range line {
		if r >= '0' && r <= '9' {
			out = append(out, r)
		}
	}
	return string(out)
}

// leaves ends the call, ringing or answered, and waits until the other side
// knows.
func (w *world) leaves(ctx context.Context, c *conversation) {
	wait, cancel := within(ctx, w.h.site.Thresholds.Release)
	defer cancel()
	_ = c.call.Release(wait) // judged by what was seen
}

func (w *world) testify(c *conversation) {
	c.testimony.At = w.h.journal.Now()
	w.h.journal.Add(c.testimony)
}

// eachCalls has one person after the other call us.
func (w *world) eachCalls(ctx context.Context) error {
	for _, c := range w.real {
		if w.h.suite.Ask == nil {
			c.why = nobodyAsked(c.phone)
			continue
		}
		if err := w.calledBy(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// calledBy has a person call us. A call of which the person says that it does
// not come through, by a line, has failed; nothing is known of one who says
// nothing.
func (w *world) calledBy(ctx context.Context, c *conversation) error {
	wait, cancel := within(ctx, pickUp)
	defer cancel()
	before := w.callee.Arrivals()
	asked := make(chan error, 1)
	go func() {
		_, err := w.h.suite.Ask(wait, fmt.Sprintf("At %s (%s), dial %s now. Press Enter only if it does not come through: ", c.phone.Name, c.phone.Number, w.callee.Number))
		asked <- err
		cancel()
	}()
	call := w.theirs(wait, c, before)
	cancel()
	err := <-asked
	c.begins(w.callee, call)
	if call == nil {
		if err != nil && ctx.Err() == nil {
			c.why = c.phone.Name + ": nobody dialled " + w.callee.Number
		}
		return stopped(ctx)
	}
	taken, stop := within(ctx, w.h.site.Thresholds.Answer)
	defer stop()
	_ = call.Await(taken, final) // judged by what was heard
	return w.converse(ctx, c, fmt.Sprintf("It is answered at %s, which says four digits, again and again.\nType them, or nothing if you hear none: ", w.callee.Name))
}

// theirs waits for the call of a phone. One who was asked before and dials only
// now is let go; another's number is held against the phone that was asked.
func (w *world) theirs(ctx context.Context, c *conversation, before int) *ua.Call {
	for n := before; ; n++ {
		call, err := w.callee.ArrivalAfter(ctx, n)
		if err != nil {
			return nil
		}
		late := slices.ContainsFunc(w.real, func(x *conversation) bool {
			return x != c && x.call == nil && x.why != "" && slices.ContainsFunc(x.phone.Numbers, func(n string) bool { return strings.HasSuffix(call.Fact().From, n) })
		})
		if !late {
			return call
		}
		_ = call.Release(ctx) // it ends with the scenario at the latest
	}
}

// sessionOf gives the sound of a call of ours.
func sessionOf(c *ua.Call) *media.Session {
	m, _ := c.Media().(*media.Session)
	return m
}

// each holds rules against each call with a real phone.
func (w *world) each(ctx context.Context, e check.Evidence, rules ...string) error {
	return w.eachBut(ctx, e, func(*conversation) string { return "" }, rules...)
}

// eachBut leaves out calls of which something is not known.
func (w *world) eachBut(ctx context.Context, e check.Evidence, unknown func(*conversation) string, rules ...string) error {
	var first error
	for _, c := range w.real {
		if c.why != "" || unknown(c) != "" {
			continue
		}
		x := e
		x.Testimony, x.Numbers, x.Others = &c.testimony, c.phone.Numbers, c.phone.Others
		if w.caller != nil {
			w.call, x.CalledName = c.call, c.phone.Name
		} else {
			w.called, x.CallerName = c.call, c.phone.Name
		}
		if err := w.must(ctx, x, rules...); first == nil || err == errFailed { //nolint:errorlint // it is never wrapped
			first = err
		}
	}
	return first
}

// eachReleased comes last: what could not be had is not proved, whatever was.
func (w *world) eachReleased(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Release}
	if err := w.eachBut(ctx, e, func(c *conversation) string { return c.unseen }, "phone.released"); err != nil {
		return err
	}
	for _, c := range w.real {
		if why := cmp.Or(c.why, c.unsaid, c.unseen); why != "" {
			return &stage.UnprovableError{Missing: why}
		}
	}
	return nil
}
