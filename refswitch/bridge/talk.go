package bridge

import (
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/sdp"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
)

// answer joins the legs, or releases a 2xx that nobody wants any more
// (RFC 3261 §9.1: a CANCEL may cross it).
func (c *Call) answer(a *attempt, l *leg, res *sip.Response, seq uint32) {
	if a.drop || c.over || c.answered {
		c.acknowledge(l, seq, nil)
		if c.cfg.Hooks.ReleaseCrossed() {
			c.bye(l)
		}
		return
	}
	if !c.cfg.Hooks.PassAnswer(c.media.callee, a.rings) {
		c.acknowledge(l, seq, nil)
		return
	}
	c.guard.Stop()
	c.b, c.answered, c.current = l, true, nil
	c.report.Answer, c.report.Target = time.Now(), a.target.Name
	c.granted(l, res)
	body := described(res)
	if c.delayed() && !l.settled {
		c.answerWithOffer(l, body, seq)
		return
	}
	c.acknowledge(l, seq, nil)
	if len(body) > 0 && !l.settled {
		c.hears(l, body)
		body = c.moved(c.cfg.Hooks.Answered(body), true)
	} else {
		body = c.settled
	}
	if len(body) == 0 && !c.rel.said { // no answer to our offer: nothing to talk over
		c.leave(c.b)
		c.refuse(sip.StatusNotAcceptableHere)
		return
	}
	if c.rel.said {
		body = nil // it has its answer (RFC 3261 §13.2.1)
	}
	c.whenHeard(func() { c.join(body, nil) })
}

// answerWithOffer passes the called side's offer on in the 200; the caller's
// ACK brings the answer.
func (c *Call) answerWithOffer(l *leg, offer []byte, seq uint32) {
	l.owed = seq
	d, err := sdp.Parse(offer)
	any := false
	if err == nil && len(offer) > 0 {
		any, err = c.media.open(d)
	}
	if err != nil || !any {
		c.leave(l)
		c.refuse(sip.StatusNotAcceptableHere)
		return
	}
	body := c.moved(offer, true)
	c.whenHeard(func() {
		c.join(body, func(ack *sip.Request) {
			c.hears(l, offer)
			said := described(ack)
			c.hears(c.a, said)
			var answer []byte
			if len(said) > 0 && !c.cfg.Hooks.LosesAnswer() {
				answer = c.moved(said, false)
			}
			c.acknowledge(l, seq, answer)
		})
	})
}

// join answers the caller.
func (c *Call) join(body []byte, then func(*sip.Request)) {
	if c.over || c.a.gone {
		return
	}
	res := c.answerOf(sip.StatusOK, body)
	c.grant(c.a, c.invite.Request(), res)
	if c.cfg.Hooks.HidesContact(c.delayed()) {
		res.RemoveHeader("Contact")
	}
	c.accept(c.a, c.invite, res, then)
}

// cancelled is a CANCEL, of the caller's INVITE or of a later one
// (RFC 3261 §9.2).
func (c *Call) cancelled(e transaction.Event) {
	if e.Cancels != c.invite {
		c.cancelledLater(e)
		return
	}
	c.reply(e, sip.StatusOK, c.a.id.LocalTag)
	if c.answered || c.over {
		return
	}
	c.giveUp(c.current != nil && c.current.rings)
}

// giveUp ends a call that the caller does not want any more.
func (c *Call) giveUp(ringing bool) {
	called, rest := c.media.callee, c.targets
	c.cfg.Hooks.Cancelled(called, c.invite.Request().Recipient.User)
	if c.cfg.Hooks.PassCancel(called, ringing) {
		c.dropTargets()
	} else {
		c.guard.Stop()
		c.targets = nil
	}
	if c.cfg.Hooks.Terminate(called, ringing) {
		c.refuse(sip.StatusRequestTerminated)
	}
	if c.cfg.Hooks.GoesOn() && len(rest) > 0 {
		c.targets = rest
		c.next()
	}
	c.over = true
}

// cancelledLater gives up a re-INVITE that was passed on: what becomes of it
// there comes back.
func (c *Call) cancelledLater(e transaction.Event) {
	c.reply(e, sip.StatusOK, "")
	for t, f := range c.forwards {
		if f.server == e.Cancels && !f.done {
			if err := t.Cancel(); err != nil {
				c.cfg.Log.Debug("cancel", "err", err)
			}
		}
	}
}

// legOf gives the dialog that a request belongs to.
func (c *Call) legOf(m *wire.Message) *leg {
	tag, _ := m.Request.To().Params.Get("tag")
	from, _ := m.Request.From().Params.Get("tag")
	var same *leg
	for _, l := range c.legs {
		if l.id == (Dialog{m.CallID(), tag}) {
			if l.remoteTag == from {
				return l
			}
			same = l
		}
	}
	return same
}

// other gives the leg that a leg is joined to, an early one too; nil where
// there is none.
func (c *Call) other(l *leg) *leg {
	switch {
	case l == c.b && c.b != nil:
		return c.a
	case l == c.a && c.b != nil:
		return c.b
	case l == c.a && c.current != nil && c.current.leg.remoteTag != "":
		return c.current.leg
	case c.current != nil && l == c.current.leg:
		return c.a
	}
	return nil
}

