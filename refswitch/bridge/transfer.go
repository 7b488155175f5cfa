package bridge

import (
	"fmt"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/sdp"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/refswitch/internal/seam"
)

// transfer is a blind transfer under way (RFC 3515, RFC 5589 §6): the switch
// calls the number for the transferee and then lets the transferor go.
type transfer struct {
	transferor *leg // nil once it is gone
	transferee *leg
	media      *plane // of transferee and target
	targets    []Target
	guard      *alarm
	event      string // the id of the implicit subscription: the REFER's CSeq
}

// transferFor is how long the target of a transfer may ring.
const transferFor = time.Minute

// referred takes a REFER.
func (c *Call) referred(e transaction.Event, mine *leg) {
	req := e.Message.Request
	other := c.other(mine)
	number, ok := referTo(req)
	switch {
	case !ok:
		c.reply(e, sip.StatusBadRequest, "")
		return
	case !c.answered || other == nil || c.transfer != nil:
		res := c.within(e, sip.StatusInternalServerError)
		retryAfter(res)
		c.send(e.Server, res)
		return
	}
	if code := c.cfg.Hooks.Referred(sip.StatusAccepted); code != sip.StatusAccepted {
		c.reply(e, code, "")
		return
	}
	c.reply(e, sip.StatusAccepted, "")
	c.transfer = &transfer{transferor: mine, transferee: other, event: fmt.Sprint(req.CSeq().SeqNo)}
	c.notify(sip.StatusTrying)
	if c.cfg.Hooks.ForgetsTransfer() {
		return
	}
	targets, code := c.cfg.Find(number)
	if len(targets) == 0 {
		c.transferFailed(code)
		return
	}
	c.transfer.targets = targets
	c.nextTransfer()
}

// referTo reads the number of Refer-To. A Replaces in it, an attended
// transfer, is not for us.
func referTo(req *sip.Request) (string, bool) {
	h := req.GetHeader("Refer-To")
	if h == nil {
		h = req.GetHeader("r")
	}
	if h == nil {
		return "", false
	}
	v := strings.TrimSpace(h.Value())
	if _, after, ok := strings.Cut(v, "<"); ok {
		v, _, _ = strings.Cut(after, ">")
	}
	var u sip.Uri
	if err := sip.ParseUri(v, &u); err != nil || u.User == "" {
		return "", false
	}
	if u.Headers != nil && u.Headers.Length() > 0 {
		return "", false
	}
	return u.User, true
}

// nextTransfer calls the next target for the transferee, with the
// description that it sent last.
func (c *Call) nextTransfer() {
	x := c.transfer
	t := x.targets[0]
	x.targets = x.targets[1:]
	if x.media != nil {
		x.media.close()
	}
	offer := unheld(x.transferee.heard)
	x.media = &plane{
		relay: c.cfg.Relay, direct: t.Bypass, caller: seam.Leg{Trunk: x.transferee.trunk},
		callee: seam.Leg{Called: true, Trunk: t.Trunk},
	}
	d, err := sdp.Parse(offer)
	if err == nil {
		_, err = x.media.open(d)
	}
	if err != nil {
		c.transferFailed(sip.StatusInternalServerError)
		return
	}
	x.media.hear(true, d)
	body, err := x.media.moved(offer, false)
	if err != nil {
		c.transferFailed(sip.StatusInternalServerError)
		return
	}
	req := c.outside(t, x.transferee.remote, sip.Uri{Scheme: "sip", User: t.URI.User, Host: c.cfg.Domain})
	if x.transferee == c.a {
		c.identify(req, t) // it is to be known no better than in its own call
	}
	wire.SetBody(req, sdp.ContentType, body)
	a := c.newAttempt(t, req)
	a.transfer = true
	if a.client, err = c.cfg.Layer.Request(req, t.Hop, c.in); err != nil {
		c.transferEnded(sip.StatusServiceUnavailable)
		return
	}
	c.attempts[a.client] = a
	c.adopt(a.leg)
	x.guard = c.after(transferFor, func() {
		c.give(a)
		c.transferEnded(sip.StatusRequestTimeout)
	})
}

// transferResponse takes what the target says.
func (c *Call) transferResponse(a *attempt, code int, res *sip.Response, seq uint32) {
	x := c.transfer
	if code < 200 {
		a.heard = true
		if a.drop {
			c.cancel(a)
		} else if code > 100 && x != nil {
			c.notify(code)
		}
		return
	}
	delete(c.attempts, a.client)
	if code >= 300 {
		if !a.drop {
			c.transferEnded(code)
		}
		return
	}
	l := a.dialog(res)
	c.joined[a.client] = &winner{leg: l}
	c.acknowledge(l, seq, nil)
	if a.drop || c.over || x == nil {
		c.bye(l)
		return
	}
	x.guard.stop()
	c.joinTransfer(l, res)
}

