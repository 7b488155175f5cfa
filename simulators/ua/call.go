package ua

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/network"
	"ringproof/internal/sdp"
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

// Cancel gives the call up: by CANCEL, at once or as soon as a provisional
// response allows it (RFC 3261 §9.1).
func (c *Call) Cancel(ctx context.Context) error { return c.ask(ctx, c.giveUp) }

// Hangup releases an answered call with BYE.
func (c *Call) Hangup(ctx context.Context) error {
	var err error
	if e := c.ask(ctx, func() { err = c.hangup() }); e != nil {
		return e
	}
	return err
}

// Ask sends an OPTIONS within the dialog, after its end too: whoever has
// forgotten it answers 481 (RFC 3261 §12.2.2). The code goes to the fact.
func (c *Call) Ask(ctx context.Context) error {
	var req *sip.Request
	var to wire.Hop
	if err := c.ask(ctx, func() {
		c.d.seq++
		req, to = c.d.request(sip.OPTIONS, c.d.seq), c.d.hop()
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

// Release ends the call in the way that its state asks for, and waits until
// the other side knows or ctx ends.
func (c *Call) Release(ctx context.Context) error {
	err := c.ask(ctx, func() {
		f := c.Fact()
		switch {
		case c.isOver():
		case f.Outcome == record.Answered:
			_ = c.hangup() // its error is in the fact
		case !c.inbound:
			c.giveUp()
		case f.Outcome == record.Pending:
			c.reject(sip.StatusTemporarilyUnavailable, "Temporarily Unavailable")
		}
	})
	if err != nil {
		return err
	}
	return c.await(ctx, c.isOver)
}

func (c *Call) isOver() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.over
}

// end marks the call as over for both sides and falls silent.
func (c *Call) end() {
	c.settle()
	c.timer.alarm.stop()
	c.rel.alarm.stop()
	for _, m := range c.opened() {
		m.Hush()
	}
	c.mu.Lock()
	c.over = true
	c.mu.Unlock()
	c.note(func(*record.Attempt) {})
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

// hangup sends BYE (RFC 3261 §15.1.1).
func (c *Call) hangup() error {
	if c.bye != nil || c.isOver() {
		return nil
	}
	if c.inbound && c.unacked != nil { // RFC 3261 §15: not before the ACK
		c.leave = true
		c.note(func(f *record.Attempt) { f.Unacked = true })
		return nil
	}
	c.d.seq++
	c.note(func(f *record.Attempt) { f.ByeAt, f.ByeSent, f.Unacked = c.now(), true, false })
	var err error
	c.bye, err = c.agent.layer.Request(c.d.request(sip.BYE, c.d.seq), c.d.hop(), c.in)
	if err != nil {
		c.failed(err)
		c.end()
	}
	return err
}

// released takes the answer to our BYE; without one the call is over too
// (RFC 3261 §15.1.1).
func (c *Call) released(e transaction.Event) {
	if e.Err != nil {
		c.failed(e.Err)
		c.end()
		return
	}
	if code := e.Message.Response.StatusCode; code >= 200 {
		c.note(func(f *record.Attempt) { f.ByeCode = code })
		c.end()
	}
}

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

// talk starts or moves the media; a side that holds is silent.
func (c *Call) talk(to agreed) {
	if c.sdp.direction == sdp.SendOnly {
		for _, m := range c.opened() {
			m.Hush()
		}
		return
	}
	c.Media().Start(to.remote, to.codec)
	c.show()
}

// asked notes the first offer, agreed its answer.
func (c *Call) asked(offer []byte) {
	c.note(func(f *record.Attempt) { f.Offered = names(offer) })
}

func (c *Call) agreed(answer []byte) {
	c.note(func(f *record.Attempt) { f.Agreed, f.AgreedAt = names(answer), c.now() })
}

// open opens the call's media.
func (c *Call) open() error {
	m, err := c.agent.cfg.Media()
	if err != nil {
		return err
	}
	if t, ok := m.(interface{ Second() }); ok && c.inbound { // the caller speaks first
		t.Second()
	}
	v, err := c.openVideo()
	if err != nil {
		m.Close()
		return err
	}
	c.mu.Lock()
	c.media, c.video = m, v
	c.mu.Unlock()
	c.sdp = negotiation{
		id: uint64(c.agent.cfg.Journal.Now()) & 0x7fffffff, at: m.Addr(), video: newPictures(v),
		codecs: c.speaks(), direction: sdp.SendRecv,
	}
	return nil
}

// speaks gives the call's codecs.
func (c *Call) speaks() []sdp.Codec {
	list := c.manner.codecs
	if c.inbound {
		list = c.behaviour.Codecs
	}
	if len(list) == 0 {
		return codecs()
	}
	return named(list...)
}
