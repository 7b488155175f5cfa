package ua

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/transaction"
	"ringproof/reports/record"
)

// Transfer asks the other side to call a number in our place: a blind
// transfer (RFC 3515, RFC 5589 §6). It returns once the REFER is sent.
func (c *Call) Transfer(ctx context.Context, number string) error {
	var err error
	if e := c.ask(ctx, func() { err = c.transfer(number) }); e != nil {
		return e
	}
	return err
}

func (c *Call) transfer(number string) (err error) {
	if err := c.free(); err != nil {
		return err
	}
	if may := c.agent.cfg.MayDial; may != nil {
		if err := may(number); err != nil {
			return fmt.Errorf("refer to %s: %w", number, err)
		}
	}
	_, domain := c.agent.proxy()
	c.d.seq++
	req := c.d.request(sip.REFER, c.d.seq)
	req.AppendHeader(c.agent.contact(c.user))
	req.AppendHeader(sip.NewHeader("Refer-To", fmt.Sprintf("<sip:%s@%s>", number, domain)))
	req.AppendHeader(sip.NewHeader("Referred-By", fmt.Sprintf("<sip:%s@%s>", c.user, domain)))
	c.note(func(f *record.Attempt) { f.Refer = &record.Refer{At: c.now(), To: number} })
	if c.refer, err = c.agent.layer.Request(req, c.d.hop(), c.in); err != nil {
		c.failed(err)
	}
	return err
}

// referAnswered takes the answer to our REFER.
func (c *Call) referAnswered(e transaction.Event) {
	if e.Err != nil {
		c.failed(e.Err)
		return
	}
	if code := e.Message.Response.StatusCode; code >= 200 {
		c.note(func(f *record.Attempt) { f.Refer.Code = code })
	}
}

// notified takes a NOTIFY of how our transfer goes: a sipfrag (RFC 3515
// §2.4.5). Any other is of no subscription of ours.
func (c *Call) notified(s *transaction.Server) {
	req := s.Request()
	event, _ := value(req, "Event", "o")
	if c.Fact().Refer == nil || !strings.EqualFold(event, "refer") {
		c.reply(s, sip.StatusCallTransactionDoesNotExists, "Subscription Does Not Exist")
		return
	}
	n := record.Notice{At: c.now()}
	state, _ := value(req, "Subscription-State")
	n.State = strings.ToLower(state)
	if words := strings.Fields(string(req.Body())); len(words) > 1 && words[0] == "SIP/2.0" {
		n.Code, _ = strconv.Atoi(words[1]) // 0 is none
	}
	c.reply(s, sip.StatusOK, "OK")
	c.note(func(f *record.Attempt) { f.Refer.Notices = append(f.Refer.Notices, n) })
}
