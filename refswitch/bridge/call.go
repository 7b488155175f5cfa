// Package bridge joins two legs into a call: a back-to-back user agent.
//
// [New] takes an INVITE and the targets to try; [Call.Run] owns the dialogs
// in one goroutine until nothing of the call is left. Offers and answers pass
// from end to end, with the addresses of the relay; reliable provisional
// responses, session timers and transfers are each leg's own. Not here:
// attended transfer, transcoding.
package bridge

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/sdp"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/refswitch/internal/seam"
	"ringproof/refswitch/relay"
	"ringproof/refswitch/routing"
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
	// Find gives the targets of a number to which a call is redirected or
	// transferred, or the code that says why there are none.
	Find func(number string) ([]Target, int)
	// Sent is told under which Call-ID a call to a number was sent on.
	Sent func(callID, number string)
	// Rest is told of a target that asks to be left alone (Retry-After).
	Rest func(target string, d time.Duration)
	// Done is told of each call when it is over.
	Done func(Report)
}

// Route is where a call may go.
type Route struct {
	Targets []Target
	// Advances tells whether a target's final response leads to the next.
	Advances func(code int) bool
}

// Target is where a call may go.
type Target struct {
	Name  string
	Trunk bool // else a registered phone
	URI   sip.Uri
	Hop   wire.Hop
	// Routes are what requests to the URI have to pass, first to last.
	Routes []sip.Uri
	Guard  time.Duration // longest silence before the next target is tried
	Ring   time.Duration // longest ringing; timer C if zero
	Down   bool          // known to be: it is tried because all are
	// Number is the called one as it is shown there, Caller how the caller's
	// is changed.
	Number string
	Caller routing.Translation
	// Identity says that it is trusted with who calls (RFC 3325 §5).
	Identity bool
	// Bypass leaves the media to the two sides: no relay.
	Bypass bool
}

func (t *Target) leg() seam.Leg { return seam.Leg{Called: true, Trunk: t.Trunk} }

// RetryAfter is how many seconds callers are asked to wait after a 503.
const RetryAfter = 5

const (
	// ringFor is how long a target may ring unless it has a time of its own: timer C (RFC 3261 §16.6 step 11).
	ringFor = 3*time.Minute + time.Second
	// abortWithin bounds the release of a call when the switch stops.
	abortWithin = 2 * time.Second
)

// Call is one call with its caller's leg and its attempts at a called one.
type Call struct {
	cfg      Config
	in       *transaction.Inbox
	due      chan func() // alarms that went off
	done     chan struct{}
	origin   Origin
	route    Route
	targets  []Target // still to be tried
	failures []int    // how those tried before ended
	report   Report

	invite *transaction.Server // the caller's
	a      *leg
	b      *leg // once answered
	legs   []*leg
	offer  []byte
	every  time.Duration // session asked for at the called side
	media  *plane
	// retired are planes of before a transfer.
	retired []*plane

	current   *attempt
	attempts  map[*transaction.Client]*attempt // INVITEs without an end yet
	joined    map[*transaction.Client]*winner  // INVITEs with a 2xx
	byes      map[*transaction.Client]*leg
	forwards  map[*transaction.Client]*forward
	carried   map[*transaction.Client]*transaction.Server
	refreshes map[*transaction.Client]*leg
	rejoins   map[*transaction.Client]*leg
	transfer  *transfer
	rel       reliable
	redirects int
	early     bool   // early media was passed on: no other target now
	settled   []byte // the answer of a reliable provisional response, for the caller
	answered  bool
	over      bool
	asked     bool // a target was asked twice
	twice     bool // a BYE was sent twice

	guard *time.Timer
}

// winner is the dialog of the first 2xx, and those of other branches.
type winner struct {
	leg   *leg
	forks []*leg
}

// New prepares a call. The INVITE itself is the inbox's first event.
func New(cfg Config, m *wire.Message, s *transaction.Server, origin Origin, route Route) *Call {
	c := &Call{
		cfg: cfg, in: transaction.NewInbox(), origin: origin, route: route, targets: route.Targets,
		due: make(chan func()), done: make(chan struct{}),
		invite: s, a: callerLeg(m), offer: described(m.Request), every: wanted,
		attempts: map[*transaction.Client]*attempt{}, joined: map[*transaction.Client]*winner{},
		byes: map[*transaction.Client]*leg{}, forwards: map[*transaction.Client]*forward{},
		carried: map[*transaction.Client]*transaction.Server{}, refreshes: map[*transaction.Client]*leg{},
		rejoins: map[*transaction.Client]*leg{}, guard: stopped(),
	}
	c.a.trunk = origin.Trunk
	c.report = Report{
		CallID: c.a.id.CallID, From: origin, Start: time.Now(),
		Caller: m.Request.From().Address.User, Called: m.Request.Recipient.User,
	}
	if d, _, ok := sessionExpires(m.Request); ok && d >= MinSE {
		c.every = d
	}
	c.adopt(c.a)
	return c
}

// adopt makes a leg's dialog known.
func (c *Call) adopt(l *leg) {
	c.legs = append(c.legs, l)
	c.cfg.Track(l.id, c.in)
}

func stopped() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

// Inbox is where the events of both legs go.
func (c *Call) Inbox() *transaction.Inbox { return c.in }

// Run carries the call through. It returns when all dialogs are released and
// no attempt is left open; a cancelled ctx releases the call first.
func (c *Call) Run(ctx context.Context) {
	defer c.end()
	if d := c.cfg.Hooks.Queued(seam.Leg{Trunk: c.a.trunk}); d > 0 {
		select {
		case <-time.After(d):
		case <-ctx.Done():
		}
	}
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
		case f := <-c.due:
			f()
		case <-stop:
			stop = nil
			deadline = time.After(abortWithin)
			c.abort()
		case <-deadline:
			return
		}
	}
}

