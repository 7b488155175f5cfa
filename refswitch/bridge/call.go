// Package bridge joins two legs into a call: a back-to-back user agent.
//
// [New] takes an INVITE and the targets to try; [Call.Run] owns both dialogs
// in one goroutine until nothing of the call is left. Not here: delayed
// offer, re-INVITE, PRACK, transfer.
package bridge

import (
	"context"
	"log/slog"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/sdp"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/refswitch/internal/seam"
	"ringproof/refswitch/relay"
)

// Config is what calls share.
type Config struct {
	Layer *transaction.Layer
	Relay *relay.Relay
	Hooks *seam.Hooks
	Log   *slog.Logger
	// Contact is the switch's own URI, Domain its name in From and To.
	Contact sip.Uri
	Domain  string
	// Track and Untrack say which dialogs' requests come to which inbox.
	Track   func(Dialog, *transaction.Inbox)
	Untrack func(Dialog)
}

// Target is where a call may go.
type Target struct {
	Name  string
	Trunk bool // else a registered phone
	URI   sip.Uri
	Hop   wire.Hop
	Guard time.Duration // longest silence before the next target is tried
}

const (
	// ringFor is how long a target may ring: timer C (RFC 3261 §16.6 step 11).
	ringFor = 3*time.Minute + time.Second
	// abortWithin bounds the release of a call when the switch stops.
	abortWithin = 2 * time.Second
)

// Call is one call with its caller's leg and its attempts at a called one.
type Call struct {
	cfg       Config
	in        *transaction.Inbox
	fromTrunk bool
	targets   []Target // still to be tried

	invite *transaction.Server // the caller's
	a      *leg
	b      *leg // once answered
	offer  []byte
	media  *relay.Session

	current  *attempt
	attempts map[*transaction.Client]*attempt // INVITEs without an end yet
	joined   map[*transaction.Client]*leg     // INVITEs with a 2xx
	byes     map[*transaction.Client]bool
	dialogs  []Dialog // tracked
	early    bool     // early media was passed on: no other target now
	answered bool
	over     bool

	guard  *time.Timer
	resend *time.Timer // of the 2xx, until the ACK
	ok     *sip.Response
	wait   time.Duration // to the next repetition
	since  time.Time     // the first 2xx
}

// New prepares a call. The INVITE itself is the inbox's first event.
func New(cfg Config, m *wire.Message, s *transaction.Server, fromTrunk bool, targets []Target) *Call {
	c := &Call{
		cfg: cfg, in: transaction.NewInbox(), fromTrunk: fromTrunk, targets: targets,
		invite: s, a: callerLeg(m), offer: m.Request.Body(),
		attempts: map[*transaction.Client]*attempt{}, joined: map[*transaction.Client]*leg{},
		byes: map[*transaction.Client]bool{}, guard: stopped(), resend: stopped(),
	}
	c.track(c.a.id)
	return c
}

func (c *Call) track(d Dialog) {
	c.dialogs = append(c.dialogs, d)
	c.cfg.Track(d, c.in)
}

func stopped() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

// Inbox is where the events of both legs go.
func (c *Call) Inbox() *transaction.Inbox { return c.in }

// Run carries the call through. It returns when both dialogs are released and
// no attempt is left open; a cancelled ctx releases the call first.
func (c *Call) Run(ctx context.Context) {
	defer c.end()
	if !c.begin() {
		return
	}
	stop := ctx.Done()
	var deadline <-chan time.Time
	for !c.over || len(c.attempts) > 0 || len(c.byes) > 0 {
		select {
		case <-c.in.Ready():
			for e, more := c.in.Take(); more; e, more = c.in.Take() {
				c.handle(e)
			}
		case <-c.guard.C:
			c.silent()
		case <-c.resend.C:
			c.repeatOK()
		case <-stop:
			stop = nil
			deadline = time.After(abortWithin)
			c.abort()
		case <-deadline:
			return
		}
	}
}

// begin opens the media relay and tries the first target.
func (c *Call) begin() bool {
	if len(c.offer) == 0 {
		c.refuse(sip.StatusNotAcceptableHere)
		return false
	}
	d, err := sdp.Parse(c.offer)
	if err != nil {
		c.refuse(sip.StatusBadRequest)
		return false
	}
	audio := d.Audio()
	if audio == nil {
		c.refuse(sip.StatusNotAcceptableHere)
		return false
	}
	callee := seam.Leg{Called: true, Trunk: c.targets[0].Trunk}
	if c.media, err = c.cfg.Relay.Open(seam.Leg{Trunk: c.fromTrunk}, callee); err != nil {
		c.cfg.Log.Error("media", "err", err)
		c.refuse(sip.StatusServiceUnavailable)
		return false
	}
	c.media.SetCaller(audio.Addr)
	c.respond(sip.StatusTrying, nil)
	c.next()
	return true
}

func (c *Call) end() {
	c.guard.Stop()
	c.resend.Stop()
	for _, d := range c.dialogs {
		c.cfg.Untrack(d)
	}
	if c.media != nil {
		c.media.Close()
	}
}

// handle takes one event of either leg.
func (c *Call) handle(e transaction.Event) {
	switch {
	case e.Cancels != nil:
		c.cancelled(e)
	case e.Message != nil && e.Message.Request != nil:
		c.request(e)
	case e.Client != nil && c.byes[e.Client]:
		if e.Err != nil || e.Message.Response.StatusCode >= 200 {
			delete(c.byes, e.Client)
		}
	case e.Client != nil:
		c.response(e)
	}
}

// respond answers the caller's INVITE.
func (c *Call) respond(code int, body []byte) *sip.Response {
	res := wire.NewResponse(c.invite.Request(), code, Reason(code), c.a.id.LocalTag)
	if code > 100 && code < 300 {
		res.AppendHeader(&sip.ContactHeader{Address: c.cfg.Contact})
		wire.SetBody(res, sdp.ContentType, body)
	}
	if err := c.invite.Respond(res); err != nil {
		c.cfg.Log.Warn("answer caller", "call", c.a.id.CallID, "err", err)
	}
	return res
}

// refuse ends the caller's INVITE with a final response.
func (c *Call) refuse(code int) {
	c.over = true
	c.respond(code, nil)
}

// abort releases whatever there is, because the switch stops.
func (c *Call) abort() {
	switch {
	case c.over:
	case c.answered:
		c.bye(c.a)
		c.bye(c.b)
	default:
		c.dropTargets()
		c.refuse(sip.StatusServiceUnavailable)
	}
	c.over = true
}
