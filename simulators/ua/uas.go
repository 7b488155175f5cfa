package ua

import (
	"context"
	"errors"
	"fmt"

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
	if b.Late {
		a.answer(s, sip.StatusTemporarilyUnavailable, reason(sip.StatusTemporarilyUnavailable))
		return nil
	}
	c := a.newCall(true, number)
	c.server = s
	c.d.callID, c.d.localTag = m.CallID(), a.cfg.Token()
	c.d.local, c.d.remote = req.To().Address, req.From().Address
	c.d.accept(req)
	c.d.proxy = m.From()
	c.fact.CallID, c.fact.From, c.fact.To = c.d.callID, req.From().Address.User, number
	c.fact.Start, c.fact.Identity = a.cfg.Journal.At(m.At), identityOf(req)
	if b.Silent {
		c.over = true // nothing to release: not a word was said
	}
	c.behaviour = b
	if !a.adopt(c) || b.Silent {
		return nil
	}
	return c.in
}

// ring is the beginning of a call that came in. One that was released before
// its INVITE got here is refused already.
func (c *Call) ring() {
	if c.isOver() {
		return // released before the INVITE was looked at
	}
	b, req := c.behaviour, c.server.Request()
	c.updates = lists(req, "UPDATE", "Allow")
	if n := len(req.GetHeaders("Contact")); n != 1 { // RFC 3261 §8.1.1.8
		c.lacks("INVITE", "Contact", n)
	}
	offer := description(req)
	c.describes("INVITE", offer)
	c.note(func(f *record.Attempt) { f.Delayed, f.Offered = len(offer) == 0, names(offer) })
	switch {
	case b.Reject != 0:
		c.reject(b.Reject, reason(b.Reject))
	case b.Redirect != "":
		c.redirect(b.Redirect)
	case unknown(req) != "":
		c.object(unknownExtension, unknown(req))
		c.decline(sip.StatusBadExtension, "Bad Extension", sip.NewHeader("Unsupported", unknown(req)))
	case strange(req) != "":
		c.object(unknownBody, strange(req))
		c.decline(sip.StatusUnsupportedMediaType, "Unsupported Media Type", sip.NewHeader("Accept", accept))
	case tooBrief(req):
		c.decline(422, "Session Interval Too Small", sip.NewHeader("Min-SE", fmt.Sprint(minSE)))
	case !c.shares(offer):
		c.decline(sip.StatusNotAcceptableHere, "Not Acceptable Here", // RFC 3261 §20.43
			sip.NewHeader("Warning", fmt.Sprintf("305 %s %q", c.agent.Addr(), "no codec in common")))
	default:
		c.alert(b, req)
	}
}

// alert rings, reliably where it is to be, with our voice where it is to be
// heard early.
func (c *Call) alert(b Behaviour, req *sip.Request) {
	surely := b.Reliable || lists(req, "100rel", "Require")
	if surely && !lists(req, "100rel", "Require", "Supported", "k") { // RFC 3262 §4
		c.object(noReliable, "100rel")
		c.decline(sip.StatusExtensionRequired, "Extension Required", sip.NewHeader("Require", "100rel"))
		return
	}
	if b.Hairpin > 0 {
		c.sendBack()
		return
	}
	if b.Trying {
		c.respond(sip.StatusTrying, "Trying", nil)
		return
	}
	if b.AtOnce && !surely {
		c.pickUp()
		return
	}
	code, phrase := sip.StatusRinging, "Ringing"
	var body []byte
	if b.Announce {
		code, phrase = sip.StatusSessionInProgress, "Session Progress"
		if body = c.announce(); body == nil {
			return
		}
	}
	then := func() {
		if !b.Ring && !b.Cross && !b.Announce {
			c.pickUp()
		}
	}
	if surely {
		c.settled = len(body) > 0
		c.ringReliably(code, phrase, body, then)
		return
	}
	c.respond(code, phrase, body)
	then()
}

// announce answers the offer before the call is answered, and talks; nil
// where that cannot be.
func (c *Call) announce() []byte {
	offer := description(c.server.Request())
	err := c.open()
	if err != nil || len(offer) == 0 {
		c.failed(fmt.Errorf("announce: %w", errors.Join(err, errNoCodec)))
		c.reject(sip.StatusInternalServerError, "Server Internal Error")
		return nil
	}
	answer, to, err := c.sdp.answer(offer)
	if err != nil {
		c.failed(err)
		c.reject(sip.StatusNotAcceptableHere, "Not Acceptable Here")
		return nil
	}
	c.early = answer
	c.agreed(answer)
	c.talk(to)
	return answer
}

