package bridge

import (
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/transaction"
	"ringproof/internal/wire"
)

// answer joins the legs, or releases a 2xx that nobody wants any more
// (RFC 3261 §9.1: a CANCEL may cross it).
func (c *Call) answer(a *attempt, res *sip.Response) {
	c.acknowledge(a.leg)
	if a.drop || c.over || c.answered {
		c.bye(a.leg)
		return
	}
	c.guard.Stop()
	c.b, c.answered, c.current = a.leg, true, nil
	c.hear(res.Body())
	body := c.moved(res.Body(), c.media.CallerAddr())
	if body == nil { // no answer to our offer: nothing to talk over
		c.bye(c.b)
		c.refuse(sip.StatusNotAcceptableHere)
		return
	}
	c.ok = c.respond(sip.StatusOK, body)
	c.since, c.wait = time.Now(), c.cfg.Layer.Timers().T1
	c.resend.Reset(c.wait)
}

// repeatOK sends the 2xx again until its ACK comes, and releases the call
// where none does (RFC 3261 §13.3.1.4).
func (c *Call) repeatOK() {
	t := c.cfg.Layer.Timers()
	if time.Since(c.since) >= 64*t.T1 {
		c.cfg.Log.Warn("no ACK from caller", "call", c.a.id.CallID)
		c.bye(c.a)
		c.bye(c.b)
		c.over = true
		return
	}
	if err := c.invite.Respond(c.ok); err != nil {
		c.cfg.Log.Debug("repeat 2xx", "err", err)
	}
	c.wait = min(2*c.wait, t.T2)
	c.resend.Reset(c.wait)
}

// cancelled is the caller's CANCEL (RFC 3261 §9.2).
func (c *Call) cancelled(e transaction.Event) {
	c.reply(e, sip.StatusOK, c.a.id.LocalTag)
	if c.answered || c.over {
		return
	}
	if c.cfg.Hooks.PassCancel() {
		c.dropTargets()
	} else {
		c.guard.Stop()
		c.targets = nil
	}
	c.refuse(sip.StatusRequestTerminated)
}

// request takes a request within one of the dialogs.
func (c *Call) request(e transaction.Event) {
	req := e.Message.Request
	if e.Server == c.invite {
		return // the INVITE that began it all
	}
	mine, other := c.b, c.a
	if e.Message.CallID() == c.a.id.CallID {
		mine, other = c.a, c.b
	}
	switch {
	case mine != nil && !mine.inOrder(req):
		c.reply(e, sip.StatusInternalServerError, "")
	case req.IsAck():
		if mine == c.a {
			c.resend.Stop()
		}
	case req.Method == sip.BYE:
		c.reply(e, sip.StatusOK, "")
		c.resend.Stop()
		if !c.over && !c.answered { // an early dialog (RFC 3261 §15.1.2)
			c.dropTargets()
			c.refuse(sip.StatusRequestTerminated)
		}
		if !c.over {
			c.over = true
			if other != nil {
				c.bye(other)
			}
		}
	case req.Method == sip.OPTIONS:
		c.reply(e, sip.StatusOK, "")
	case req.IsInvite(): // the session stays as it is (RFC 3261 §14.2)
		c.reply(e, sip.StatusNotAcceptableHere, "")
	default:
		c.reply(e, sip.StatusMethodNotAllowed, "")
	}
}

func (c *Call) reply(e transaction.Event, code int, tag string) {
	res := wire.NewResponse(e.Message.Request, code, Reason(code), tag)
	if code == sip.StatusMethodNotAllowed {
		res.AppendHeader(sip.NewHeader("Allow", Allow))
	}
	if err := e.Server.Respond(res); err != nil {
		c.cfg.Log.Debug("reply", "err", err)
	}
}

// bye releases one leg.
func (c *Call) bye(l *leg) {
	l.seq++
	t, err := c.cfg.Layer.Request(l.request(sip.BYE, l.seq), l.next(), c.in)
	if err != nil {
		c.cfg.Log.Warn("bye", "call", l.id.CallID, "err", err)
		return
	}
	c.byes[t] = true
}

func (c *Call) acknowledge(l *leg) {
	if err := l.acknowledge(c.cfg.Layer, 1); err != nil {
		c.cfg.Log.Warn("ack", "call", l.id.CallID, "err", err)
	}
}

// Allow lists the methods of the switch (RFC 3261 §20.5).
const Allow = "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER"

// Reason gives the phrase of a status (RFC 3261 §21).
func Reason(code int) string {
	phrases := map[int]string{
		100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK",
		400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
		405: "Method Not Allowed", 408: "Request Timeout", 480: "Temporarily Unavailable",
		481: "Call/Transaction Does Not Exist", 483: "Too Many Hops", 486: "Busy Here",
		487: "Request Terminated", 488: "Not Acceptable Here", 500: "Server Internal Error",
		501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable",
		504: "Server Time-out", 600: "Busy Everywhere", 603: "Decline", 604: "Does Not Exist Anywhere",
	}
	if p := phrases[code]; p != "" {
		return p
	}
	return "Response"
}
