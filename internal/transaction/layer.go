package transaction

import (
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/network"
	"ringproof/internal/wire"
)

// Config says how a [Layer] is opened. Receive and Malformed of Wire are the
// layer's own and ignored.
type Config struct {
	Wire   wire.Config
	Timers Timers
	// Advertise is the address that Via names in place of the port's own,
	// behind a NAT that maps one to the other; the port's own if invalid.
	Advertise netip.Addr
	// Route is asked, in wire order, where a new request goes; s is nil for
	// an ACK that belongs to no transaction. It may answer through s itself
	// and return nil. Nil without an answer leaves the request unanswered,
	// repeats of it too. Route must not block.
	Route func(m *wire.Message, s *Server) *Inbox
	// Stray gets responses that match no transaction. Nil drops them.
	Stray func(*wire.Message)
	// FailRefused has a closed port (ICMP) fail what was sent there and not
	// answered yet, as RFC 3261 §18.4 says, where the system names it. Without
	// it requests go on being repeated: it may be a restart.
	FailRefused bool
	// Branch makes the unique part of branches, NewTag the To tags of
	// responses that the layer sends by itself.
	Branch, NewTag func() string
}

// Layer matches messages to transactions at one port.
type Layer struct {
	cfg    Config
	timers Timers
	port   *wire.Port
	log    *slog.Logger

	mu      sync.Mutex // guards all that follows, and every transaction
	clients map[key]*Client
	servers map[key]*Server
	closed  bool
}

// Listen opens the port and starts the layer.
func Listen(cfg Config) (*Layer, error) {
	l := &Layer{
		cfg: cfg, timers: cfg.Timers.withDefaults(), log: cfg.Wire.Log,
		clients: map[key]*Client{}, servers: map[key]*Server{},
	}
	if l.log == nil {
		l.log = slog.New(slog.DiscardHandler)
	}
	cfg.Wire.Receive = l.receive
	cfg.Wire.Malformed = l.malformed
	told := cfg.Wire.Refused
	cfg.Wire.Refused = func(err error) {
		if told != nil {
			told(err)
		}
		if cfg.FailRefused {
			l.refused(err)
		}
	}
	l.mu.Lock() // nothing is received before port is set
	defer l.mu.Unlock()
	var err error
	if l.port, err = wire.Listen(cfg.Wire); err != nil {
		return nil, err
	}
	return l, nil
}

// Addr gives the port's address.
func (l *Layer) Addr() netip.AddrPort { return l.port.Addr() }

// Advertised gives the address that others are told.
func (l *Layer) Advertised() netip.AddrPort {
	at := l.Addr()
	if l.cfg.Advertise.IsValid() {
		return netip.AddrPortFrom(l.cfg.Advertise, at.Port())
	}
	return at
}

// Transactions tells how many have not ended.
func (l *Layer) Transactions() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.clients) + len(l.servers)
}

// Timers gives the timers in force.
func (l *Layer) Timers() Timers { return l.timers }

// Close ends all transactions without a word and closes the port.
func (l *Layer) Close() {
	l.mu.Lock()
	l.closed = true
	for _, c := range l.clients {
		c.end()
	}
	for _, s := range l.servers {
		s.end()
	}
	l.mu.Unlock()
	l.port.Close()
}

// Request starts a client transaction: it adds a Via with a new branch and
// sends. Responses, or one error, come to in. The error returned at once is
// the transport's.
func (l *Layer) Request(req *sip.Request, to wire.Hop, in *Inbox) (*Client, error) {
	if err := l.port.Connect(to); err != nil {
		return nil, err
	}
	l.addVia(req, to)
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.start(req, to, in)
}

// Send sends a request outside any transaction: the ACK to a 2xx, with a
// branch of its own (RFC 3261 §13.2.2.4).
func (l *Layer) Send(req *sip.Request, to wire.Hop) error {
	l.addVia(req, to)
	return l.Resend(req, to)
}

// Resend sends a request's bytes once more as they were (the same ACK for
// another copy of the 2xx).
func (l *Layer) Resend(req *sip.Request, to wire.Hop) error {
	return l.port.Send([]byte(req.String()), to)
}