// shares tells whether an offer has a codec of ours; no offer leaves it to
// the answer.
func (c *Call) shares(offer []byte) bool {
	if len(offer) == 0 {
		return true
	}
	n := negotiation{codecs: c.speaks()}
	d, err := sdp.Parse(offer)
	if err != nil || d.Audio() == nil || len(d.Media) > 1 {
		return err == nil // what there is besides is for the answer to say
	}
	_, ok := n.common(d.Audio().Codecs)
	return ok
}

// redirect sends the caller to another number (RFC 3261 §21.3.3).
func (c *Call) redirect(number string) {
	_, domain := c.agent.proxy()
	c.decline(sip.StatusMovedTemporarily, "Moved Temporarily",
		&sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: number, Host: domain}})
}

// Answer answers a call that rings or announces.
func (c *Call) Answer(ctx context.Context) error {
	return c.ask(ctx, func() {
		switch {
		case !c.inbound || c.Fact().Outcome != record.Pending:
		case c.rel.open != nil: // not before its PRACK (RFC 3262 §3)
			c.rel.then = c.pickUp
		default:
			c.pickUp()
		}
	})
}

// pickUp answers: with the answer to the offer of the INVITE, or with an
// offer where it had none (RFC 3261 §13.3.1.4).
func (c *Call) pickUp() {
	body := c.early
	switch {
	case c.settled:
		body = nil
	case body == nil:
		var ok bool
		if body, ok = c.described(); !ok {
			return
		}
	}
	res := c.respond(sip.StatusOK, "OK", body)
	c.persist(c.server, res)
}

// described gives our description for the 2xx, or refuses the call.
func (c *Call) described() ([]byte, bool) {
	if err := c.open(); err != nil {
		c.failed(err)
		c.reject(sip.StatusInternalServerError, "Server Internal Error")
		return nil, false
	}
	offer := description(c.server.Request())
	if len(offer) == 0 {
		c.offered = true
		body := c.sdp.offer()
		c.asked(body)
		return body, true
	}
	answer, to, err := c.sdp.answer(offer)
	if err != nil {
		c.failed(err)
		c.reject(sip.StatusNotAcceptableHere, "Not Acceptable Here")
		return nil, false
	}
	c.agreed(answer)
	c.talk(to)
	return answer, true
}

// respond answers the INVITE.
func (c *Call) respond(code int, reason string, body []byte, more ...sip.Header) *sip.Response {
	res := wire.NewResponse(c.server.Request(), code, reason, c.d.localTag)
	if code > 100 && code < 300 {
		res.AppendHeader(c.agent.contact(c.user))
		present(res)
	}
	for _, h := range more {
		res.AppendHeader(h)
	}
	if code >= 200 && code < 300 {
		c.grant(c.server.Request(), res)
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

// What is wrong with a request that is refused, and where that is said.
const (
	unknownExtension = "requires %s, an extension that it does not know (RFC 3261 §8.2.2.3)"
	unknownBody      = "has a body that must be understood and is not, %s (RFC 3261 §8.2.3)"
	noReliable       = "does not say Supported: %s, without which it does not ring (RFC 3262 §3)"
)

// object notes why a request is refused.
func (c *Call) object(why, what string) {
	c.note(func(f *record.Attempt) { f.Objection = fmt.Sprintf(why, what) })
}

func (c *Call) reject(code int, reason string) { c.decline(code, reason) }

// decline refuses the call, and says with what it would have been taken.
func (c *Call) decline(code int, reason string, more ...sip.Header) {
	c.respond(code, reason, nil, more...)
	c.ended(record.Rejected, nil)
}

// cancelled takes a CANCEL of the call (RFC 3261 §9.2).
func (c *Call) cancelled(e transaction.Event) {
	c.note(func(f *record.Attempt) { f.CancelAt = c.now() })
	c.reply(e.Server, sip.StatusOK, "OK")
	if c.Fact().Outcome != record.Pending {
		return // too late: no effect
	}
	if c.behaviour.Cross {
		c.pickUp()
		return
	}
	c.respond(sip.StatusRequestTerminated, "Request Terminated", nil)
	c.ended(record.Abandoned, nil)
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
	case sip.StatusLoopDetected:
		return "Loop Detected"
	case sip.StatusTooManyHops:
		return "Too Many Hops"
	case sip.StatusServiceUnavailable:
		return "Service Unavailable"
	case sip.StatusGlobalDecline:
		return "Decline"
	}
	return "Refused"
}
