package bridge

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/sdp"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/refswitch/internal/seam"
	"ringproof/refswitch/routing"
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

// failure gives the code of an event, and why there is none of the target's
// own.
func failure(e transaction.Event) seam.Failure {
	timeout := (*transaction.TimeoutError)(nil)
	switch {
	case e.Err == nil:
		return seam.Failure{Code: e.Message.Response.StatusCode}
	case errors.As(e.Err, &timeout):
		return seam.Failure{Code: sip.StatusRequestTimeout, Silent: true}
	}
	return seam.Failure{Code: sip.StatusServiceUnavailable, Unreachable: true}
}

// longestRest bounds a Retry-After: nobody is left alone for longer.
const longestRest = time.Hour

// restOf gives how long a 503 asks to be left alone, 0 if it does not
// (RFC 3261 §20.33, §21.5.4).
func restOf(e transaction.Event) time.Duration {
	if e.Err != nil || e.Message.Response.StatusCode != sip.StatusServiceUnavailable {
		return 0
	}
	h := e.Message.Response.GetHeader("Retry-After")
	if h == nil {
		return 0
	}
	digits := h.Value()
	if i := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' }); i >= 0 {
		digits = digits[:i]
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return min(time.Duration(min(n, 1<<20))*time.Second, longestRest)
}

// failedWith looks whether a refusal says where else or how else to ask.
func (c *Call) failedWith(a *attempt, f seam.Failure, res *sip.Response) {
	switch {
	case res != nil && f.Code == statusIntervalTooSmall && !a.retried && c.askLonger(a, res):
	case res != nil && f.Code < 400:
		c.redirected(a, f.Code, res)
	default:
		c.lost(a, f)
	}
}

// askLonger repeats an INVITE with the shortest session that the target takes
// (RFC 4028 §7.4).
func (c *Call) askLonger(a *attempt, res *sip.Response) bool {
	least, _, ok := expires(res, "Min-SE")
	if !ok {
		return false
	}
	a.retried = true
	// All else stays: who calls, what is to be kept, the hops that are left.
	req := a.request.Clone()
	for _, name := range []string{"Via", "Session-Expires", "Min-SE"} {
		req.RemoveHeader(name)
	}
	a.leg.seq++
	req.CSeq().SeqNo = a.leg.seq
	a.leg.wish(req, max(least, c.every))
	t, err := c.cfg.Layer.Request(req, a.leg.next(), c.in)
	if err != nil {
		return false
	}
	a.client, a.request = t, req
	c.attempts[t] = a
	return true
}

// mostRedirects bounds how often one call is sent elsewhere.
const mostRedirects = 5

// redirected follows a 3xx to the number of its first contact, through our
// own routing alone (RFC 3261 §8.1.3.4, §16.7 step 4).
func (c *Call) redirected(a *attempt, code int, res *sip.Response) {
	if instead := c.cfg.Hooks.Redirected(); instead != 0 {
		c.lost(a, seam.Failure{Code: instead})
		return
	}
	c.redirects++
	contact := res.Contact()
	if contact == nil || c.redirects > mostRedirects || code == 380 {
		c.lost(a, seam.Failure{Code: sip.StatusTemporarilyUnavailable})
		return
	}
	targets, code := c.cfg.Find(contact.Address.User)
	if len(targets) == 0 {
		c.lost(a, seam.Failure{Code: code})
		return
	}
	c.current = nil
	c.targets = append(targets, c.targets...)
	c.next()
}

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

// progress takes a provisional response: it ends the guard time and goes on
// to the caller, or shows that an unwanted attempt can now be cancelled.
func (c *Call) progress(a *attempt, res *sip.Response) {
	first := !a.heard
	a.heard = true
	if a.drop {
		if first {
			c.cancel(a)
		}
		return
	}
	// A 100 says that the next hop has it, not that the target has: the guard
	// time goes on (RFC 3261 §16.7 step 2, timer C goes by 101 to 199 too).
	if res.StatusCode == sip.StatusTrying && !c.cfg.Hooks.WaitsOnTrying() {
		return
	}
	c.ringing(a)
	if res.StatusCode == sip.StatusTrying {
		return
	}
	a.rings = true
	body := described(res)
	n := rseq(res)
	var l *leg
	if n != 0 {
		if l = a.dialog(res); !l.took(n) {
			return
		}
	}
	if c.delayed() {
		c.progressWithOffer(l, res)
		return
	}
	if l != nil {
		c.prack(l, res, nil)
	}
	c.provide(res.StatusCode, c.earlyAnswer(a, l, body), n != 0)
}

