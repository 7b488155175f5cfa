package ua

import (
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/transaction"
)

// unacknowledged is our 2xx to an INVITE, until its ACK comes.
type unacknowledged struct {
	server *transaction.Server
	res    *sip.Response
	since  time.Time
	wait   time.Duration
	alarm  *alarm
}

// persist repeats a 2xx that was sent until its ACK comes, and hangs up where
// none does (RFC 3261 §13.3.1.4).
func (c *Call) persist(s *transaction.Server, res *sip.Response) {
	u := &unacknowledged{server: s, res: res, since: time.Now(), wait: c.agent.layer.Timers().T1}
	c.unacked = u
	u.alarm = c.after(u.wait, c.repeatOK)
}

func (c *Call) repeatOK() {
	u, t := c.unacked, c.agent.layer.Timers()
	if u == nil {
		return
	}
	if time.Since(u.since) >= 64*t.T1 {
		c.unacked = nil
		c.failed(&transaction.TimeoutError{Waiting: "ACK to our 200", After: 64 * t.T1})
		_ = c.hangup() // its error is in the fact
		return
	}
	if err := u.server.Respond(u.res); err != nil {
		c.failed(err)
	}
	u.wait = min(2*u.wait, t.T2)
	u.alarm = c.after(u.wait, c.repeatOK)
}

// settle stops the repetition.
func (c *Call) settle() {
	if u := c.unacked; u != nil {
		u.alarm.stop()
		c.unacked = nil
	}
}

// acknowledged takes the ACK to our 2xx, with the answer to our offer if the
// 2xx carried one.
func (c *Call) acknowledged(ack *sip.Request) {
	if u := c.unacked; u == nil || u.server.Request().CSeq().SeqNo != ack.CSeq().SeqNo {
		return // a copy
	}
	c.settle()
	if c.leave {
		_ = c.hangup() // its error is in the fact
	}
	if !c.offered {
		return
	}
	c.offered = false
	answer := description(ack)
	c.describes("ACK", answer)
	to, err := c.sdp.accept(answer)
	if err != nil {
		c.failed(err)
		_ = c.hangup() // its error is in the fact
		return
	}
	c.agreed(answer)
	c.talk(to)
}
