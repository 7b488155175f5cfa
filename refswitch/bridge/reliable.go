package bridge

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/sdp"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
)

// Reliable provisional responses (RFC 3262), on each leg by itself.

// reliable is what the caller was told reliably.
type reliable struct {
	rseq    uint32 // of the last; 0 for none yet
	open    *sip.Response
	since   time.Time
	wait    time.Duration
	alarm   *alarm
	said    bool         // a description went to the caller in one
	answers func([]byte) // takes the answer to an offer in one
	queue   []func()     // what waits for the PRACK
}

// provide passes a provisional response on to the caller, reliably if it asks
// for that, or if it can and the called side did so.
func (c *Call) provide(code int, body []byte, surely bool) {
	req := c.invite.Request()
	required := has(req, "Require", "100rel")
	if able := surely && supports(req, "100rel"); c.cfg.Hooks.Unreliable() || !required && !able {
		c.respond(code, body)
		return
	}
	if c.rel.open != nil { // one at a time (RFC 3262 §3)
		c.rel.queue = append(c.rel.queue, func() { c.provide(code, body, surely) })
		return
	}
	if c.rel.said {
		body = nil // it has its answer
	}
	c.rel.said = c.rel.said || len(body) > 0
	if c.rel.rseq == 0 {
		c.rel.rseq = rand.Uint32N(1 << 30)
	}
	c.rel.rseq++
	res := c.answerOf(code, body)
	res.AppendHeader(sip.NewHeader("Require", "100rel"))
	res.AppendHeader(sip.NewHeader("RSeq", fmt.Sprint(c.rel.rseq)))
	c.rel.open, c.rel.since, c.rel.wait = res, time.Now(), c.cfg.Layer.Timers().T1
	c.sendProvisional()
}

// sendProvisional sends the open response again and again until its PRACK
// comes; where none does the call is refused (RFC 3262 §3).
func (c *Call) sendProvisional() {
	if c.rel.open == nil || c.over {
		return
	}
	if time.Since(c.rel.since) >= 64*c.cfg.Layer.Timers().T1 {
		c.cfg.Log.Warn("no PRACK from caller", "call", c.a.id.CallID)
		c.dropTargets()
		c.refuse(sip.StatusGatewayTimeout)
		c.leave(c.b)
		return
	}
	if err := c.invite.Respond(c.rel.open); err != nil {
		c.cfg.Log.Debug("provisional", "err", err)
	}
	c.rel.alarm = c.after(c.rel.wait, c.sendProvisional)
	c.rel.wait *= 2
}

// pracked takes the caller's PRACK.
func (c *Call) pracked(e transaction.Event) {
	req := e.Message.Request
	rack := ""
	if h := req.GetHeader("RAck"); h != nil {
		rack = strings.Join(strings.Fields(h.Value()), " ")
	}
	want := fmt.Sprintf("%d %d INVITE", c.rel.rseq, c.invite.Request().CSeq().SeqNo)
	if c.rel.open == nil || rack != want || c.cfg.Hooks.RefusesPRACK(has(c.invite.Request(), "Require", "100rel")) {
		c.reply(e, sip.StatusCallTransactionDoesNotExists, "")
		return
	}
	c.rel.open = nil
	c.rel.alarm.stop()
	body := described(req)
	switch answers := c.rel.answers; {
	case answers != nil: // it has the answer to the offer that we passed on
		c.rel.answers = nil
		c.reply(e, sip.StatusOK, "")
		answers(body)
	case len(body) > 0: // a new offer (RFC 3262 §5)
		c.pass(e, c.a, c.other(c.a))
	default:
		c.reply(e, sip.StatusOK, "")
	}
	for c.rel.open == nil && len(c.rel.queue) > 0 {
		f := c.rel.queue[0]
		c.rel.queue = c.rel.queue[1:]
		f()
	}
}

// whenHeard does something once no reliable response to the caller is open.
func (c *Call) whenHeard(f func()) {
	if c.rel.open != nil {
		c.rel.queue = append(c.rel.queue, f)
		return
	}
	f()
}

// rseq gives the number of a reliable provisional response, 0 for others.
func rseq(res *sip.Response) uint32 {
	h := res.GetHeader("RSeq")
	if h == nil || !has(res, "Require", "100rel") || res.StatusCode == sip.StatusTrying {
		return 0
	}
	n, err := strconv.ParseUint(strings.TrimSpace(h.Value()), 10, 31)
	if err != nil {
		return 0
	}
	return uint32(n)
}

// took takes a reliable provisional response of a called side into its early
// dialog. It tells whether it is the next in order; copies, and what overtook
// another, are not (RFC 3262 §4).
func (l *leg) took(n uint32) bool {
	if l.rseq != 0 && n != l.rseq+1 {
		return false
	}
	l.rseq = n
	return true
}

// prack acknowledges a reliable provisional response, with the answer to an
// offer in it.
func (c *Call) prack(l *leg, res *sip.Response, body []byte) {
	if c.cfg.Hooks.SkipsPRACK() {
		return
	}
	req := l.ask(sip.PRACK)
	req.AppendHeader(sip.NewHeader("RAck", fmt.Sprintf("%d %d INVITE", rseq(res), res.CSeq().SeqNo)))
	if len(body) > 0 {
		wire.SetBody(req, sdp.ContentType, body)
		l.said = body
	}
	if _, err := c.cfg.Layer.Request(req, l.next(), nil); err != nil {
		c.cfg.Log.Warn("prack", "call", l.id.CallID, "err", err)
	}
}
