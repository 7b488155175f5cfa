package ua

import (
	"errors"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/sdp"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/reports/record"
)

// incoming takes an INVITE and gives the inbox of its call, or nil where
// nothing more is to be said to it.
func (a *Agent) incoming(m *wire.Message, s *transaction.Server) *transaction.Inbox {
	req := m.Request
	number := req.Recipient.User
	b := Behaviour{Reject: sip.StatusTemporarilyUnavailable}
	if a.cfg.Incoming != nil {
		b = a.cfg.Incoming(number)
	}
	c := a.newCall(true, number)
	c.server = s
	c.d.callID, c.d.localTag = m.CallID(), a.cfg.Token()
	c.d.local, c.d.remote = req.To().Address, req.From().Address
	c.d.accept(req)
	c.d.proxy = m.From()
	c.fact.CallID, c.fact.From, c.fact.To = c.d.callID, req.From().Address.User, number
	c.fact.Start = a.cfg.Journal.At(m.At)
	if b.Silent {
		c.over = true // nothing to release: not a word was said
	}
	c.behaviour = b
	if !a.adopt(c) || b.Silent {
		return nil
	}
	return c.in
}

// ring is the beginning of a call that came in.
func (c *Call) ring() {
	b := c.behaviour
	if b.Reject != 0 {
		c.reject(b.Reject, reason(b.Reject))
		return
	}
	c.respond(sip.StatusRinging, "Ringing", nil)
	if !b.Ring {
		c.pickUp()
	}
}

// pickUp answers: with the answer to the offer of the INVITE, or with an
// offer where it had none (RFC 3261 §13.3.1.4).
func (c *Call) pickUp() {
	if err := c.open(); err != nil {
		c.failed(err)
		c.reject(sip.StatusInternalServerError, "Server Internal Error")
		return
	}
	var body []byte
	if offer := c.server.Request().Body(); len(offer) == 0 {
		body = c.sdp.offer()
		c.offered = true
	} else {
		answer, to, err := c.sdp.answer(offer)
		if err != nil {
			c.failed(err)
			c.reject(sip.StatusNotAcceptableHere, "Not Acceptable Here")
			return
		}
		body = answer
		c.talk(to)
	}
	c.ok = c.respond(sip.StatusOK, "OK", body)
	c.since, c.wait = time.Now(), c.agent.layer.Timers().T1
	c.resend.Reset(c.wait)
}

// respond answers the INVITE.
func (c *Call) respond(code int, reason string, body []byte) *sip.Response {
	res := wire.NewResponse(c.server.Request(), code, reason, c.d.localTag)
	if code < 300 {
		res.AppendHeader(c.agent.contact(c.user))
		res.AppendHeader(sip.NewHeader("Allow", allow))
	}
	wire.SetBody(res, sdp.ContentType, body)
	// Noted before it is sent: what follows from it elsewhere must not be
	// judged without it.
	c.note(func(f *record.Attempt) {
		f.Responses = append(f.Responses, record.Response{At: c.now(), Code: code, Reason: reason})
		switch {
		case code < 200:
		case code < 300:
			f.Outcome, f.AnsweredAt = record.Answered, c.now()
		case code == sip.StatusRequestTerminated:
			f.Outcome = record.Abandoned
		default:
			f.Outcome = record.Rejected
		}
	})
	if err := c.server.Respond(res); err != nil {
		c.failed(err)
	}
	return res
}

func (c *Call) reject(code int, reason string) {
	c.respond(code, reason, nil)
	c.ended(record.Rejected, nil)
}

// repeatOK sends our 2xx again until its ACK comes, and hangs up where none
// does (RFC 3261 §13.3.1.4).
func (c *Call) repeatOK() {
	t := c.agent.layer.Timers()
	if time.Since(c.since) >= 64*t.T1 {
		c.failed(&transaction.TimeoutError{Waiting: "ACK to our 200", After: 64 * t.T1})
		_ = c.hangup() // its error is in the fact
		return
	}
	if err := c.server.Respond(c.ok); err != nil {
		c.failed(err)
	}
	c.wait = min(2*c.wait, t.T2)
	c.resend.Reset(c.wait)
}

// acknowledged takes the ACK to our 2xx, with the answer to our offer if the
// 2xx carried one.
func (c *Call) acknowledged(ack *sip.Request) {
	c.resend.Stop()
	if !c.offered {
		return
	}
	c.offered = false
	to, err := c.sdp.accept(ack.Body())
	if err != nil {
		c.failed(err)
		_ = c.hangup() // its error is in the fact
		return
	}
	c.talk(to)
}

// cancelled takes a CANCEL of the call (RFC 3261 §9.2).
func (c *Call) cancelled(e transaction.Event) {
	c.note(func(f *record.Attempt) { f.CancelAt = c.now() })
	c.reply(e.Server, sip.StatusOK, "OK")
	if c.Fact().Outcome != record.Pending {
		return // too late: no effect
	}
	c.respond(sip.StatusRequestTerminated, "Request Terminated", nil)
	c.ended(record.Abandoned, nil)
}

// reinvited takes a new offer within the dialog.
func (c *Call) reinvited(s *transaction.Server) {
	body := c.sdp.said
	if offer := s.Request().Body(); len(offer) > 0 {
		answer, to, err := c.sdp.answer(offer)
		if errors.Is(err, errNoCodec) {
			c.reply(s, sip.StatusNotAcceptableHere, "Not Acceptable Here")
			return
		}
		if err != nil {
			c.reply(s, sip.StatusBadRequest, "Bad Request")
			return
		}
		body = answer
		c.talk(to)
	}
	res := wire.NewResponse(s.Request(), sip.StatusOK, "OK", c.d.localTag)
	res.AppendHeader(c.agent.contact(c.user))
	wire.SetBody(res, sdp.ContentType, body)
	if err := s.Respond(res); err != nil {
		c.failed(err)
	}
}

// reason gives the phrase of a refusal (RFC 3261 §21).
func reason(code int) string {
	switch code {
	case sip.StatusNotFound:
		return "Not Found"
	case sip.StatusBusyHere:
		return "Busy Here"
	case sip.StatusTemporarilyUnavailable:
		return "Temporarily Unavailable"
	case sip.StatusServiceUnavailable:
		return "Service Unavailable"
	case sip.StatusGlobalDecline:
		return "Decline"
	}
	return "Refused"
}
