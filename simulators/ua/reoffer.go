package ua

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/sdp"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/reports/record"
)

// Hold puts the other side on hold (RFC 3264 §8.4): we are silent from then
// on and ask it to be so. It returns once the re-INVITE is sent.
func (c *Call) Hold(ctx context.Context) error { return c.reoffer(ctx, sdp.SendOnly) }

// Resume ends the hold.
func (c *Call) Resume(ctx context.Context) error { return c.reoffer(ctx, sdp.SendRecv) }

// Refresh refreshes the session as it is: by UPDATE where the other side
// allows it, else by re-INVITE (RFC 4028 §7.4).
func (c *Call) Refresh(ctx context.Context) error {
	var err error
	if e := c.ask(ctx, func() { err = c.refresh() }); e != nil {
		return e
	}
	return err
}

// errBusy is an offer that cannot be made now.
var errBusy = errors.New("no session to change, or an offer still open")

func (c *Call) reoffer(ctx context.Context, d sdp.Direction) error {
	var err error
	if e := c.ask(ctx, func() {
		if err = c.free(); err != nil {
			return
		}
		c.sdp.direction = d
		err = c.reask(sip.INVITE, c.sdp.offer(), d)
	}); e != nil {
		return e
	}
	return err
}

// free tells whether the session may be changed now.
func (c *Call) free() error {
	if c.isOver() || c.bye != nil || c.Fact().Outcome != record.Answered || c.asking != nil {
		return errBusy
	}
	return nil
}

func (c *Call) refresh() error {
	if err := c.free(); err != nil {
		return err
	}
	if c.updates {
		return c.reask(sip.UPDATE, nil, "")
	}
	return c.reask(sip.INVITE, c.sdp.said, "")
}

// reask sends a re-INVITE or UPDATE.
func (c *Call) reask(method sip.RequestMethod, body []byte, d sdp.Direction) (err error) {
	c.d.seq++
	req := c.d.request(method, c.d.seq)
	req.AppendHeader(c.agent.contact(c.user))
	present(req)
	c.wish(req)
	wire.SetBody(req, sdp.ContentType, body)
	c.note(func(f *record.Attempt) {
		f.Reoffers = append(f.Reoffers, record.Reoffer{At: c.now(), Method: string(method), Sent: true, Direction: string(d)})
	})
	if c.asking, err = c.agent.layer.Request(req, c.d.hop(), c.in); err != nil {
		c.failed(err)
	}
	return err
}

// reanswered takes what is said to a re-INVITE or UPDATE of ours.
func (c *Call) reanswered(e transaction.Event) {
	if e.Err != nil {
		c.asking = nil
		c.failed(e.Err)
		_ = c.hangup() // RFC 3261 §12.2.1.2; its error is in the fact
		return
	}
	res := e.Message.Response
	code := res.StatusCode
	if code < 200 {
		return
	}
	c.asking = nil
	if code == statusPending && c.glares < mostGlares {
		c.askAgain(e.Client.Request())
		return
	}
	c.glares = 0
	invite := e.Client.Request().IsInvite()
	if code < 300 && invite {
		if contact := res.Contact(); contact != nil {
			c.d.target = contact.Address
		}
		c.sendAck(e.Client.Request(), nil)
	}
	if code < 300 {
		c.describes(nameOf(res), description(res))
		c.granted(res)
		c.moved(description(res), len(e.Client.Request().Body()) > 0)
	}
	c.note(func(f *record.Attempt) {
		for i := range f.Reoffers {
			r := &f.Reoffers[i]
			if r.Sent && r.Code == 0 {
				r.Code, r.End = code, c.agent.cfg.Journal.At(e.Message.At)
				if code < 300 {
					r.Expires, _ = sessionExpires(res)
					r.Answer = directionOf(description(res))
				}
			}
		}
	})
	if code == sip.StatusCallTransactionDoesNotExists || code == sip.StatusRequestTimeout {
		_ = c.hangup() // RFC 3261 §12.2.1.2; its error is in the fact
	}
}

