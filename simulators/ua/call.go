package ua

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/network"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/reports/record"
)

// Call is one call of an agent, placed or received. One goroutine owns its
// dialog; what others may know of it is in its fact.
type Call struct {
	agent     *Agent
	inbound   bool
	user      string // ours
	behaviour Behaviour
	manner    manner
	in        *transaction.Inbox
	do        chan func() // what others ask the owner to do

	// Only the owner touches these.
	d       dialog
	sdp     negotiation
	offered bool                // our offer waits for an answer
	client  *transaction.Client // our INVITE
	server  *transaction.Server // theirs
	invite  *sip.Request        // as last sent
	tries   int                 // with credentials
	longest bool                // with the shortest session that they take
	cancel  bool                // as soon as it is allowed
	ack     *sip.Request
	unacked *unacknowledged // our 2xx
	rel     reliable
	rseqs   map[string]uint32              // of theirs, by tag
	pracks  map[*transaction.Client]uint32 // ours
	settled bool                           // the answer came reliably before the 2xx
	early   []byte                         // our answer in a 183
	asking  *transaction.Client            // our re-INVITE or UPDATE
	glares  int                            // that ours met
	refer   *transaction.Client
	timer   sessionTimer
	updates bool // the other side allows UPDATE
	bye     *transaction.Client
	leave   bool // BYE as soon as the ACK allows it

	mu      sync.Mutex
	media   Media
	video   Video // nil where the call has none
	fact    record.Attempt
	over    bool          // both sides know that it ended
	changed chan struct{} // closed at each change of fact
}

func (a *Agent) newCall(inbound bool, user string) *Call {
	c := &Call{
		agent: a, inbound: inbound, user: user, in: transaction.NewInbox(), do: make(chan func()),
		changed: make(chan struct{}), rseqs: map[string]uint32{}, pracks: map[*transaction.Client]uint32{},
	}
	c.d.proxy, _ = a.proxy()
	c.fact = record.Attempt{
		ID: a.cfg.NewID(), Party: a.cfg.Party, Inbound: inbound, Start: a.cfg.Journal.Now(), Outcome: record.Pending,
	}
	return c
}

// own is the goroutine that owns the dialog, until the agent closes.
func (c *Call) own() {
	for {
		select {
		case <-c.in.Ready():
			for e, more := c.in.Take(); more; e, more = c.in.Take() {
				c.handle(e)
			}
		case f := <-c.do:
			f()
		case <-c.agent.quit:
			return
		}
	}
}

func (c *Call) handle(e transaction.Event) {
	if e.Message != nil {
		c.typed(e.Message)
	}
	switch {
	case e.Cancels != nil:
		c.cancelled(e)
	case e.Message != nil && e.Message.Request != nil:
		c.request(e)
	case e.Client != nil && e.Client == c.bye:
		c.released(e)
	case e.Client != nil && e.Client == c.asking:
		c.reanswered(e)
	case e.Client != nil && e.Client == c.refer:
		c.referAnswered(e)
	case e.Client != nil && c.pracks[e.Client] != 0:
		c.prackAnswered(c.pracks[e.Client], e)
	case e.Client != nil && e.Client.Request().Method == sip.CANCEL:
		if e.Err == nil {
			c.note(func(f *record.Attempt) { f.CancelCode = e.Message.Response.StatusCode })
		}
	case e.Client != nil && e.Client.Request().IsInvite():
		c.response(e)
	}
}

// ask has the owner do something and waits until it is done.
func (c *Call) ask(ctx context.Context, f func()) error {
	done := make(chan struct{})
	select {
	case c.do <- func() { f(); close(done) }:
		<-done
		return nil
	case <-c.agent.quit:
		return errors.New("agent closed")
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// note changes the fact and wakes those who wait for it.
func (c *Call) note(f func(*record.Attempt)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(&c.fact)
	close(c.changed)
	c.changed = make(chan struct{})
}

// Fact gives what was observed so far.
func (c *Call) Fact() record.Attempt {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fact.Clone()
}

// Media gives the call's media; nil before there is any.
func (c *Call) Media() Media {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.media
}

// Await waits until the fact is as wanted.
func (c *Call) Await(ctx context.Context, wanted func(record.Attempt) bool) error {
	return c.await(ctx, func() bool { return wanted(c.Fact()) })
}

func (c *Call) await(ctx context.Context, wanted func() bool) error {
	for {
		c.mu.Lock()
		changed := c.changed
		c.mu.Unlock()
		if wanted() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Ask sends a BYE within the dialog when it has ended: whoever has forgotten
// it answers 481 (RFC 3261 §15.1.2). It is no OPTIONS, for that may be taken
// for one outside any dialog (§11.2), and Asterisk's SIP stack leaves it
// unanswered for a while. The code goes to the fact.
func (c *Call) Ask(ctx context.Context) error {
	var req *sip.Request
	var to wire.Hop
	c.note(func(f *record.Attempt) { f.AskedCode = 0 })
	if err := c.ask(ctx, func() {
		c.d.seq++
		req, to = c.d.request(sip.BYE, c.d.seq), c.d.hop()
	}); err != nil {
		return err
	}
	res, err := c.agent.exchange(ctx, req, to)
	if err != nil {
		return err
	}
	c.note(func(f *record.Attempt) { f.AskedCode = res.StatusCode })
	return nil
}

// enter writes the call and its media into the record.
func (c *Call) enter() {
	f := c.Fact()
	for _, m := range c.opened() {
		s := m.Close()
		s.Attempt, s.Party = f.ID, f.Party
		if s.Remote.IsValid() || s.Received > 0 {
			c.agent.cfg.Journal.Add(s)
		}
	}
	c.agent.cfg.Journal.Add(f)
}

// failed notes what went wrong with the call's transport.
func (c *Call) failed(err error) {
	c.note(func(f *record.Attempt) {
		if f.Error == "" {
			f.Error = fmt.Sprint(err)
		}
		f.Refused = f.Refused || network.Refused(err)
	})
}

func (c *Call) now() int64 { return c.agent.cfg.Journal.Now() }