// request takes a request within one of the dialogs.
func (c *Call) request(e transaction.Event) {
	req := e.Message.Request
	if e.Server == c.invite {
		return // the INVITE that began it all
	}
	mine := c.legOf(e.Message)
	if req.IsAck() {
		if mine != nil {
			c.acknowledged(mine, req)
		}
		return
	}
	if e.Server == nil {
		return
	}
	unknown := Unsupported(req)
	switch {
	case mine == nil:
		c.reply(e, sip.StatusCallTransactionDoesNotExists, "")
	case !mine.inOrder(req):
		c.reply(e, sip.StatusInternalServerError, "")
	case req.Method == sip.BYE:
		c.byed(e, mine)
	case unknown != "":
		res := c.within(e, sip.StatusBadExtension)
		res.AppendHeader(sip.NewHeader("Unsupported", unknown))
		c.send(e.Server, res)
	case req.Method == sip.OPTIONS:
		c.reply(e, sip.StatusOK, "")
	case c.over || mine.gone:
		c.reply(e, sip.StatusCallTransactionDoesNotExists, "")
	default:
		c.inDialog(e, mine)
	}
}

// inDialog takes what concerns the session.
func (c *Call) inDialog(e transaction.Event, mine *leg) {
	switch e.Message.Request.Method {
	case sip.INVITE, sip.UPDATE:
		c.reoffered(e, mine)
	case sip.PRACK:
		c.pracked(e)
	case sip.INFO:
		c.carry(e, c.other(mine))
	case sip.REFER:
		c.referred(e, mine)
	default:
		c.reply(e, sip.StatusMethodNotAllowed, "")
	}
}

// byed takes a BYE.
func (c *Call) byed(e transaction.Event, mine *leg) {
	from := c.media.caller
	if mine != c.a {
		from = c.media.callee
	}
	code, age := sip.StatusOK, time.Since(c.report.Start)
	if !c.cfg.Hooks.KnowBye(from, age) {
		code = sip.StatusCallTransactionDoesNotExists
	}
	c.reply(e, code, "")
	c.quit(mine)
	if c.over {
		return
	}
	if !c.answered { // an early dialog (RFC 3261 §15.1.2)
		c.dropTargets()
		c.refuse(sip.StatusRequestTerminated)
		return
	}
	if x := c.transfer; x != nil && x.transferor == mine {
		x.transferor = nil // it need not wait for the end (RFC 5589 §6.1)
		return
	}
	if mine == c.a && !c.cfg.Hooks.PassBye(c.media.video) || !c.cfg.Hooks.PassByeOf(from, age) {
		return
	}
	c.release()
}

// within writes a response to a request within a dialog. A CANCEL has no tag
// of ours yet and is given one.
func (c *Call) within(e transaction.Event, code int, tag ...string) *sip.Response {
	res := wire.NewResponse(e.Message.Request, code, Reason(code), strings.Join(tag, ""))
	if code == sip.StatusMethodNotAllowed {
		res.AppendHeader(sip.NewHeader("Allow", Allow))
	}
	return res
}

func (c *Call) reply(e transaction.Event, code int, tag string) {
	res := c.within(e, code, tag)
	if err := e.Server.Respond(res); err != nil {
		c.cfg.Log.Debug("reply", "err", err)
	}
}

// bye releases one leg.
func (c *Call) bye(l *leg) {
	l.gone = true
	t, err := c.cfg.Layer.Request(l.ask(sip.BYE), l.next(), c.in)
	if err != nil {
		c.cfg.Log.Warn("bye", "call", l.id.CallID, "err", err)
		return
	}
	c.byes[t] = l
}

// released takes the answer to a BYE of ours; none is one too
// (RFC 3261 §15.1.1).
func (c *Call) released(e transaction.Event) {
	if e.Err == nil && e.Message.Response.StatusCode < 200 {
		return
	}
	l := c.byes[e.Client]
	delete(c.byes, e.Client)
	if !c.twice && !c.cfg.Hooks.ByeOnce() {
		c.twice = true
		c.bye(l)
	}
}

// Reason gives the phrase of a status (RFC 3261 §21).
func Reason(code int) string {
	phrases := map[int]string{
		100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK", 202: "Accepted",
		400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
		405: "Method Not Allowed", 408: "Request Timeout", 415: "Unsupported Media Type", 420: "Bad Extension",
		422: "Session Interval Too Small", 423: "Interval Too Brief", 480: "Temporarily Unavailable",
		481: "Call/Transaction Does Not Exist", 482: "Loop Detected", 483: "Too Many Hops",
		484: "Address Incomplete", 486: "Busy Here",
		487: "Request Terminated", 488: "Not Acceptable Here", 491: "Request Pending", 500: "Server Internal Error",
		501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable",
		504: "Server Time-out", 600: "Busy Everywhere", 603: "Decline", 604: "Does Not Exist Anywhere",
	}
	if p := phrases[code]; p != "" {
		return p
	}
	return "Response"
}