func (l *Layer) addVia(req *sip.Request, to wire.Hop) {
	req.PrependHeader(wire.NewVia(to.Transport, l.Advertised(), magic+l.cfg.Branch()))
}

// start registers and sends; the caller holds l.mu.
func (l *Layer) start(req *sip.Request, to wire.Hop, in *Inbox) (*Client, error) {
	if l.closed {
		return nil, fmt.Errorf("%s to %s: closed", req.Method, to)
	}
	c := &Client{layer: l, req: req, raw: []byte(req.String()), to: to, inbox: in, key: clientKey(req.Via(), req.Method)}
	l.clients[c.key] = c
	if err := l.port.Send(c.raw, to); err != nil {
		c.end()
		return nil, fmt.Errorf("%s: %w", req.Method, err)
	}
	c.arm()
	return c, nil
}

func (l *Layer) receive(m *wire.Message) {
	if m.Request != nil {
		l.request(m)
		return
	}
	var c *Client
	l.mu.Lock()
	if len(m.Response.GetHeaders("Via")) == 1 { // else it is not for us (RFC 3261 §8.1.3.3)
		c = l.clients[clientKey(m.Response.Via(), m.Response.CSeq().MethodName)]
	}
	if c != nil {
		c.receive(m)
	}
	l.mu.Unlock()
	if c == nil && l.cfg.Stray != nil {
		l.cfg.Stray(m)
	}
}

// request finds or makes the server transaction of a request. Route runs
// without the lock, so that it may answer.
func (l *Layer) request(m *wire.Message) {
	req := m.Request
	l.mu.Lock()
	if s := l.servers[serverKey(req, req.Method)]; s != nil {
		absorbed := s.repeat(m)
		l.mu.Unlock()
		if !absorbed {
			l.cfg.Route(m, nil).put(Event{Message: m})
		}
		return
	}
	if req.IsAck() {
		l.mu.Unlock()
		l.cfg.Route(m, nil).put(Event{Message: m})
		return
	}
	s := l.serve(m)
	if req.IsCancel() {
		s.cancel(m)
		l.mu.Unlock()
		return
	}
	l.mu.Unlock()

	in := l.cfg.Route(m, s)
	if in == nil {
		return
	}
	l.mu.Lock()
	s.inbox = in
	if req.IsInvite() && s.state < completed {
		s.life.Stop() // it rings as long as its user lets it
	}
	s.armTrying()
	l.mu.Unlock()
	in.put(Event{Message: m, Server: s})
}

// serve registers a server transaction; the caller holds l.mu.
func (l *Layer) serve(m *wire.Message) *Server {
	s := &Server{layer: l, req: m.Request, to: wire.ReturnPath(m.Request, m.From()), key: serverKey(m.Request, m.Request.Method)}
	l.servers[s.key] = s
	// Every transaction ends: one that is never answered by its user too.
	s.linger(2 * l.timers.timeout())
	return s
}

// malformed answers 400 to a request that breaks a rule but can be answered.
func (l *Layer) malformed(m *wire.Message, err error) {
	if !wire.Answerable(m.Request) {
		return
	}
	l.mu.Lock() // see Listen
	defer l.mu.Unlock()
	res := wire.NewResponse(m.Request, sip.StatusBadRequest, "Bad Request", l.cfg.NewTag())
	res.AppendHeader(sip.NewHeader("Warning", fmt.Sprintf("399 %s %q", l.Addr(), err.Error())))
	if err := l.port.Send([]byte(res.String()), wire.ReturnPath(m.Request, m.From())); err != nil {
		l.log.Debug("answer malformed request", "err", err)
	}
}

// refused fails the requests that met a closed port. The caller may hold the
// lock: a packet is found to be returned when the next one is sent.
func (l *Layer) refused(err error) {
	closed := network.RefusedBy(err)
	if len(closed) == 0 {
		return
	}
	l.after(0, func() {
		for _, c := range l.clients {
			if c.state == calling && c.to.Transport == wire.UDP && slices.Contains(closed, c.to.Addr) {
				c.fail(err)
			}
		}
	})
}

// after runs f under the lock once d has passed, unless the layer is closed.
func (l *Layer) after(d time.Duration, f func()) *time.Timer {
	return time.AfterFunc(d, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if !l.closed {
			f()
		}
	})
}