// ringing starts the time that a target may take to answer; it begins again
// with each provisional response but 100 (RFC 3261 §16.7 step 2).
func (c *Call) ringing(a *attempt) {
	d := a.target.Ring
	if d == 0 || !c.cfg.Hooks.EndRinging() {
		d = ringFor
	}
	c.guard.Reset(d)
}

// earlyAnswer takes a description in a provisional response, and gives it for
// the caller; nil where there is none.
func (c *Call) earlyAnswer(a *attempt, l *leg, body []byte) []byte {
	if len(body) == 0 || c.cfg.Hooks.BlocksEarlyMedia() {
		return nil
	}
	d, err := sdp.Parse(body)
	if err != nil || !c.media.hear(false, d) {
		return nil
	}
	c.early = true
	moved := c.moved(body, true)
	if l != nil {
		l.settled, l.heard, c.settled = true, body, moved
	} else {
		a.leg.heard = body
	}
	return moved
}

// progressWithOffer passes a provisional response to an INVITE without an
// offer on. Only a reliable one may carry an offer (RFC 3262 §5); its answer
// comes in the caller's PRACK.
func (c *Call) progressWithOffer(l *leg, res *sip.Response) {
	offer := described(res)
	d, err := sdp.Parse(offer)
	if l == nil || len(offer) == 0 || err != nil {
		if l != nil {
			c.prack(l, res, nil)
		}
		c.provide(res.StatusCode, nil, l != nil)
		return
	}
	if _, err := c.media.open(d); err != nil {
		c.cfg.Log.Error("media", "err", err)
		return
	}
	l.settled = true
	body := c.moved(offer, true)
	c.whenHeard(func() {
		c.rel.answers = func(answer []byte) {
			c.hears(l, offer)
			c.hears(c.a, answer)
			c.prack(l, res, c.moved(answer, false))
		}
		c.provide(res.StatusCode, body, true)
	})
}

// silent is the end of the guard time, or of ringing.
func (c *Call) silent() {
	a := c.current
	if a == nil || c.over || c.answered {
		return
	}
	c.cfg.Log.Info("target silent", "target", a.target.Name, "heard", a.heard)
	c.give(a)
	c.lost(a, seam.Failure{Code: sip.StatusRequestTimeout, Silent: !a.heard})
}

// lost goes on to the next target where the failure allows it; else the
// caller is told the best of what the targets said (RFC 3261 §16.7 step 6).
func (c *Call) lost(a *attempt, f seam.Failure) {
	c.current = nil
	c.tried(a.target.Name, f.Code)
	if c.over {
		return
	}
	c.failures = append(c.failures, f.Code)
	h := c.cfg.Hooks
	if !c.asked && h.Again(f.Code) {
		c.asked, c.targets = true, append([]Target{a.target}, c.targets...)
		c.next()
		return
	}
	advances := c.route.Advances(f.Code) && h.Advance(f) || h.Insist(f.Code)
	if advances && !c.early && len(c.targets) > 0 {
		c.next()
		return
	}
	c.guard.Stop()
	if len(c.failures) > 1 && !h.LastWord() {
		return // until the caller gives up
	}
	code := routing.Best(c.failures)
	if a.target.Down && code == sip.StatusRequestTimeout {
		code = sip.StatusServiceUnavailable // all were known to be down
	}
	c.refuse(h.FinalFor(h.Final(code, len(c.targets)), c.media.video))
}

// give gives an attempt up: by CANCEL if something was heard of it, else by
// not asking again; then a late provisional is cancelled.
func (c *Call) give(a *attempt) {
	a.drop = true
	if a.heard {
		c.cancel(a)
		return
	}
	a.client.Abandon()
}

func (c *Call) cancel(a *attempt) {
	if err := a.client.Cancel(); err != nil {
		c.cfg.Log.Debug("cancel", "target", a.target.Name, "err", err)
	}
}

// dropTargets gives up the current attempt and those not yet made.
func (c *Call) dropTargets() {
	c.targets = nil
	c.guard.Stop()
	if a := c.current; a != nil {
		a.drop = true
		if a.heard { // else its INVITE is repeated until a provisional response allows the CANCEL (RFC 3261 §9.1)
			c.cancel(a)
		}
	}
}
