package ua

import (
	"fmt"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/reports/record"
)

// request takes a request within the dialog.
func (c *Call) request(e transaction.Event) {
	req := e.Message.Request
	switch {
	case c.isOver() && !req.IsAck() && e.Server != c.server:
		c.late(e)
	case c.strays(req) != "":
		c.stray(e)
	case !c.d.inOrder(req):
		c.reply(e.Server, sip.StatusInternalServerError, "Server Internal Error")
	case req.IsAck():
		c.acknowledged(req)
	case e.Server == c.server && req.IsInvite():
		c.ring()
	case req.Method == sip.BYE:
		c.reply(e.Server, sip.StatusOK, "OK")
		if c.inbound && c.Fact().Outcome == record.Pending { // an early dialog (RFC 3261 §15.1.2)
			c.respond(sip.StatusRequestTerminated, "Request Terminated", nil)
			c.note(func(f *record.Attempt) { f.Outcome = record.Abandoned })
		}
		c.note(func(f *record.Attempt) {
			if f.ByeAt == 0 {
				f.ByeAt = c.now()
			}
		})
		c.end()
	case unknown(req) != "":
		c.refuseExtension(e.Server)
	case req.IsInvite(), req.Method == sip.UPDATE:
		c.reinvited(e.Server)
	case req.Method == sip.PRACK:
		c.pracked(e.Server)
	case req.Method == sip.NOTIFY:
		c.notified(e.Server)
	case req.Method == sip.OPTIONS, req.Method == "INFO":
		c.reply(e.Server, sip.StatusOK, "OK")
	default:
		c.reply(e.Server, sip.StatusMethodNotAllowed, "Method Not Allowed")
	}
}

// late takes a request that comes when the dialog has ended.
func (c *Call) late(e transaction.Event) {
	c.note(func(f *record.Attempt) { f.After = append(f.After, string(e.Message.Request.Method)) })
	c.reply(e.Server, sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist")
}

// strays says what in a request does not fit the dialog that it names: the
// dialog is known by the other side's tag too (RFC 3261 §12), and is reached at
// the contact that we gave (§12.2.1.1). Who stands between may write another
// host into that, but not another user.
func (c *Call) strays(req *sip.Request) string {
	tag, _ := req.From().Params.Get("tag")
	switch fixed := c.inbound || c.Fact().Outcome == record.Answered; {
	case c.server != nil && req.IsInvite() && req.CSeq().SeqNo == c.server.Request().CSeq().SeqNo: // it made the dialog
	case fixed && c.d.remoteTag != "" && tag != c.d.remoteTag:
		return fmt.Sprintf("%s with the From tag %q, where the dialog has %q (RFC 3261 §12.2.2)", req.Method, tag, c.d.remoteTag)
	case req.Recipient.User != c.user && req.Recipient.User != c.shown(c.user):
		return fmt.Sprintf("%s for %q, where the contact is %q (RFC 3261 §12.2.1.1)", req.Method, req.Recipient.User, c.shown(c.user))
	}
	return ""
}

func (c *Call) stray(e transaction.Event) {
	req := e.Message.Request
	why := c.strays(req)
	c.note(func(f *record.Attempt) { f.Stray = append(f.Stray, why) })
	if !req.IsAck() {
		c.reply(e.Server, sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist")
	}
}

// refuseExtension says which required extension we do not know
// (RFC 3261 §8.2.2.3).
func (c *Call) refuseExtension(s *transaction.Server) {
	c.object(unknownExtension, unknown(s.Request()))
	res := wire.NewResponse(s.Request(), sip.StatusBadExtension, "Bad Extension", c.d.localTag)
	res.AppendHeader(sip.NewHeader("Unsupported", unknown(s.Request())))
	if err := s.Respond(res); err != nil {
		c.failed(err)
	}
}

// refuseBody says which bodies we understand (RFC 3261 §8.2.3).
func (c *Call) refuseBody(s *transaction.Server) {
	c.object(unknownBody, strange(s.Request()))
	res := wire.NewResponse(s.Request(), sip.StatusUnsupportedMediaType, "Unsupported Media Type", c.d.localTag)
	res.AppendHeader(sip.NewHeader("Accept", accept))
	if err := s.Respond(res); err != nil {
		c.failed(err)
	}
}

func (c *Call) reply(s *transaction.Server, code int, reason string) {
	res := wire.NewResponse(s.Request(), code, reason, c.d.localTag)
	if code == sip.StatusMethodNotAllowed {
		res.AppendHeader(sip.NewHeader("Allow", allow))
	}
	if err := s.Respond(res); err != nil {
		c.failed(err)
	}
}
