package bridge

import (
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/sdp"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/refswitch/internal/seam"
)

// attempt is one INVITE towards one target.
type attempt struct {
	target   Target
	client   *transaction.Client
	leg      *leg
	forks    []*leg // early dialogs of other branches
	heard    bool   // a provisional response came: it may be cancelled
	rings    bool   // one above 100
	drop     bool   // not wanted any more
	retried  bool   // after 422
	transfer bool   // for a transfer, not for the caller
	request  *sip.Request
}

// dialog gives the attempt's dialog that a response belongs to
// (RFC 3261 §12.1.2): each branch of a fork has a tag of its own.
func (a *attempt) dialog(res *sip.Response) *leg {
	tag, _ := res.To().Params.Get("tag")
	for _, l := range append([]*leg{a.leg}, a.forks...) {
		if l.remoteTag == tag || l.remoteTag == "" {
			l.confirm(res)
			return l
		}
	}
	f := a.leg.fork(res)
	a.forks = append(a.forks, f)
	return f
}

// next tries the next target; without one the caller is refused with 480.
func (c *Call) next() {
	if len(c.targets) == 0 {
		c.refuse(sip.StatusTemporarilyUnavailable)
		return
	}
	t := c.targets[0]
	c.targets = c.targets[1:]
	a := c.newAttempt(t, c.inviteTo(t))
	c.report.Tries = append(c.report.Tries, Try{Target: t.Name})
	c.cfg.Sent(a.leg.id.CallID, c.report.Called)
	var err error
	if a.client, err = c.cfg.Layer.Request(a.request, a.leg.next(), c.in); err != nil {
		c.cfg.Log.Info("target unreachable", "target", t.Name, "err", err)
		c.lost(a, seam.Failure{Code: sip.StatusServiceUnavailable, Unreachable: true})
		return
	}
	if c.cfg.Hooks.Doubled() {
		twin := c.newAttempt(t, c.inviteTo(t))
		_, _ = c.cfg.Layer.Request(twin.request, twin.leg.next(), c.in) // nobody takes what it says
	}
	c.current = a
	c.attempts[a.client] = a
	c.adopt(a.leg)
	c.guard.Reset(t.Guard)
}

// newAttempt prepares the dialog of an INVITE.
func (c *Call) newAttempt(t Target, req *sip.Request) *attempt {
	return &attempt{target: t, request: req, leg: &leg{
		id: Dialog{req.CallID().Value(), mustTag(req.From())}, local: req.From().Address,
		remote: req.To().Address, target: t.URI, routes: t.Routes, hop: t.Hop, seq: 1, trunk: t.Trunk, said: req.Body(),
	}}
}

func mustTag(h *sip.FromHeader) string {
	tag, _ := h.Params.Get("tag")
	return tag
}

// inviteTo writes the INVITE of the called leg: the caller's number and offer,
// our media address, one hop less to go (RFC 7332 §3).
func (c *Call) inviteTo(t Target) *sip.Request {
	in := c.invite.Request()
	t.URI.User = c.cfg.Hooks.User(c.media.callee, t.URI.User)
	req := c.outside(t,
		sip.Uri{Scheme: "sip", Host: c.cfg.Domain},
		sip.Uri{Scheme: "sip", User: t.Number, Host: c.cfg.Domain})
	c.lessHops(req, in)
	c.identify(req, t)
	if !c.delayed() {
		wire.SetBody(req, sdp.ContentType, c.moved(c.cfg.Hooks.Offered(c.offer), false))
	} else if !supports(in, "100rel") && !has(in, "Require", "100rel") {
		// An offer in a reliable provisional response could not be passed on.
		req.RemoveHeader("Supported")
		req.AppendHeader(sip.NewHeader("Supported", "timer"))
	}
	return req
}

// outside writes an INVITE that opens a dialog.
func (c *Call) outside(t Target, local, remote sip.Uri) *sip.Request {
	l := leg{id: Dialog{newTag(), newTag()}, local: local, remote: remote, target: t.URI, routes: t.Routes}
	req := l.request(sip.INVITE, 1)
	c.introduce(req)
	l.wish(req, c.every)
	return req
}

// moved points a description to the relay, as one side is to see it; nil where
// it cannot be read.
func (c *Call) moved(body []byte, toCaller bool) []byte {
	if len(body) == 0 {
		return nil
	}
	out, err := c.media.moved(body, toCaller)
	if err != nil {
		c.cfg.Log.Warn("description", "call", c.a.id.CallID, "err", err)
		return nil
	}
	return out
}

// response takes what a target says to an INVITE of ours.
func (c *Call) response(e transaction.Event) {
	a := c.attempts[e.Client]
	if a == nil {
		if w := c.joined[e.Client]; w != nil && e.Err == nil && e.Message.Response.StatusCode < 300 {
			c.more(w, e)
		}
		return
	}
	f := failure(e)
	code := f.Code
	var res *sip.Response
	if e.Err == nil {
		res = e.Message.Response
	}
	seq := e.Client.Request().CSeq().SeqNo
	switch {
	case e.Client.Request().IsCancel():
	case a.transfer:
		c.transferResponse(a, code, res, seq)
	case code < 200:
		c.progress(a, res)
	case code < 300:
		delete(c.attempts, e.Client)
		l := a.dialog(res)
		if l != a.leg {
			c.legs = append(c.legs, l)
		}
		c.joined[e.Client] = &winner{leg: l}
		c.answer(a, l, res, seq)
	default:
		delete(c.attempts, e.Client)
		if wait := restOf(e); wait > 0 {
			c.cfg.Rest(a.target.Name, wait)
		}
		if a == c.current && !a.drop {
			c.failedWith(a, f, res)
		}
	}
}

// longestRest bounds a Retry-After: nobody is left alone for longer.
const longestRest = time.Hour

// mostRedirects bounds how often one call is sent elsewhere.
const mostRedirects = 5

// more takes a further 2xx: a copy gets the same ACK, one of another branch
// of a fork an ACK of its own, and a BYE (RFC 3261 §13.2.2.4).
func (c *Call) more(w *winner, e transaction.Event) {
	res, seq := e.Message.Response, e.Client.Request().CSeq().SeqNo
	tag, _ := res.To().Params.Get("tag")
	if tag == w.leg.remoteTag {
		c.again(w.leg, seq)
		return
	}
	for _, f := range w.forks {
		if tag == f.remoteTag {
			c.acknowledge(f, seq, nil)
			return
		}
	}
	f := w.leg.fork(res)
	w.forks = append(w.forks, f)
	c.acknowledge(f, seq, nil)
	c.bye(f)
}
