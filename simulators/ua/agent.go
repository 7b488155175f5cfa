// Package ua is the user agent that the simulated parties are made of:
// dialogs, offer and answer, digest and registration, written for Ringproof
// and shared with no system under test.
//
// [New] opens an [Agent] at one address. [Agent.Invite] places a call,
// [Agent.Register] registers, and Config.Incoming says how calls that come in
// are treated. What was observed goes to the record: messages as they pass,
// calls and their media when [Agent.Conclude] releases them.
package ua

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/network"
	"ringproof/internal/sdp"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/reports/record"
)

// Config says who the agent is.
type Config struct {
	Network network.Network
	// Addr is the address to bind; port 0 takes a free one.
	Addr netip.AddrPort
	// Advertise is the address that Via, Contact and SDP name in its place,
	// behind a NAT that maps one to the other, port by port; none if invalid.
	Advertise netip.Addr
	// Party is the name in the record, User the user of the address of record.
	Party, User string
	// Username and Password answer digest challenges; without a password a
	// challenge is a refusal.
	Username, Password string
	// Transports to listen on; none means UDP alone.
	Transports []wire.Transport
	// Incoming says how a call to a number is treated; nil refuses with 480.
	Incoming func(number string) Behaviour
	// MayDial gives an error for a number that must not be called; nil lets
	// every number pass.
	MayDial func(number string) error
	// Bindings is told of contacts, before they are bound and once they are
	// not; nil is for nobody.
	Bindings Bindings
	// Media opens the sound of one call.
	Media func() (Media, error)
	// Video opens the pictures of one call of a number, ours; nil, or a nil
	// Video, has none: then video is refused (RFC 3264 §6).
	Video func(number string) (Video, error)
	// Quiet keeps messages out of the record.
	Quiet bool
	// QuietOptions keeps the questions whether the agent is there out of the
	// record, and its answers: they would fill every ladder.
	QuietOptions bool
	// Journal gets the facts, with ids made by NewID.
	Journal *record.Journal
	NewID   func() string
	// Token makes tags, Call-IDs and branches.
	Token  func() string
	Timers transaction.Timers
	Log    *slog.Logger
}

// Bindings keeps note of what is bound at the registrar.
type Bindings interface {
	// Bound is told before the REGISTER is sent; false where the contact is
	// noted already.
	Bound(user, contact string) bool
	Released(user, contact string)
}

// Media is what a call talks and listens with.
type Media interface {
	// Addr is told to the other side.
	Addr() netip.AddrPort
	// Start sends to the other side in the codec agreed on.
	Start(remote netip.AddrPort, codec sdp.Codec)
	// Hush stops sending; listening goes on.
	Hush()
	// Close ends it and gives what was seen.
	Close() record.Stream
}

// Behaviour is how a call that comes in is treated. The zero value rings and
// answers at once.
type Behaviour struct {
	Silent bool // not one word in answer
	Trying bool // take it (100) and do nothing more
	Ring   bool // ring and do not answer
	AtOnce bool // answer without ringing
	Cross  bool // answer when the CANCEL comes, as if the 200 had crossed it
	Reject int  // a final response of 300 or more, at once
	// Announce: the voice is to be heard before the answer (183 with a
	// description); Call.Answer answers.
	Announce bool
	// Reliable: it rings reliably (RFC 3262), or not at all.
	Reliable bool
	// Redirect is a number to which a 302 sends the caller.
	Redirect string
	// Codecs are those that are spoken, best first; ours if empty.
	Codecs []string
	// Late: the call was meant for somebody who is gone. It is refused, and is
	// none of this agent's.
	Late bool
	// Hairpin sends the call back to where it came from, with one hop less to
	// go, and passes the refusal on; after so many turns it ends there.
	Hairpin int
}

// Agent is a user agent at one address.
type Agent struct {
	cfg   Config
	log   *slog.Logger
	layer *transaction.Layer
	ready chan struct{} // closed once layer is set
	quit  chan struct{}
	once  sync.Once
	calls sync.WaitGroup

	mu         sync.Mutex
	dialogs    map[string]*Call // by Call-ID and our tag
	current    []*Call          // since the last Conclude
	arrived    chan struct{}    // closed when a call comes in
	seq        uint32           // of REGISTER
	regID      string           // Call-ID of REGISTER (RFC 3261 §10.2)
	proof      string           // Authorization of the last REGISTER
	closed     bool
	next       wire.Hop // where requests outside a dialog go
	domain     string
	closedPort func()      // see OnRefused
	asked      int         // by OPTIONS
	deaf       atomic.Bool // to OPTIONS
}

