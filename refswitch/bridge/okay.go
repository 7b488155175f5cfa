package bridge

import (
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/sdp"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
)

// okay is a 2xx of ours to an INVITE that waits for its ACK.
type okay struct {
	server *transaction.Server
	res    *sip.Response
	seq    uint32
	since  time.Time
	wait   time.Duration // to the next repetition
	alarm  *alarm
	then   func(ack *sip.Request) // what the ACK lets go on; may be nil
}

func (o *okay) stop() {
	if o != nil {
		o.alarm.stop()
	}
}

// accept sends a 2xx to an INVITE and repeats it until the ACK comes
// (RFC 3261 §13.3.1.4); then goes on with the ACK.
func (c *Call) accept(l *leg, s *transaction.Server, res *sip.Response, then func(*sip.Request)) {
	if err := s.Respond(res); err != nil {
		c.cfg.Log.Warn("answer", "call", l.id.CallID, "err", err)
	}
	o := &okay{
		server: s, res: res, seq: s.Request().CSeq().SeqNo, since: time.Now(),
		wait: c.cfg.Layer.Timers().T1, then: then,
	}
	l.okay = o
	o.alarm = c.after(o.wait, func() { c.repeatOK(l) })
}

// repeatOK sends the 2xx again, and releases the call where no ACK comes.
func (c *Call) repeatOK(l *leg) {
	o, t := l.okay, c.cfg.Layer.Timers()
	if o == nil {
		return
	}
	if time.Since(o.since) >= 64*t.T1 {
		c.cfg.Log.Warn("no ACK", "call", l.id.CallID)
		c.release()
		return
	}
	if err := o.server.Respond(o.res); err != nil {
		c.cfg.Log.Debug("repeat 2xx", "err", err)
	}
	o.wait = min(2*o.wait, t.T2)
	o.alarm = c.after(o.wait, func() { c.repeatOK(l) })
}

// acknowledged takes the ACK to a 2xx of ours.
func (c *Call) acknowledged(l *leg, ack *sip.Request) {
	o := l.okay
	if o == nil || ack.CSeq().SeqNo != o.seq {
		return // a copy
	}
	l.okay = nil
	o.alarm.stop()
	if o.then != nil {
		o.then(ack)
	}
}

// acknowledge sends the ACK to a 2xx, the same one again for each copy
// (RFC 3261 §13.2.2.4). The body is the answer to an offer in the 2xx.
func (c *Call) acknowledge(l *leg, seq uint32, body []byte) {
	var err error
	if l.ack != nil && l.ack.CSeq().SeqNo == seq {
		err = c.cfg.Layer.Resend(l.ack, l.next())
	} else {
		l.owed = 0
		l.ack = l.request(sip.ACK, seq)
		if len(body) > 0 {
			body = l.own(body)
			wire.SetBody(l.ack, sdp.ContentType, body)
			l.said = body
		}
		err = c.cfg.Layer.Send(l.ack, l.next())
	}
	if err != nil {
		c.cfg.Log.Warn("ack", "call", l.id.CallID, "err", err)
	}
}

// again takes a copy of a 2xx: it gets the same ACK, unless that still waits
// for the answer of the other side.
func (c *Call) again(l *leg, seq uint32) {
	if l.owed != seq {
		c.acknowledge(l, seq, nil)
	}
}
