package ua

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/sdp"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/reports/record"
)

// Invite dials a number through the proxy, calling from another. It returns
// once the INVITE is sent; what comes of it is in the call's fact.
func (a *Agent) Invite(ctx context.Context, from, number string, how ...Option) (*Call, error) {
	if a.cfg.MayDial != nil {
		if err := a.cfg.MayDial(number); err != nil {
			return nil, fmt.Errorf("invite %s: %w", number, err)
		}
	}
	_, domain := a.proxy()
	c := a.newCall(false, from)
	for _, o := range how {
		o(&c.manner)
	}
	if err := c.open(); err != nil {
		return nil, err
	}
	c.d.callID, c.d.localTag, c.d.seq = a.cfg.Token(), a.cfg.Token(), 1
	c.d.local = sip.Uri{Scheme: "sip", User: from, Host: domain}
	c.d.remote = sip.Uri{Scheme: "sip", User: number, Host: domain}
	c.d.target = c.d.remote
	c.fact.CallID, c.fact.From, c.fact.To = c.d.callID, from, number
	if c.manner.hops != nil {
		c.fact.Hops = *c.manner.hops
	}
	if c.manner.domain != "" {
		c.d.local.Host = c.manner.domain
	}
	if c.manner.anonymous { // RFC 3323 §4.1.1.3
		c.d.local = sip.Uri{Scheme: "sip", User: "anonymous", Host: "anonymous.invalid"}
	}
	req := c.d.request(sip.INVITE, c.d.seq)
	req.AppendHeader(a.contact(c.shown(from)))
	c.introduce(req)
	if !a.adopt(c) {
		for _, m := range c.opened() {
			m.Close()
		}
		return nil, errors.New("agent closed")
	}
	var err error
	if e := c.ask(ctx, func() { err = c.send(req) }); e != nil {
		return nil, e
	}
	if err != nil {
		c.ended(record.Rejected, err)
		return c, fmt.Errorf("invite %s: %w", number, err)
	}
	return c, nil
}

// introduce puts into the first INVITE what it asks for and offers.
func (c *Call) introduce(req *sip.Request) {
	c.dress(req)
	present(req)
	m := c.manner
	if m.require {
		req.AppendHeader(sip.NewHeader("Require", "100rel"))
	}
	if m.expires > 0 {
		n := int(m.expires / time.Second)
		req.AppendHeader(m.session())
		c.fact.Timer = &record.Timer{Asked: n}
	}
	if c.fact.Delayed = m.delayed; m.delayed {
		return
	}
	offer := c.sdp.offer()
	wire.SetBody(req, sdp.ContentType, offer)
	c.offered, c.fact.Offered = true, names(offer)
}

func (c *Call) send(req *sip.Request) (err error) {
	c.invite = req
	c.client, err = c.agent.layer.Request(req, c.d.proxy, c.in)
	return err
}

// response takes what is said to our INVITE.
func (c *Call) response(e transaction.Event) {
	if e.Err != nil {
		if e.Client == c.client {
			outcome := record.Rejected
			if t := (*transaction.TimeoutError)(nil); errors.As(e.Err, &t) {
				outcome = record.TimedOut
			}
			c.ended(outcome, e.Err)
		}
		return
	}
	res := e.Message.Response
	code := res.StatusCode
	if c.Fact().Outcome == record.Answered {
		if code < 300 {
			c.another(res)
		}
		return
	}
	if code >= 200 && code < 300 && res.Contact() == nil { // RFC 3261 §12.1.1
		c.lacks(nameOf(res), "Contact", 0)
	}
	if code >= 200 && code < 300 {
		c.describes(nameOf(res), description(res))
	}
	c.note(func(f *record.Attempt) {
		at := c.agent.cfg.Journal.At(e.Message.At)
		f.Own, f.Seen = wire.Mapping(res)
		f.Responses = append(f.Responses, record.Response{At: at, Code: code, Reason: res.Reason, Says: says(res)})
		if code >= 200 && code < 300 {
			f.Outcome, f.AnsweredAt = record.Answered, at
		}
	})
	switch {
	case code < 200:
		c.progress(res)
	case code < 300:
		c.answered(res)
	case challenged(code) && c.retry(res):
	case code < 400 && c.redirected(res):
	case code == 422 && c.longer(res):
	default:
		outcome := record.Rejected
		if c.Fact().CancelAt != 0 && code == sip.StatusRequestTerminated {
			outcome = record.Abandoned
		}
		c.ended(outcome, nil)
	}
}

// progress takes a provisional response; from now on CANCEL is allowed.
func (c *Call) progress(res *sip.Response) {
	if c.cancel {
		c.giveUp()
	}
	surely := lists(res, "100rel", "Require")
	if surely && !c.prack(res) {
		return
	}
	if body := description(res); len(body) > 0 && c.offered { // early media
		if to, err := c.sdp.accept(body); err == nil {
			c.talk(to)
			if surely { // this is the answer; what follows is not (RFC 3261 §13.2.1)
				c.offered, c.settled = false, true
				c.agreed(body)
			}
		}
	}
}

