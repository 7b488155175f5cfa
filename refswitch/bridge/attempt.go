package bridge

import (
	"errors"
	"net/netip"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/sdp"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/refswitch/routing"
)

// attempt is one INVITE towards one target.
type attempt struct {
	target Target
	client *transaction.Client
	leg    *leg
	heard  bool // a provisional response came: it may be cancelled
	drop   bool // not wanted any more
}

// next tries the next target; without one the caller is refused with 480.
func (c *Call) next() {
	if len(c.targets) == 0 {
		c.refuse(sip.StatusTemporarilyUnavailable)
		return
	}
	t := c.targets[0]
	c.targets = c.targets[1:]
	req := c.inviteTo(t)
	a := &attempt{target: t, leg: &leg{
		id: Dialog{req.CallID().Value(), mustTag(req.From())}, local: req.From().Address,
		remote: req.To().Address, target: t.URI, hop: t.Hop, seq: 1,
	}}
	var err error
	if a.client, err = c.cfg.Layer.Request(req, t.Hop, c.in); err != nil {
		c.cfg.Log.Info("target unreachable", "target", t.Name, "err", err)
		c.failed(sip.StatusServiceUnavailable)
		return
	}
	c.current = a
	c.attempts[a.client] = a
	c.track(a.leg.id)
	c.guard.Reset(t.Guard)
}

func mustTag(h *sip.FromHeader) string {
	tag, _ := h.Params.Get("tag")
	return tag
}

// inviteTo writes the INVITE of the called leg: the caller's number and offer,
// our media address, one hop less to go (RFC 7332 §3).
func (c *Call) inviteTo(t Target) *sip.Request {
	in := c.invite.Request()
	l := leg{
		id:     Dialog{newTag(), newTag()},
		local:  sip.Uri{Scheme: "sip", User: in.From().Address.User, Host: c.cfg.Domain},
		remote: sip.Uri{Scheme: "sip", User: in.Recipient.User, Host: c.cfg.Domain},
		target: t.URI,
	}
	req := l.request(sip.INVITE, 1)
	if in.MaxForwards() != nil {
		*req.MaxForwards() = *in.MaxForwards() - 1
	}
	req.From().DisplayName = in.From().DisplayName
	req.AppendHeader(&sip.ContactHeader{Address: c.cfg.Contact})
	wire.SetBody(req, sdp.ContentType, c.moved(c.offer, c.media.CalleeAddr()))
	return req
}

// moved points a description's audio to the relay; other m-lines are refused,
// for the relay carries one stream.
func (c *Call) moved(body []byte, to netip.AddrPort) []byte {
	out, err := sdp.Rewrite(body, func(_ int, m sdp.Media) netip.AddrPort {
		if m.Kind != "audio" {
			return netip.AddrPortFrom(to.Addr(), 0)
		}
		return to
	})
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
		if l := c.joined[e.Client]; l != nil && e.Err == nil { // a copy of the 2xx
			c.acknowledge(l)
		}
		return
	}
	code := sip.StatusRequestTimeout
	switch timeout := (*transaction.TimeoutError)(nil); {
	case e.Err == nil:
		code = e.Message.Response.StatusCode
	case !errors.As(e.Err, &timeout):
		code = sip.StatusServiceUnavailable
	}
	switch {
	case code < 200:
		c.progress(a, e.Message.Response)
	case code < 300:
		delete(c.attempts, e.Client)
		c.joined[e.Client] = a.leg
		a.leg.confirm(e.Message.Response)
		c.answer(a, e.Message.Response)
	default:
		delete(c.attempts, e.Client)
		if a == c.current && !a.drop {
			c.failed(code)
		}
	}
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
	c.guard.Reset(ringFor)
	if res.StatusCode == sip.StatusTrying {
		return
	}
	var body []byte
	if c.hear(res.Body()) {
		c.early = true
		body = c.moved(res.Body(), c.media.CallerAddr())
	}
	c.respond(res.StatusCode, body)
}

// hear takes the called side's media address from its description.
func (c *Call) hear(body []byte) bool {
	d, err := sdp.Parse(body)
	if len(body) == 0 || err != nil || d.Audio() == nil {
		return false
	}
	c.media.SetCallee(d.Audio().Addr)
	return true
}

// silent is the end of the guard time, or of ringing.
func (c *Call) silent() {
	a := c.current
	if a == nil || c.over || c.answered {
		return
	}
	c.cfg.Log.Info("target silent", "target", a.target.Name, "heard", a.heard)
	c.give(a)
	c.failed(sip.StatusRequestTimeout)
}

// failed goes on to the next target where the failure allows it.
func (c *Call) failed(code int) {
	c.current = nil
	if c.over {
		return
	}
	if routing.Advances(code) && !c.early && len(c.targets) > 0 && c.cfg.Hooks.Advance() {
		c.next()
		return
	}
	c.refuse(c.cfg.Hooks.Final(code))
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
	if c.current != nil {
		c.give(c.current)
	}
}
