package ua

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/sdp"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/reports/record"
)

// Reliable provisional responses (RFC 3262): ours, and those to our INVITE.

// reliable is the reliable provisional response that we sent last.
type reliable struct {
	rseq  uint32
	open  *sip.Response // not acknowledged yet
	since time.Time
	wait  time.Duration
	alarm *alarm
	then  func() // what waits for its PRACK
}

// ringReliably sends a provisional response until its PRACK comes
// (RFC 3262 §3).
func (c *Call) ringReliably(code int, reason string, body []byte, then func()) {
	if c.rel.rseq == 0 {
		c.rel.rseq = uint32(c.agent.cfg.Journal.Now()&0xffff) + 1
	}
	c.rel.rseq++
	c.rel.then = then
	c.rel.since, c.rel.wait = time.Now(), c.agent.layer.Timers().T1
	n := c.rel.rseq
	c.note(func(f *record.Attempt) {
		f.Reliable = append(f.Reliable, record.Reliable{At: c.now(), Code: code, RSeq: n})
	})
	c.rel.open = c.respond(code, reason, body,
		sip.NewHeader("Require", "100rel"), sip.NewHeader("RSeq", fmt.Sprint(n)))
	c.rel.alarm = c.after(c.rel.wait, c.ringAgain)
}

func (c *Call) ringAgain() {
	if c.rel.open == nil || c.Fact().Outcome != record.Pending {
		return
	}
	t := c.agent.layer.Timers()
	if time.Since(c.rel.since) >= 64*t.T1 {
		c.failed(&transaction.TimeoutError{Waiting: "PRACK to our reliable provisional response", After: 64 * t.T1})
		c.reject(sip.StatusGatewayTimeout, "Server Time-out")
		return
	}
	if err := c.server.Respond(c.rel.open); err != nil {
		c.failed(err)
	}
	c.rel.wait *= 2
	c.rel.alarm = c.after(c.rel.wait, c.ringAgain)
}

// pracked takes a PRACK; one that matches nothing gets 481.
func (c *Call) pracked(s *transaction.Server) {
	req := s.Request()
	rack, _ := value(req, "RAck")
	rack = strings.Join(strings.Fields(rack), " ")
	right := c.rel.open != nil && rack == fmt.Sprintf("%d %d INVITE", c.rel.rseq, c.server.Request().CSeq().SeqNo)
	code, reason := sip.StatusOK, "OK"
	if !right {
		code, reason = sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist"
	}
	c.note(func(f *record.Attempt) {
		if n := len(f.Reliable); n > 0 && f.Reliable[n-1].AckCode/100 != 2 {
			r := &f.Reliable[n-1]
			r.RAck, r.AckAt, r.AckCode = rack, c.now(), code
		}
	})
	c.reply(s, code, reason)
	if !right {
		return
	}
	c.rel.open = nil
	c.rel.alarm.stop()
	if then := c.rel.then; then != nil {
		c.rel.then = nil
		then()
	}
}

// prack acknowledges a reliable provisional response to our INVITE. It tells
// whether it was the next in order (RFC 3262 §4).
func (c *Call) prack(res *sip.Response) bool {
	v, _ := value(res, "RSeq")
	n64, err := strconv.ParseUint(v, 10, 32)
	if err != nil || n64 == 0 {
		return true
	}
	n := uint32(n64)
	tag, _ := res.To().Params.Get("tag")
	if last := c.rseqs[tag]; last != 0 && n != last+1 {
		return false
	}
	c.rseqs[tag] = n
	d := &c.d
	if d.remoteTag == "" || d.remoteTag == tag {
		d.confirm(res)
	} else { // another branch of a fork
		fork := c.d
		fork.confirm(res)
		d = &fork
	}
	c.d.seq++
	req := d.request(sip.PRACK, c.d.seq)
	rack := fmt.Sprintf("%d %d INVITE", n, res.CSeq().SeqNo)
	req.AppendHeader(sip.NewHeader("RAck", rack))
	c.answerIn(req, description(res))
	c.note(func(f *record.Attempt) {
		f.Reliable = append(f.Reliable, record.Reliable{At: c.now(), Code: res.StatusCode, RSeq: n, RAck: rack, AckAt: c.now()})
	})
	t, err := c.agent.layer.Request(req, d.hop(), c.in)
	if err != nil {
		c.failed(err)
		return true
	}
	c.pracks[t] = n
	return true
}

// answerIn answers an offer of a reliable response to an INVITE of ours
// without one.
func (c *Call) answerIn(req *sip.Request, offer []byte) {
	if c.offered || c.settled || len(offer) == 0 {
		return
	}
	answer, to, err := c.sdp.answer(offer)
	if err != nil {
		c.failed(err)
		return
	}
	c.settled = true
	c.asked(offer)
	c.agreed(answer)
	wire.SetBody(req, sdp.ContentType, answer)
	c.talk(to)
}

// prackAnswered takes the answer to a PRACK of ours.
func (c *Call) prackAnswered(n uint32, e transaction.Event) {
	if e.Err != nil {
		c.failed(e.Err)
		return
	}
	code := e.Message.Response.StatusCode
	if code < 200 {
		return
	}
	delete(c.pracks, e.Client)
	c.note(func(f *record.Attempt) {
		for i := range f.Reliable {
			if f.Reliable[i].RSeq == n {
				f.Reliable[i].AckCode = code
			}
		}
	})
}
