package ua

import (
	"context"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/transaction"
	"ringproof/reports/record"
)

// Cancel gives the call up: by CANCEL, at once or as soon as a provisional
// response allows it (RFC 3261 §9.1).
func (c *Call) Cancel(ctx context.Context) error { return c.ask(ctx, c.giveUp) }

// Hangup releases an answered call with BYE.
func (c *Call) Hangup(ctx context.Context) error {
	var err error
	if e := c.ask(ctx, func() { err = c.hangup() }); e != nil {
		return e
	}
	return err
}

// Release ends the call in the way that its state asks for, and waits until
// the other side knows or ctx ends.
func (c *Call) Release(ctx context.Context) error {
	err := c.ask(ctx, func() {
		f := c.Fact()
		switch {
		case c.isOver():
		case f.Outcome == record.Answered:
			_ = c.hangup() // its error is in the fact
		case !c.inbound:
			c.giveUp()
		case f.Outcome == record.Pending:
			c.reject(sip.StatusTemporarilyUnavailable, "Temporarily Unavailable")
		}
	})
	if err != nil {
		return err
	}
	return c.await(ctx, c.isOver)
}

func (c *Call) isOver() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.over
}

// end marks the call as over for both sides and falls silent.
func (c *Call) end() {
	c.settle()
	c.timer.alarm.stop()
	c.rel.alarm.stop()
	for _, m := range c.opened() {
		m.Hush()
	}
	c.mu.Lock()
	c.over = true
	c.mu.Unlock()
	c.note(func(*record.Attempt) {})
}

// hangup sends BYE (RFC 3261 §15.1.1).
func (c *Call) hangup() error {
	if c.bye != nil || c.isOver() {
		return nil
	}
	if c.inbound && c.unacked != nil { // RFC 3261 §15: not before the ACK
		c.leave = true
		c.note(func(f *record.Attempt) { f.Unacked = true })
		return nil
	}
	c.d.seq++
	c.note(func(f *record.Attempt) { f.ByeAt, f.ByeSent, f.Unacked = c.now(), true, false })
	var err error
	c.bye, err = c.agent.layer.Request(c.d.request(sip.BYE, c.d.seq), c.d.hop(), c.in)
	if err != nil {
		c.failed(err)
		c.end()
	}
	return err
}

// released takes the answer to our BYE; without one the call is over too
// (RFC 3261 §15.1.1).
func (c *Call) released(e transaction.Event) {
	if e.Err != nil {
		c.failed(e.Err)
		c.end()
		return
	}
	if code := e.Message.Response.StatusCode; code >= 200 {
		c.note(func(f *record.Attempt) { f.ByeCode = code })
		c.end()
	}
}