// New opens the agent.
func New(cfg Config) (*Agent, error) {
	a := &Agent{
		cfg: cfg, log: cfg.Log, ready: make(chan struct{}), quit: make(chan struct{}),
		dialogs: map[string]*Call{}, arrived: make(chan struct{}), regID: cfg.Token(),
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	tap := a.tap
	if cfg.Quiet {
		tap = nil
	}
	layer, err := transaction.Listen(transaction.Config{
		Wire: wire.Config{
			Network: cfg.Network, Addr: cfg.Addr, Transports: cfg.Transports, Log: a.log, Tap: tap,
			Refused: a.refused,
		},
		Timers: cfg.Timers, Advertise: cfg.Advertise, Route: a.route, Branch: cfg.Token, NewTag: cfg.Token,
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cfg.Party, err)
	}
	a.layer = layer
	close(a.ready)
	return a, nil
}

// Face says where requests outside a dialog go from now on, and the domain of
// their URIs.
func (a *Agent) Face(proxy wire.Hop, domain string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.next, a.domain = proxy, domain
}

func (a *Agent) proxy() (wire.Hop, string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.next, a.domain
}

// OnRefused says who is told that a packet of ours met a closed port.
func (a *Agent) OnRefused(f func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closedPort = f
}

// refused takes an ICMP port unreachable: it concerns every call that has
// heard nothing yet, for which of them it was the system does not say.
func (a *Agent) refused(error) {
	a.mu.Lock()
	calls, f := a.current, a.closedPort
	a.mu.Unlock()
	for _, c := range calls {
		c.note(func(f *record.Attempt) { f.Refused = f.Refused || len(f.Responses) == 0 && !f.Inbound })
	}
	if f != nil {
		f()
	}
}

// Addr gives the address with its real port.
func (a *Agent) Addr() netip.AddrPort { return a.layer.Addr() }

// Advertised gives the address that others are told, with its real port.
func (a *Agent) Advertised() netip.AddrPort { return a.layer.Advertised() }

// advertised gives what the other side is told of an address of ours.
func (a *Agent) advertised(at netip.AddrPort) netip.AddrPort {
	if a.cfg.Advertise.IsValid() {
		return netip.AddrPortFrom(a.cfg.Advertise, at.Port())
	}
	return at
}

// Party gives the name in the record.
func (a *Agent) Party() string { return a.cfg.Party }

func (a *Agent) tap(p wire.Packet) {
	if a.cfg.QuietOptions && !a.deaf.Load() && options(p.Bytes) {
		return
	}
	a.cfg.Journal.Add(record.Message{
		At: a.cfg.Journal.At(p.At), Party: a.cfg.Party, Sent: p.Sent, Transport: string(p.Transport),
		Local: p.Local, Remote: p.Remote, Raw: string(p.Bytes),
	})
}

// route says which call a request belongs to, or answers it.
func (a *Agent) route(m *wire.Message, s *transaction.Server) *transaction.Inbox {
	<-a.ready
	req := m.Request
	if tag, ok := req.To().Params.Get("tag"); ok {
		a.mu.Lock()
		c := a.dialogs[m.CallID()+" "+tag]
		a.mu.Unlock()
		if c != nil {
			return c.in
		}
		if s != nil {
			a.answer(s, sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist")
		}
		return nil
	}
	switch {
	case s == nil: // an ACK outside any dialog
	case req.IsInvite():
		return a.incoming(m, s)
	case req.Method == sip.OPTIONS:
		a.heed(s)
	default:
		a.answer(s, sip.StatusMethodNotAllowed, "Method Not Allowed")
	}
	return nil
}

func (a *Agent) answer(s *transaction.Server, code int, reason string) {
	res := wire.NewResponse(s.Request(), code, reason, a.cfg.Token())
	if code == sip.StatusOK || code == sip.StatusMethodNotAllowed {
		res.AppendHeader(sip.NewHeader("Allow", allow))
	}
	if err := s.Respond(res); err != nil {
		a.log.Warn("answer", "party", a.cfg.Party, "err", err)
	}
}

// adopt makes a call known and starts its owner; nil once the agent is closed.
func (a *Agent) adopt(c *Call) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return false
	}
	a.dialogs[c.d.callID+" "+c.d.localTag] = c
	a.current = append(a.current, c)
	a.calls.Go(c.own)
	close(a.arrived)
	a.arrived = make(chan struct{})
	return true
}

// Arrival waits until a call has come in since the last Conclude, and gives
// the first. A ctx that is over asks what is there already.
func (a *Agent) Arrival(ctx context.Context) (*Call, error) { return a.ArrivalAfter(ctx, 0) }

// ArrivalAfter does so for the first call after so many others.
func (a *Agent) ArrivalAfter(ctx context.Context, others int) (*Call, error) {
	for {
		a.mu.Lock()
		arrived, n := a.arrived, others
		for _, c := range a.current {
			if c.inbound && n == 0 {
				a.mu.Unlock()
				return c, nil
			}
			if c.inbound {
				n--
			}
		}
		a.mu.Unlock()
		select {
		case <-arrived:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// Arrivals tells how many calls have come in since the last Conclude.
func (a *Agent) Arrivals() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := 0
	for _, c := range a.current {
		if c.inbound {
			n++
		}
	}
	return n
}

// Conclude releases all calls within the bound of ctx, and enters them and
// their media into the record.
func (a *Agent) Conclude(ctx context.Context) {
	a.mu.Lock()
	calls := a.current
	a.current = nil
	a.mu.Unlock()
	for _, c := range calls {
		if err := c.Release(ctx); err != nil {
			a.log.Warn("release", "party", a.cfg.Party, "err", err)
		}
		c.enter()
	}
}

// Close concludes what is left and closes the address.
func (a *Agent) Close(ctx context.Context) {
	a.once.Do(func() {
		a.Conclude(ctx)
		a.mu.Lock()
		a.closed = true
		a.mu.Unlock()
		close(a.quit)
		a.calls.Wait()
		a.layer.Close()
	})
}
