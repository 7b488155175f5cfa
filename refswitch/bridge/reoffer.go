package bridge

import (
	"bytes"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/sdp"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/refswitch/internal/seam"
)

// forward is a request within one dialog that was passed on in the other.
type forward struct {
	server   *transaction.Server
	from, to *leg
	offer    []byte // of the request
	seq      uint32 // of ours
	done     bool   // its final response came
}

// busy tells whether an offer of either side is open on the leg, or an INVITE
// not yet acknowledged.
func (l *leg) busy() bool { return l.asking != nil || l.taking != nil || l.okay != nil || l.owed != 0 }

// reoffered takes a re-INVITE or UPDATE.
func (c *Call) reoffered(e transaction.Event, mine *leg) {
	req := e.Message.Request
	if TooBrief(req) {
		res := c.within(e, statusIntervalTooSmall)
		NameMinSE(res)
		c.send(e.Server, res)
		return
	}
	if Unread(req) != "" {
		res := c.within(e, sip.StatusUnsupportedMediaType)
		res.AppendHeader(sip.NewHeader("Accept", Accept))
		c.send(e.Server, res)
		return
	}
	if req.Method == sip.UPDATE && len(described(req)) == 0 { // only a refresh
		code := c.cfg.Hooks.Refreshed(sip.StatusOK)
		res := c.within(e, code)
		if code < 300 {
			mine.refresh(req)
			c.introduce(res)
			c.grant(mine, req, res)
		}
		c.send(e.Server, res)
		return
	}
	c.pass(e, mine, c.other(mine))
}

// pass passes a request with an offer, or one that asks for an offer, on to
// the other side. Two at a time are refused (RFC 3261 §14.2, RFC 3311 §5.2).
func (c *Call) pass(e transaction.Event, mine, other *leg) {
	req := e.Message.Request
	switch {
	case mine.asking != nil:
		c.reply(e, statusRequestPending, "")
		return
	case mine.taking != nil || other == nil:
		res := c.within(e, sip.StatusInternalServerError)
		retryAfter(res)
		c.send(e.Server, res)
		return
	case other.busy() || mine.okay != nil:
		c.reply(e, statusRequestPending, "")
		return
	}
	offer := described(req)
	change := c.change(mine, offer)
	if code := c.cfg.Hooks.AnswersReoffer(change); code != 0 {
		c.instead(e, mine, code)
		return
	}
	body, ok := c.reopen(e, offer, other)
	if !ok {
		return
	}
	method := req.Method
	if method != sip.INVITE {
		method = sip.UPDATE
		if !other.updates {
			method = sip.INVITE
		}
	}
	if method == sip.INVITE && !c.answered { // none before the first has its end
		c.reply(e, sip.StatusNotAcceptableHere, "")
		return
	}
	out := other.ask(method)
	c.lessHops(out, req)
	c.introduce(out)
	other.wish(out, wanted)
	wire.SetBody(out, sdp.ContentType, c.cfg.Hooks.Reoffered(change, other.own(body)))
	if c.cfg.Hooks.HidesType(change) {
		out.RemoveHeader("Content-Type")
	}
	t, err := c.cfg.Layer.Request(out, other.next(), c.in)
	if err != nil {
		c.cfg.Log.Warn("pass on", "method", method, "err", err)
		c.reply(e, sip.StatusServiceUnavailable, "")
		return
	}
	other.said = out.Body()
	mine.taking, other.asking = e.Server, t
	c.forwards[t] = &forward{server: e.Server, from: mine, to: other, offer: offer, seq: out.CSeq().SeqNo}
}

// reopen points an offer to the relay, with ports for new m-lines. It answers
// the request itself where that cannot be done.
func (c *Call) reopen(e transaction.Event, offer []byte, to *leg) ([]byte, bool) {
	if len(offer) == 0 {
		return nil, true
	}
	d, err := sdp.Parse(offer)
	if err != nil {
		c.reply(e, sip.StatusBadRequest, "")
		return nil, false
	}
	if _, err := c.media.open(d); err != nil {
		c.cfg.Log.Error("media", "err", err)
		c.reply(e, sip.StatusInternalServerError, "")
		return nil, false
	}
	body := c.moved(offer, to == c.a)
	if body == nil {
		c.reply(e, sip.StatusBadRequest, "")
	}
	return body, body != nil
}

// instead answers a hold without passing it on.
func (c *Call) instead(e transaction.Event, mine *leg, code int) {
	res := c.within(e, code)
	if code >= 300 {
		c.send(e.Server, res)
		return
	}
	c.introduce(res)
	mine.keep()
	wire.SetBody(res, sdp.ContentType, mine.own(bytes.ReplaceAll(mine.said,
		[]byte("a="+string(sdp.SendRecv)+"\r\n"), []byte("a="+string(sdp.RecvOnly)+"\r\n"))))
	c.finish(mine, e.Server, res, nil)
}

// finish sends a 2xx to a re-INVITE or UPDATE.
func (c *Call) finish(l *leg, s *transaction.Server, res *sip.Response, then func(*sip.Request)) {
	if s.Request().IsInvite() {
		c.accept(l, s, res, then)
		return
	}
	c.send(s, res)
}

// passed takes what the other side says to a request that was passed on.
func (c *Call) passed(f *forward, e transaction.Event) {
	code := sip.StatusRequestTimeout
	if e.Err == nil {
		code = e.Message.Response.StatusCode
	}
	if code < 200 {
		return
	}
	if f.done {
		if code < 300 && e.Client.Request().IsInvite() {
			c.again(f.to, f.seq)
		}
		return
	}
	f.done = true
	f.to.asking = nil
	if f.from.taking == f.server {
		f.from.taking = nil
	}
	if !e.Client.Request().IsInvite() || code >= 300 {
		delete(c.forwards, e.Client)
	} else {
		c.after(64*c.cfg.Layer.Timers().T1, func() { delete(c.forwards, e.Client) })
	}
	if code >= 300 {
		c.refusedPassed(f, e, code)
		return
	}
	c.agreed(f, e.Message.Response, e.Client.Request().IsInvite())
}