// begin opens the media relay and tries the first target. Without an offer
// the called side makes one (RFC 3261 §13.2.1).
func (c *Call) begin() bool {
	number := c.invite.Request().Recipient.User
	c.media = &plane{
		relay: c.cfg.Relay, hooks: c.cfg.Hooks, direct: c.targets[0].Bypass,
		caller: seam.Leg{Trunk: c.a.trunk, Across: c.a.trunk != c.targets[0].Trunk, Number: number},
		callee: seam.Leg{Called: true, Trunk: c.targets[0].Trunk, Across: c.a.trunk != c.targets[0].Trunk, Number: number},
	}
	if code := c.openOffer(); code != 0 {
		c.refuse(code)
		return false
	}
	c.respond(sip.StatusTrying, nil)
	c.next()
	return true
}

// openOffer takes ports for the caller's offer, or says why not.
func (c *Call) openOffer() int {
	if c.delayed() {
		if c.cfg.Hooks.RefusesDelayed() {
			return sip.StatusNotAcceptableHere
		}
		return 0
	}
	d, err := sdp.Parse(c.offer)
	if err != nil {
		return sip.StatusBadRequest
	}
	any, err := c.media.open(d)
	switch {
	case err != nil:
		c.cfg.Log.Error("media", "err", err)
		return sip.StatusServiceUnavailable
	case !any:
		return sip.StatusNotAcceptableHere
	}
	c.media.hear(true, d)
	return 0
}

// delayed tells whether the caller leaves the offer to the called side.
func (c *Call) delayed() bool { return len(c.offer) == 0 }

func (c *Call) end() {
	close(c.done)
	c.guard.Stop()
	for _, l := range c.legs {
		l.session.alarm.stop()
		l.okay.stop()
		if c.cfg.Hooks.Forget() {
			c.cfg.Untrack(l.id)
		}
	}
	for _, p := range append(c.retired, c.media) {
		p.close()
	}
	if c.transfer != nil && c.transfer.media != nil {
		c.transfer.media.close()
	}
	c.report.End = time.Now()
	c.cfg.Done(c.report)
}

// handle takes one event of any leg.
func (c *Call) handle(e transaction.Event) {
	switch {
	case e.Cancels != nil:
		c.cancelled(e)
	case e.Message != nil && e.Message.Request != nil:
		c.request(e)
	case e.Client != nil && c.byes[e.Client] != nil:
		c.released(e)
	case e.Client != nil && c.forwards[e.Client] != nil:
		c.passed(c.forwards[e.Client], e)
	case e.Client != nil && c.carried[e.Client] != nil:
		c.carriedBack(c.carried[e.Client], e)
	case e.Client != nil && c.refreshes[e.Client] != nil:
		c.refreshed(c.refreshes[e.Client], e)
	case e.Client != nil && c.rejoins[e.Client] != nil:
		c.rejoined(c.rejoins[e.Client], e)
	case e.Client != nil:
		c.response(e)
	}
}

// answerOf writes a response to the caller's INVITE.
func (c *Call) answerOf(code int, body []byte) *sip.Response {
	res := wire.NewResponse(c.invite.Request(), code, Reason(code), c.a.id.LocalTag)
	if code > 100 && code < 300 {
		c.introduce(res)
		wire.SetBody(res, sdp.ContentType, body)
		if len(body) > 0 {
			c.a.said = body
		}
	}
	if code == sip.StatusServiceUnavailable {
		res.AppendHeader(sip.NewHeader("Retry-After", strconv.Itoa(RetryAfter)))
	}
	if code >= 200 {
		c.report.Code = code
	}
	return res
}

// respond answers the caller's INVITE.
func (c *Call) respond(code int, body []byte) {
	c.send(c.invite, c.answerOf(code, body))
}

func (c *Call) send(s *transaction.Server, res *sip.Response) {
	if err := s.Respond(res); err != nil {
		c.cfg.Log.Warn("answer", "err", err)
	}
}

// refuse ends the caller's INVITE with a final response.
func (c *Call) refuse(code int) {
	c.over = true
	c.rel.alarm.stop()
	c.respond(code, nil)
}

// abort releases whatever there is, because the switch stops.
func (c *Call) abort() {
	if !c.over && !c.answered {
		c.dropTargets()
		c.refuse(sip.StatusServiceUnavailable)
	}
	c.release()
}

// release ends every dialog that is left.
func (c *Call) release() {
	c.over = true
	if c.transfer != nil {
		c.transfer.guard.stop()
	}
	for _, a := range c.attempts {
		if a.transfer && !a.drop {
			c.give(a)
		}
	}
	if c.answered {
		for _, l := range c.legs {
			c.leave(l)
		}
	}
}

// leave ends our part in a dialog: what is open in it first, then BYE.
func (c *Call) leave(l *leg) {
	if l == nil || l.gone || l.remoteTag == "" {
		return
	}
	c.quit(l)
	if l.owed != 0 {
		c.acknowledge(l, l.owed, nil)
	}
	c.bye(l)
}

// quit stops what is open in a dialog that ends (RFC 3261 §15.1.2).
func (c *Call) quit(l *leg) {
	l.gone = true
	l.okay.stop()
	l.session.alarm.stop()
	if s := l.taking; s != nil {
		l.taking = nil
		c.send(s, wire.NewResponse(s.Request(), sip.StatusRequestTerminated, Reason(sip.StatusRequestTerminated), l.id.LocalTag))
	}
}