// joinTransfer puts transferee and target together and lets the transferor
// go.
func (c *Call) joinTransfer(target *leg, res *sip.Response) {
	x := c.transfer
	c.notify(sip.StatusOK)
	c.transfer = nil
	body := described(res)
	target.heard = body
	if d, err := sdp.Parse(body); err == nil {
		x.media.hear(false, d)
	}
	old := c.media
	c.a, c.b, c.media = x.transferee, target, x.media
	c.retired = append(c.retired, old)
	c.granted(target, res)
	if t := x.transferor; t != nil && !c.cfg.Hooks.KeepsTransferor() {
		t.gone = true
		t.okay.stop()
		c.time(t, 0, false)
		c.bye(t)
	}
	if c.cfg.Hooks.ForgetsTransferee() {
		return
	}
	c.rejoin(c.moved(body, true))
}

// rejoin offers the transferee the target's description, as soon as nothing
// else is open with it.
func (c *Call) rejoin(offer []byte) {
	if c.over {
		return
	}
	if c.a.busy() {
		c.after(c.cfg.Layer.Timers().T1, func() { c.rejoin(offer) })
		return
	}
	c.a.keep()
	offer = c.a.own(offer)
	req := c.a.ask(sip.INVITE)
	c.introduce(req)
	c.a.wish(req, wanted)
	wire.SetBody(req, sdp.ContentType, offer)
	t, err := c.cfg.Layer.Request(req, c.a.next(), c.in)
	if err != nil {
		c.release()
		return
	}
	c.a.said = offer
	c.a.asking = t
	c.rejoins[t] = c.a
}

// rejoined takes the transferee's answer to the target's description.
func (c *Call) rejoined(l *leg, e transaction.Event) {
	if e.Err == nil && e.Message.Response.StatusCode < 200 {
		return
	}
	seq := e.Client.Request().CSeq().SeqNo
	if e.Err == nil && e.Message.Response.StatusCode < 300 && l.ack != nil && l.ack.CSeq().SeqNo == seq {
		c.again(l, seq)
		return
	}
	l.asking = nil
	if e.Err != nil || e.Message.Response.StatusCode >= 300 {
		c.cfg.Log.Warn("transferee refuses", "call", l.id.CallID, "err", e.Err)
		c.release()
		return
	}
	c.acknowledge(l, seq, nil)
	l.refresh(e.Message.Response)
	c.granted(l, e.Message.Response)
	c.hears(l, described(e.Message.Response))
	for _, p := range c.retired { // nobody sends there any more
		p.close()
	}
	c.retired = nil
}

// transferEnded goes on to the next target, or ends the transfer.
func (c *Call) transferEnded(code int) {
	x := c.transfer
	if x == nil {
		return
	}
	x.guard.stop()
	if len(x.targets) > 0 {
		c.nextTransfer()
		return
	}
	c.transferFailed(code)
}

// transferFailed tells the transferor; the call goes on as it was. Where the
// transferor has gone, the transferee is released.
func (c *Call) transferFailed(code int) {
	x := c.transfer
	c.notify(code)
	c.transfer = nil
	if x.media != nil {
		x.media.close()
	}
	if x.transferor == nil {
		c.release()
	}
}

// notify tells the transferor how the transfer goes (RFC 3515 §2.4.5).
func (c *Call) notify(code int) {
	l := c.transfer.transferor
	if l == nil || c.cfg.Hooks.ForgetsReferrer() {
		return
	}
	code = c.cfg.Hooks.Reported(code)
	state := "active;expires=60"
	if code >= 200 {
		state = "terminated;reason=noresource"
	}
	req := l.ask(sip.NOTIFY)
	req.AppendHeader(&sip.ContactHeader{Address: c.cfg.Contact})
	req.AppendHeader(sip.NewHeader("Event", "refer;id="+c.transfer.event))
	if !c.cfg.Hooks.HidesState() {
		req.AppendHeader(sip.NewHeader("Subscription-State", state))
	}
	wire.SetBody(req, "message/sipfrag;version=2.0", fmt.Appendf(nil, "SIP/2.0 %d %s\r\n", code, Reason(code)))
	if _, err := c.cfg.Layer.Request(req, l.next(), nil); err != nil {
		c.cfg.Log.Warn("notify", "call", l.id.CallID, "err", err)
	}
}

// unheld gives a description that sends and receives: a transferee that was
// put on hold is to talk to the target.
func unheld(body []byte) []byte {
	s := string(body)
	for _, d := range []sdp.Direction{sdp.SendOnly, sdp.RecvOnly, sdp.Inactive} {
		s = strings.ReplaceAll(s, "a="+string(d)+"\r\n", "a="+string(sdp.SendRecv)+"\r\n")
	}
	return []byte(s)
}