const (
	statusPending = 491
	mostGlares    = 3
)

// askAgain repeats an offer that met one of the other side: who made the
// Call-ID waits longer (RFC 3261 §14.1).
func (c *Call) askAgain(refused *sip.Request) {
	c.glares++
	wait := 2500 * time.Millisecond
	if c.inbound {
		wait = 500 * time.Millisecond
	}
	c.after(wait, func() {
		if c.free() != nil {
			return
		}
		c.d.seq++
		req := c.d.request(refused.Method, c.d.seq)
		for _, name := range []string{"Contact", "Allow", "Supported", "Session-Expires"} {
			sip.CopyHeaders(name, refused, req)
		}
		body := refused.Body()
		if len(body) > 0 && !bytes.Equal(body, c.sdp.said) { // we have answered since (RFC 3264 §8)
			body = c.sdp.offer()
		}
		wire.SetBody(req, sdp.ContentType, body)
		var err error
		if c.asking, err = c.agent.layer.Request(req, c.d.hop(), c.in); err != nil {
			c.failed(err)
		}
	})
}

// moved takes the answer to a later offer of ours.
func (c *Call) moved(answer []byte, offered bool) {
	if !offered || len(answer) == 0 {
		return
	}
	to, err := c.sdp.accept(answer)
	if err != nil {
		c.failed(err)
		if c.sdp.direction != sdp.SendOnly { // who holds is silent, whatever was answered
			return
		}
	}
	c.talk(to)
}

// reinvited takes a re-INVITE or UPDATE of the other side. One while ours is
// open gets 491 (RFC 3261 §14.2, RFC 3311 §5.2).
func (c *Call) reinvited(s *transaction.Server) {
	req := s.Request()
	at, offer := c.now(), description(req)
	d := directionOf(offer)
	note := func(code int) {
		c.note(func(f *record.Attempt) {
			f.Reoffers = append(f.Reoffers, record.Reoffer{At: at, Method: string(req.Method), Direction: d, Code: code, End: c.now()})
		})
	}
	if c.asking != nil {
		note(statusPending)
		c.reply(s, statusPending, "Request Pending")
		return
	}
	if strange(req) != "" {
		note(sip.StatusUnsupportedMediaType)
		c.refuseBody(s)
		return
	}
	if tooBrief(req) {
		note(422)
		c.refuseBrief(s)
		return
	}
	body := c.sdp.said
	if req.Method == sip.UPDATE {
		body = nil
	}
	c.describes(string(req.Method), offer)
	if len(offer) > 0 {
		answer, to, err := c.sdp.answer(offer)
		if errors.Is(err, errNoCodec) {
			note(sip.StatusNotAcceptableHere)
			c.reply(s, sip.StatusNotAcceptableHere, "Not Acceptable Here")
			return
		}
		if err != nil {
			note(sip.StatusBadRequest)
			c.reply(s, sip.StatusBadRequest, "Bad Request")
			return
		}
		body = answer
		c.talk(to)
	} else if req.IsInvite() {
		c.offered = true // the ACK brings the answer
	}
	if contact := req.Contact(); contact != nil {
		c.d.target = contact.Address
	}
	res := wire.NewResponse(req, sip.StatusOK, "OK", c.d.localTag)
	res.AppendHeader(c.agent.contact(c.user))
	present(res)
	c.grant(req, res)
	wire.SetBody(res, sdp.ContentType, body)
	note(sip.StatusOK)
	if err := s.Respond(res); err != nil {
		c.failed(err)
	}
	if req.IsInvite() {
		c.persist(s, res)
	}
}

// directionOf gives the direction of a description's audio.
func directionOf(body []byte) string {
	d, err := sdp.Parse(body)
	if len(body) == 0 || err != nil || d.Audio() == nil {
		return ""
	}
	m := d.Audio()
	if m.Addr.Addr().IsUnspecified() { // the older way (RFC 3264 §8.4)
		return string(sdp.Inactive)
	}
	return string(m.Direction)
}
