package transaction

import (
	"errors"
	"fmt"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/wire"
)

// Client is a client transaction. The layer's lock guards its fields.
type Client struct {
	layer *Layer
	req   *sip.Request
	raw   []byte
	to    wire.Hop
	key   key
	inbox *Inbox

	state     state
	interval  time.Duration // of the next retransmission
	resend    *time.Timer   // A, E
	expire    *time.Timer   // B, F
	linger    *time.Timer   // D, K, M
	ack       []byte        // to a refused INVITE
	cancelled bool
}

// Request gives the request as it was sent.
func (c *Client) Request() *sip.Request { return c.req }

// Hop gives where it was sent.
func (c *Client) Hop() wire.Hop { return c.to }

// arm starts the timers of the first state.
func (c *Client) arm() {
	t := c.layer.timers
	if !c.to.Transport.Reliable() {
		c.interval = t.T1
		c.resend = c.layer.after(c.interval, c.retransmit)
	}
	c.expire = c.layer.after(t.timeout(), func() {
		c.fail(&TimeoutError{Waiting: "response to " + string(c.req.Method) + " from " + c.to.String(), After: t.timeout()})
	})
}

// retransmit is timer A (RFC 3261 §17.1.1.2: doubling) or E (§17.1.2.2:
// doubling up to T2, T2 once a provisional was heard).
func (c *Client) retransmit() {
	invite := c.req.IsInvite()
	if c.resend == nil || c.state != calling && (invite || c.state != proceeding) {
		return
	}
	if err := c.layer.port.Send(c.raw, c.to); err != nil {
		c.fail(err)
		return
	}
	c.interval *= 2
	if !invite && (c.interval > c.layer.timers.T2 || c.state == proceeding) {
		c.interval = c.layer.timers.T2
	}
	c.resend.Reset(c.interval)
}

// receive takes a response.
func (c *Client) receive(m *wire.Message) {
	code := m.Response.StatusCode
	if c.req.IsInvite() {
		c.receiveInvite(m, code)
		return
	}
	if c.state >= completed {
		return
	}
	if code >= 200 {
		c.state = completed
		c.stop()
		c.lingerFor(c.layer.timers.T4) // K
	} else {
		c.state = proceeding
	}
	c.inbox.put(Event{Message: m, Client: c})
}

// receiveInvite is RFC 3261 §17.1.1.2 with RFC 6026 §7.2.
func (c *Client) receiveInvite(m *wire.Message, code int) {
	switch {
	case c.state == completed && code >= 300: // our ACK was lost
		if err := c.layer.port.Send(c.ack, c.to); err != nil {
			c.layer.log.Debug("repeat ACK", "err", err)
		}
		return
	case c.state == accepted && code >= 200 && code < 300:
		// every 2xx goes up: its sender waits for an ACK
	case c.state >= completed:
		return
	case code < 200:
		c.state = proceeding
		c.stop()
	case code < 300:
		c.state = accepted
		c.stop()
		c.linger = c.layer.after(c.layer.timers.timeout(), c.end) // M
	default:
		c.state = completed
		c.stop()
		c.acknowledge(m.Response)
		c.lingerFor(c.layer.timers.timeout()) // D
	}
	c.inbox.put(Event{Message: m, Client: c})
}

// acknowledge sends the ACK to a refusal: hop by hop, with the INVITE's
// branch (RFC 3261 §17.1.1.3).
func (c *Client) acknowledge(res *sip.Response) {
	ack := c.follow(sip.ACK)
	sip.CopyHeaders("To", res, ack)
	c.ack = []byte(ack.String())
	if err := c.layer.port.Send(c.ack, c.to); err != nil {
		c.layer.log.Debug("send ACK", "err", err)
	}
}

// Cancel sends a CANCEL in a transaction of its own whose events also come to
// the INVITE's inbox. It is too early before a provisional response and too
// late after the final one (RFC 3261 §9.1): then, and the second time, it is
// an error. Where no
// final response follows within 64*T1, the INVITE ends with a TimeoutError.
func (c *Client) Cancel() error {
	l := c.layer
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.state != proceeding {
		return errors.New("cancel: no provisional response, or already a final one")
	}
	if c.cancelled {
		return errors.New("cancel: already cancelled")
	}
	cancel := c.follow(sip.CANCEL)
	sip.CopyHeaders("To", c.req, cancel)
	if _, err := l.start(cancel, c.to, c.inbox); err != nil {
		return err
	}
	c.cancelled = true
	wait := l.timers.timeout()
	c.expire = l.after(wait, func() {
		if c.state == proceeding {
			c.fail(&TimeoutError{Waiting: "final response to a cancelled INVITE from " + c.to.String(), After: wait})
		}
	})
	return nil
}

// Abandon gives up an INVITE that nobody has answered: no more
// retransmissions, and no CANCEL since none is allowed yet (RFC 3261 §9.1).
// A provisional response that comes after all is then cancelled.
func (c *Client) Abandon() {
	c.layer.mu.Lock()
	defer c.layer.mu.Unlock()
	if c.resend != nil {
		c.resend.Stop()
		c.resend = nil
	}
}

// follow starts a request that shares the INVITE's Request-URI, top Via,
// Route, From, Call-ID and CSeq number (RFC 3261 §9.1, §17.1.1.3).
func (c *Client) follow(method sip.RequestMethod) *sip.Request {
	r := sip.NewRequest(method, c.req.Recipient)
	r.AppendHeader(sip.HeaderClone(c.req.Via()))
	for _, name := range []string{"Route", "From", "Call-ID"} {
		sip.CopyHeaders(name, c.req, r)
	}
	r.AppendHeader(&sip.CSeqHeader{SeqNo: c.req.CSeq().SeqNo, MethodName: method})
	max := sip.MaxForwardsHeader(70)
	r.AppendHeader(&max)
	wire.SetBody(r, "", nil)
	return r
}

func (c *Client) fail(err error) {
	if c.state >= completed {
		return
	}
	c.end()
	c.inbox.put(Event{Client: c, Err: fmt.Errorf("%s %s: %w", c.req.Method, c.req.Recipient.String(), err)})
}

// lingerFor keeps the transaction to absorb repeats; not at all over a
// reliable transport.
func (c *Client) lingerFor(d time.Duration) {
	if c.to.Transport.Reliable() {
		c.end()
		return
	}
	c.linger = c.layer.after(d, c.end)
}

func (c *Client) stop() {
	for _, t := range []*time.Timer{c.resend, c.expire} {
		if t != nil {
			t.Stop()
		}
	}
}

func (c *Client) end() {
	c.state = terminated
	c.stop()
	if c.linger != nil {
		c.linger.Stop()
	}
	delete(c.layer.clients, c.key)
}