// refusedPassed tells the one who asked that the other side refused: the
// session stays as it was, unless the other side is gone (RFC 3261 §12.2.1.2,
// §14.1).
func (c *Call) refusedPassed(f *forward, e transaction.Event, code int) {
	if c.over || f.from.gone {
		return
	}
	res := wire.NewResponse(f.server.Request(), code, Reason(code), f.from.id.LocalTag)
	if e.Err == nil {
		for _, name := range []string{"Warning", "Retry-After"} {
			sip.CopyHeaders(name, e.Message.Response, res)
		}
	}
	c.send(f.server, res)
	if code == sip.StatusRequestTimeout || code == sip.StatusCallTransactionDoesNotExists {
		c.release()
	}
}

// agreed carries a 2xx back: with the answer, or with an offer whose answer
// is to come with the ACK.
func (c *Call) agreed(f *forward, res *sip.Response, invite bool) {
	if c.over || f.to.gone {
		if invite {
			c.acknowledge(f.to, f.seq, nil)
		}
		return
	}
	f.to.refresh(res)
	c.granted(f.to, res)
	back := wire.NewResponse(f.server.Request(), sip.StatusOK, Reason(sip.StatusOK), f.from.id.LocalTag)
	c.introduce(back)
	f.from.refresh(f.server.Request())
	c.grant(f.from, f.server.Request(), back)
	body := described(res)
	if len(f.offer) == 0 && invite && f.server.Request().IsInvite() {
		c.offeredBack(f, back, body)
		return
	}
	if invite {
		c.acknowledge(f.to, f.seq, nil)
	}
	if len(f.offer) > 0 {
		c.hears(f.from, f.offer)
		c.hears(f.to, body)
	}
	c.tell(f.from, back, body)
	c.finish(f.from, f.server, back, nil)
}

// offeredBack passes an offer in a 2xx on; the ACK brings its answer.
func (c *Call) offeredBack(f *forward, back *sip.Response, offer []byte) {
	f.to.owed = f.seq
	if d, err := sdp.Parse(offer); err == nil {
		if _, err := c.media.open(d); err != nil {
			c.cfg.Log.Error("media", "err", err)
		}
	}
	c.tell(f.from, back, offer)
	c.accept(f.from, f.server, back, func(ack *sip.Request) {
		c.hears(f.to, offer)
		answer := described(ack)
		c.hears(f.from, answer)
		c.acknowledge(f.to, f.seq, c.moved(answer, f.to == c.a))
	})
}

// tell puts a description of the other side into a message to a leg.
func (c *Call) tell(l *leg, m *sip.Response, body []byte) {
	if len(body) == 0 {
		return
	}
	moved := l.own(c.moved(body, l == c.a))
	wire.SetBody(m, sdp.ContentType, moved)
	l.said = moved
}

// hears takes a description that a leg sent and the other agreed to.
func (c *Call) hears(l *leg, body []byte) {
	d, err := sdp.Parse(body)
	if len(body) == 0 || err != nil {
		return
	}
	l.heard, l.held = body, holds(d)
	c.media.hear(l == c.a, d)
}

// holds tells whether a description wants to hear nothing (RFC 3264 §8.4; an
// address of 0.0.0.0 is the older way).
func holds(d *sdp.Session) bool {
	m := d.Audio()
	return m != nil && (m.Direction == sdp.SendOnly || m.Direction == sdp.Inactive || m.Addr.Addr().IsUnspecified())
}

// change says what a new offer changes, for those who bend it.
func (c *Call) change(mine *leg, offer []byte) seam.Reoffer {
	d, err := sdp.Parse(offer)
	if len(offer) == 0 || err != nil {
		return seam.Reoffer{}
	}
	return seam.Reoffer{Hold: holds(d), Resume: mine.held && !holds(d), Across: c.media.callee.Across, Trunk: mine.trunk}
}

// carry passes a request that touches neither session nor dialog on, and its
// answer back: INFO (RFC 6086).
func (c *Call) carry(e transaction.Event, other *leg) {
	req := e.Message.Request
	if other == nil {
		c.reply(e, sip.StatusTemporarilyUnavailable, "")
		return
	}
	out := other.ask(req.Method)
	c.lessHops(out, req)
	for _, name := range []string{"Info-Package", "Content-Disposition"} {
		sip.CopyHeaders(name, req, out)
	}
	if ct := req.ContentType(); ct != nil {
		wire.SetBody(out, ct.Value(), req.Body())
	}
	t, err := c.cfg.Layer.Request(out, other.next(), c.in)
	if err != nil {
		c.reply(e, sip.StatusServiceUnavailable, "")
		return
	}
	c.carried[t] = e.Server
}

// carriedBack passes the answer to such a request back.
func (c *Call) carriedBack(s *transaction.Server, e transaction.Event) {
	code := sip.StatusRequestTimeout
	if e.Err == nil {
		code = e.Message.Response.StatusCode
	}
	if code < 200 {
		return
	}
	delete(c.carried, e.Client)
	c.send(s, wire.NewResponse(s.Request(), code, Reason(code), ""))
}

// lessHops has one hop less to go than what came in (RFC 7332 §3).
func (c *Call) lessHops(out, in *sip.Request) {
	if h := in.MaxForwards(); h != nil && *h > 0 {
		*out.MaxForwards() = sip.MaxForwardsHeader(c.cfg.Hooks.Hops(uint32(*h - 1)))
	}
}