// answered takes the 2xx: ACK, then talk, or BYE where the call was given up
// or has no media (RFC 3261 §13.2.2.4).
func (c *Call) answered(res *sip.Response) {
	c.d.confirm(res)
	c.granted(res)
	var to agreed
	var answer []byte
	body := description(res)
	var err error
	switch {
	case c.settled:
	case c.manner.delayed: // the offer is theirs, the ACK has our answer
		c.asked(body)
		answer, to, err = c.sdp.answer(body)
	default:
		to, err = c.sdp.accept(body)
	}
	c.sendAck(c.invite, answer)
	c.offered = false
	switch {
	case err != nil:
		c.failed(fmt.Errorf("answer to our offer: %w", err))
		c.note(func(f *record.Attempt) { f.Agreed = names(body) })
	case !c.settled:
		if answer == nil {
			answer = body
		}
		c.agreed(answer)
		c.talk(to)
	}
	if c.cancel || err != nil {
		_ = c.hangup() // its error is in the fact
	}
}

// sendAck acknowledges a 2xx to an INVITE of ours.
func (c *Call) sendAck(invite *sip.Request, answer []byte) {
	c.ack = c.d.request(sip.ACK, invite.CSeq().SeqNo)
	for _, name := range []string{"Authorization", "Proxy-Authorization"} { // RFC 3261 §22.1
		sip.CopyHeaders(name, invite, c.ack)
	}
	wire.SetBody(c.ack, sdp.ContentType, answer)
	if err := c.agent.layer.Send(c.ack, c.d.hop()); err != nil {
		c.failed(err)
	}
}

// redirected follows a 3xx to a number that the call may go to
// (RFC 3261 §8.1.3.4): through the proxy, like any call.
func (c *Call) redirected(res *sip.Response) bool {
	contact := res.Contact()
	if contact == nil || c.cancel || c.Fact().Redirected != "" || !slices.Contains(c.manner.follow, contact.Address.User) {
		return false
	}
	number := contact.Address.User
	if may := c.agent.cfg.MayDial; may != nil && may(number) != nil {
		return false
	}
	c.note(func(f *record.Attempt) { f.Redirected = number })
	c.d.target.User, c.tries = number, 0
	c.d.seq++
	req := c.invited()
	if err := c.send(req); err != nil {
		c.failed(err)
		return false
	}
	return true
}

// invited writes the INVITE once more.
func (c *Call) invited() *sip.Request {
	req := c.d.request(sip.INVITE, c.d.seq)
	c.dress(req)
	for _, name := range []string{"Contact", "Allow", "Supported", "Require", "Session-Expires"} {
		sip.CopyHeaders(name, c.invite, req)
	}
	wire.SetBody(req, sdp.ContentType, c.invite.Body())
	return req
}

// another takes a further 2xx: a copy gets the same ACK again, one of another
// branch of a fork is acknowledged and released.
func (c *Call) another(res *sip.Response) {
	if tag, _ := res.To().Params.Get("tag"); tag == c.d.remoteTag {
		if c.ack.CSeq().SeqNo != res.CSeq().SeqNo {
			return // long since acknowledged
		}
		if err := c.agent.layer.Resend(c.ack, c.d.hop()); err != nil {
			c.failed(err)
		}
		return
	}
	fork := c.d
	fork.confirm(res)
	if err := c.agent.layer.Send(fork.request(sip.ACK, c.invite.CSeq().SeqNo), fork.hop()); err != nil {
		c.failed(err)
		return
	}
	if _, err := c.agent.layer.Request(fork.request(sip.BYE, c.d.seq+1), fork.hop(), nil); err != nil {
		c.failed(err)
	}
}

// retry answers a challenge, once (RFC 3261 §22.2), and once more where only
// the nonce was too old.
func (c *Call) retry(res *sip.Response) bool {
	if c.cancel || c.agent.cfg.Password == "" || c.tries > 1 || c.tries == 1 && !stale(res) {
		return false
	}
	c.tries++
	c.d.seq++
	req := c.invited()
	wrong := authorize(req, res, c.agent.cfg.Username, c.agent.cfg.Password)
	if wrong != "" {
		c.note(func(f *record.Attempt) { f.Challenge = wrong })
		return false
	}
	c.note(func(f *record.Attempt) { f.Challenge = odd(res) })
	err := c.send(req)
	if err != nil {
		c.failed(err)
	}
	return err == nil
}

// giveUp cancels; see Cancel.
func (c *Call) giveUp() {
	c.cancel = true
	if c.fact.CancelAt != 0 || c.fact.Outcome != record.Pending || c.client == nil {
		return
	}
	c.note(func(f *record.Attempt) { f.CancelAt = c.now() })
	if c.client.Cancel() != nil { // not allowed yet: the first provisional response comes back here
		c.note(func(f *record.Attempt) { f.CancelAt = 0 })
	}
}

// ended is a final outcome without a dialog.
func (c *Call) ended(outcome record.Outcome, err error) {
	c.note(func(f *record.Attempt) { f.Outcome = outcome })
	if err != nil {
		c.failed(err)
	}
	c.end()
}
