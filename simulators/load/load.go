// Package load plays crowds: callers that place many calls a second, and a
// crowd that answers as many, to find out what the system between them can
// carry.
//
// [Call] runs callers and gives a [Result]; [Answer] runs a crowd. Arrivals
// are open-loop: a call begins at its planned time whether or not the ones
// before it have ended, and all times are counted from the plan, so that a
// system that stalls cannot make the load wait for it. What would make a
// figure a measure of this machine and not of the system under test is
// reported as a reason why the run is invalid.
//
// The engines speak as much SIP as calls need (RFC 3261 §17, §13, §12.1.2,
// §15), with a scanner of their own that reads only the fields needed. They
// check no more than that a message belongs to a call: proving that calls are
// right is what package steps is for.
package load

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"

	"ringproof/internal/batch"
	"ringproof/internal/network"
)

// Config says which calls to place.
type Config struct {
	From netip.AddrPort // ours; each further engine takes the next port
	To   netip.AddrPort // where requests are sent
	// Domain stands behind the @ of the called numbers; To if empty.
	Domain string
	// Home stands behind the @ of the callers' numbers; their own address if
	// empty.
	Home            string
	Callers, Called Numbers
	Accounts        []Account // dealt out in turn; none: challenges are refusals
	// Flows, where given, are a mix of calls, in the place of Called.
	Flows    []Flow
	Arrivals func() Arrivals
	// Users, where above 0, call in a closed loop in the place of Arrivals:
	// each calls, waits for Think, and calls again, for as long as For. What
	// the system under test is slow at makes them call less.
	Users int
	Think Times // nil: not at all
	For   time.Duration
	Hold  Times // how long a call lasts; nil: it ends with the answer
	// Held says that nobody at the called side hangs up: a call that is
	// released from there before its time was not completed.
	Held  bool
	Limit int // calls at a time; 0 is as many as a million
	// Late is how late a call may begin and still be of the load that was
	// asked for; 5 ms if zero. Times are counted from the plan, so that being
	// late never shortens one.
	Late    time.Duration
	Engines int // threads; 0 is one
	Seed    uint64
	// Receive and Send are the kernel's buffers in bytes; 0 is 4 MiB.
	Receive, Send int
	SDP           string // of the offers; empty is one that nobody listens to
	// Transport is "udp" or "tcp"; empty is udp. Over TCP each engine has one
	// connection, and takes those that are opened to it.
	Transport string
	// Both has the engines answer what is asked of them over the other transport
	// too: which one a system under test uses towards its callers, it decides.
	Both bool
	// Network is what the engines stand on; nil is the kernel's, with many
	// datagrams a system call.
	Network network.Network
	Media   Media
	// Watch, where given, is called once a second with what has happened.
	Watch func(Live)

	register *RegisterConfig // instead of calls
}

// Validate joins all faults.
func (c Config) Validate() error {
	var faults []error
	if !c.From.Addr().IsValid() {
		faults = append(faults, errors.New("from: want an address of this machine"))
	}
	if !c.To.IsValid() || c.To.Port() == 0 {
		faults = append(faults, errors.New("to: want an address and a port"))
	}
	if c.From.Addr().IsValid() && c.To.IsValid() && c.From.Addr().Is4() != c.To.Addr().Is4() {
		faults = append(faults, fmt.Errorf("from %s, to %s: want both IPv4 or both IPv6", c.From.Addr(), c.To.Addr()))
	}
	faults = append(faults, flowFaults(c.Flows))
	switch {
	case c.Users < 0 || c.Users > mostCalls || c.Users > 0 && c.Users < c.Engines:
		faults = append(faults, fmt.Errorf("users %d: want up to %d, and one for each engine", c.Users, mostCalls))
	case c.Users > 0 && c.For <= 0:
		faults = append(faults, errors.New("for: want how long users call"))
	case c.Users == 0 && c.Arrivals == nil:
		faults = append(faults, errors.New("arrivals: want some"))
	}
	if c.Media.Share < 0 || c.Media.Share > 1 || c.Media.Most < 0 {
		faults = append(faults, fmt.Errorf("media share %g, most %d: want a share from 0 to 1, and not less than none", c.Media.Share, c.Media.Most))
	}
	if c.Limit < 0 || c.Limit > mostCalls {
		faults = append(faults, fmt.Errorf("limit %d: want up to %d calls at a time", c.Limit, mostCalls))
	}
	if c.Limit > 0 && c.Engines > c.Limit {
		faults = append(faults, fmt.Errorf("engines %d, limit %d: want a call for each at least", c.Engines, c.Limit))
	}
	if last := int(c.From.Port()) + max(1, c.Engines) - 1; c.From.Port() != 0 && last > math.MaxUint16 {
		faults = append(faults, fmt.Errorf("from %s: %d engines would need ports up to %d", c.From, c.Engines, last))
	}
	faults = append(faults, knownTransport(c.Transport))
	return errors.Join(faults...)
}

// mostCalls is how many calls there may be at a time.
const mostCalls = 1_000_000

// The transports, as Config and CrowdConfig have them.
const (
	UDP = "udp"
	TCP = "tcp"
	// Either is that of a crowd that answers over UDP and over TCP, at one port:
	// by which a system under test calls, its profile does not say.
	Either = UDP + "+" + TCP
)

func knownTransport(name string) error {
	switch name {
	case "", UDP, TCP:
		return nil
	}
	return fmt.Errorf("transport %q: want udp or tcp", name)
}

