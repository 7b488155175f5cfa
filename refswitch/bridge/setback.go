package bridge

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/transaction"
	"ringproof/refswitch/internal/seam"
	"ringproof/refswitch/routing"
)

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
