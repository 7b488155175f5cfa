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
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"

	"ringproof/internal/batch"
)

// Config says which calls to place.
type Config struct {
	From netip.AddrPort // ours; each further engine takes the next port
	To   netip.AddrPort // where requests are sent
	// Domain stands behind the @ of the called numbers; To if empty.
	Domain          string
	Callers, Called Numbers
	Accounts        []Account // dealt out in turn; none: challenges are refusals
	Arrivals        func() Arrivals
	Hold            Times // how long a call lasts; nil: it ends with the answer
	Limit           int   // calls at a time; 0 is as many as a million
	Engines         int   // threads; 0 is one
	Seed            uint64
	// Receive and Send are the kernel's buffers in bytes; 0 is 4 MiB.
	Receive, Send int
	SDP           string // of the offers; empty is one that nobody listens to
	// Watch, where given, is called once a second with what has happened.
	Watch func(Live)
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
	if c.Arrivals == nil {
		faults = append(faults, errors.New("arrivals: want some"))
	}
	if c.Limit < 0 || c.Limit > mostCalls {
		faults = append(faults, fmt.Errorf("limit %d: want up to %d calls at a time", c.Limit, mostCalls))
	}
	return errors.Join(faults...)
}

// mostCalls is how many calls there may be at a time.
const mostCalls = 1_000_000

// Call places calls until all that are planned have ended. When the context
// ends no more begin, and those that there are end at once. It fails where a
// socket cannot be opened; whatever else goes wrong stands in the result.
func Call(ctx context.Context, cfg Config) (*Result, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	clock := batch.NewClock()
	engines := max(1, cfg.Engines)
	var callers []*caller
	defer func() {
		for _, c := range callers {
			c.s.Close()
		}
	}()
	for i := range engines {
		c, err := cfg.engine(i, engines, clock)
		if err != nil {
			return nil, err
		}
		callers = append(callers, c)
	}
	var all sync.WaitGroup
	for _, c := range callers {
		all.Go(func() { c.run(ctx) })
	}
	stop := watch(cfg.Watch, clock, callers)
	all.Wait()
	stop()
	return newResult(clock, callers), nil
}

func (cfg Config) engine(i, of int, clock batch.Clock) (*caller, error) {
	from := cfg.From
	if from.Port() != 0 {
		from = netip.AddrPortFrom(from.Addr(), from.Port()+uint16(i))
	}
	s, err := batch.Open(batch.Config{Local: from, Remote: cfg.To, Receive: cfg.Receive, Send: cfg.Send}, clock)
	if err != nil {
		return nil, err
	}
	domain, sdp := cfg.Domain, cfg.SDP
	if domain == "" {
		domain = cfg.To.String()
	}
	if sdp == "" {
		sdp = SDP(netip.AddrPortFrom(s.Local().Addr(), 9)) // discard, RFC 863
	}
	slots := cfg.Limit
	if slots == 0 {
		slots = mostCalls
	}
	c := newCaller(s, cfg.To, newWriter(s.Local(), domain, cfg.Callers, cfg.Called, sdp), max(1, slots/of))
	c.hold = cfg.Hold
	if c.hold == nil {
		c.hold = Fixed(0)
	}
	c.rnd = rand.New(rand.NewPCG(cfg.Seed, uint64(i)))
	c.plan, c.n, c.of = cfg.Arrivals(), uint64(i), uint64(of)
	if of > 1 {
		c.plan = &share{Arrivals: c.plan, of: of, mine: i}
	}
	if len(cfg.Accounts) > 0 {
		c.auth = &authenticator{accounts: cfg.Accounts}
	}
	return c, nil
}

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
