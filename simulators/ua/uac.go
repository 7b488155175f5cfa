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

// Invite dials a number through the proxy, calling from another. It returns
// once the INVITE is sent; what comes of it is in the call's fact.
func (a *Agent) Invite(ctx context.Context, from, number string) (*Call, error) {
	_, domain := a.proxy()
	c := a.newCall(false, from)
	if err := c.open(); err != nil {
		return nil, err
	}
	c.d.callID, c.d.localTag, c.d.seq = a.cfg.Token(), a.cfg.Token(), 1
	c.d.local = sip.Uri{Scheme: "sip", User: from, Host: domain}
	c.d.remote = sip.Uri{Scheme: "sip", User: number, Host: domain}
	c.d.target = c.d.remote
	c.fact.CallID, c.fact.From, c.fact.To = c.d.callID, from, number
	req := c.d.request(sip.INVITE, c.d.seq)
	req.AppendHeader(a.contact(from))
	req.AppendHeader(sip.NewHeader("Allow", allow))
	wire.SetBody(req, sdp.ContentType, c.sdp.offer())
	c.offered = true
	if !a.adopt(c) {
		c.media.Close()
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
	c.note(func(f *record.Attempt) {
		at := c.agent.cfg.Journal.At(e.Message.At)
		f.Responses = append(f.Responses, record.Response{At: at, Code: code, Reason: res.Reason})
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
	if len(res.Body()) > 0 && c.offered { // early media
		if to, err := c.sdp.accept(res.Body()); err == nil {
			c.talk(to)
		}
	}
}

// answered takes the 2xx: ACK, then talk, or BYE where the call was given up
// or has no media (RFC 3261 §13.2.2.4).
func (c *Call) answered(res *sip.Response) {
	c.d.confirm(res)
	c.sendAck()
	to, err := c.sdp.accept(res.Body())
	c.offered = false
	if err != nil {
		c.failed(fmt.Errorf("answer to our offer: %w", err))
	} else {
		c.talk(to)
	}
	if c.cancel || err != nil {
		_ = c.hangup() // its error is in the fact
	}
}

func (c *Call) sendAck() {
	c.ack = c.d.request(sip.ACK, c.invite.CSeq().SeqNo)
	for _, name := range []string{"Authorization", "Proxy-Authorization"} { // RFC 3261 §22.1
		sip.CopyHeaders(name, c.invite, c.ack)
	}
	if err := c.agent.layer.Send(c.ack, c.d.hop()); err != nil {
		c.failed(err)
	}
}

// another takes a further 2xx: a copy gets the same ACK again, one of another
// branch of a fork is acknowledged and released.
func (c *Call) another(res *sip.Response) {
	if tag, _ := res.To().Params.Get("tag"); tag == c.d.remoteTag {
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

// retry answers a challenge, once (RFC 3261 §22.2).
func (c *Call) retry(res *sip.Response) bool {
	if c.tried || c.cancel || c.agent.cfg.Password == "" {
		return false
	}
	c.tried = true
	c.d.seq++
	req := c.d.request(sip.INVITE, c.d.seq)
	for _, name := range []string{"Contact", "Allow"} {
		sip.CopyHeaders(name, c.invite, req)
	}
	wire.SetBody(req, sdp.ContentType, c.invite.Body())
	err := authorize(req, res, c.agent.cfg.Username, c.agent.cfg.Password)
	if err == nil {
		err = c.send(req)
	}
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
