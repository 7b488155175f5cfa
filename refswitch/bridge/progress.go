package bridge

import (
	"github.com/emiago/sipgo/sip"

	"ringproof/internal/sdp"
)

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