// Call places calls until all that are planned have ended. When the context
// ends no more begin, and those that there are end at once. It fails where a
// socket cannot be opened; whatever else goes wrong stands in the result.
func Call(ctx context.Context, cfg Config) (*Result, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return cfg.run(ctx)
}

func (cfg Config) run(ctx context.Context) (*Result, error) {
	clock := batch.NewClock()
	engines := max(1, cfg.Engines)
	var callers []*caller
	pool := cfg.Media.open(cfg.Network, cfg.From.Addr())
	defer func() {
		if pool != nil {
			pool.Close()
		}
		for _, c := range callers {
			c.close()
		}
	}()
	for i := range engines {
		c, err := cfg.engine(i, engines, clock)
		if err != nil {
			return nil, err
		}
		c.voices = cfg.Media.voices(pool, cfg.From.Addr())
		callers = append(callers, c)
	}
	var all sync.WaitGroup
	for _, c := range callers {
		all.Go(func() { c.run(ctx) })
	}
	stop := watch(cfg.Watch, clock, callers)
	all.Wait()
	stop()
	r := newResult(clock, callers, pool)
	r.Users = cfg.Users
	return r, nil
}

func (cfg Config) engine(i, of int, clock batch.Clock) (*caller, error) {
	s, err := open(cfg.Network, cfg.Transport, cfg.socket(i), clock)
	if err != nil {
		return nil, unbound(cfg.at(i), err)
	}
	domain, sdp := cfg.Domain, cfg.SDP
	if domain == "" {
		domain = cfg.To.String()
	}
	if sdp == "" {
		sdp = SDP(netip.AddrPortFrom(s.Local().Addr(), 9)) // discard, RFC 863
	}
	w := newWriter(s.Local(), domain, cfg.Callers, cfg.Called, sdp)
	if cfg.Home != "" {
		w.home = cfg.Home
	}
	c := newCaller(s, cfg.To, w, cfg.slots(i, of))
	if cfg.Transport == TCP {
		w.overTCP()
		c.reliable = true
	}
	if cfg.Both {
		if c.beside, err = cfg.openBeside(s.Local(), clock); err != nil {
			s.Close()
			return nil, unbound(s.Local(), err)
		}
	}
	c.reach.asks = cfg.Network == nil && !c.reliable // a connection that cannot be opened is told as such
	c.hold, c.held = cfg.Hold, cfg.Held
	if cfg.Late > 0 {
		c.tooLate = int64(cfg.Late)
	}
	if c.hold == nil {
		c.hold = Fixed(0)
	}
	c.rnd = rand.New(rand.NewPCG(cfg.Seed, uint64(i)))
	c.salt = salt(clock)
	cfg.place(c, i, of)
	if len(cfg.Accounts) > 0 {
		c.auth = &authenticator{accounts: cfg.Accounts}
	}
	if cfg.register != nil {
		c.reg = cfg.register.bindings(c, i, of)
	}
	return c, nil
}

// openBeside opens an engine's address over the transport that it does not use.
// Little comes there: others read it.
func (cfg Config) openBeside(at netip.AddrPort, clock batch.Clock) (socket, error) {
	n := cfg.Network
	if n == nil {
		n = network.Kernel{}
	}
	other := UDP
	if cfg.Transport != TCP {
		other = TCP
	}
	return open(n, other, batch.Config{Local: at}, clock)
}

// slots gives how many calls one of several engines may have at a time.
func (cfg Config) slots(i, of int) int {
	switch {
	case cfg.register != nil:
		return 0
	case cfg.Users > 0:
		return (cfg.Users - i + of - 1) / of
	case cfg.Limit > 0:
		return max(1, cfg.Limit/of)
	}
	return max(1, mostCalls/of)
}

// place says which calls one of several engines is to place, and when.
func (cfg Config) place(c *caller, i, of int) {
	c.n, c.of = uint64(i), uint64(of)
	if len(cfg.Flows) > 0 {
		c.mix = newMix(cfg.Flows, cfg.Seed)
		c.w.to = c.mix.called
		for _, f := range cfg.Flows {
			c.m.Flows = append(c.m.Flows, Flowed{Name: f.Name})
		}
	}
	if cfg.Users > 0 {
		c.plan = Steps() // none
		c.users = &loop{think: cfg.Think, until: int64(cfg.For), all: uint64(cfg.Users)}
		if cfg.Think == nil {
			c.users.think = Fixed(0)
		}
		return
	}
	c.plan = cfg.Arrivals()
	if of > 1 {
		c.plan = &share{Arrivals: c.plan, of: of, mine: i}
	}
}

// salt makes what the calls of a run are known by its own. A run from the same
// address as the one before would otherwise repeat its branches and Call-IDs,
// and be answered what that was answered (RFC 3261 §17.2.3).
func salt(clock batch.Clock) uint32 { return uint32(clock.Start().UnixMicro()) }

// watch calls f once a second until it is stopped.
func watch(f func(Live), clock batch.Clock, callers []*caller) (stop func()) {
	if f == nil {
		return func() {}
	}
	done := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		t := time.NewTicker(time.Second)
		defer t.Stop()
		for {
			select {
			case <-done:
				return
			case <-t.C:
				l := Live{Seconds: float64(clock.Now()) / 1e9}
				for _, c := range callers {
					c.live.add(&l)
				}
				f(l)
			}
		}
	})
	return func() { close(done); wait.Wait() }
}
