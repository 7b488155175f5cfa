package load

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"ringproof/internal/batch"
	"ringproof/internal/network"
	"ringproof/simulators/load/lines"
)

// CrowdConfig says how a crowd answers.
type CrowdConfig struct {
	At      netip.AddrPort
	Manners Manners
	Limit   int // calls at a time; 0 is as many as a million
	Seed    uint64
	// Late is how late a datagram may be read; 5 ms if zero.
	Late time.Duration
	// Receive and Send are the kernel's buffers in bytes; 0 is 4 MiB.
	Receive, Send int
	// Transport is "udp", "tcp" or [Either]; empty is udp.
	Transport string
	// Network is what the crowd stands on; nil is the kernel's, with many
	// datagrams a system call.
	Network network.Network

	// Voices is how many calls may have a voice at a time (see Media); none if 0.
	Voices int

	// Accounts are registered at Registrar, over TCP where the crowd has both
	// transports, with contacts at its address, before it is ready, refreshed,
	// and removed by Close.
	Accounts  []Account
	Registrar netip.AddrPort
	// Domain stands behind the @ of the addresses of record; Registrar if empty.
	Domain  string
	Expires time.Duration // in whole seconds; an hour if 0
	// Own tells whether a number is the crowd's: calls for others are refused
	// with 404 and counted. If it is nil all are, or with accounts those of
	// the accounts.
	Own func(number []byte) bool
	// Pairs tells which of its numbers each caller calls; nil is any.
	Pairs *Pairing
}

// Validate joins all faults.
func (c CrowdConfig) Validate() error {
	var faults []error
	if !c.At.Addr().IsValid() {
		faults = append(faults, errors.New("at: want an address of this machine"))
	}
	m := c.Manners
	if !(m.Busy >= 0 && m.Rejected >= 0 && m.Mute >= 0 && m.Busy+m.Rejected+m.Mute <= 1) {
		faults = append(faults, fmt.Errorf("busy %g, rejected %g, mute %g: want shares from 0 to 1, and 1 at most in all", m.Busy, m.Rejected, m.Mute))
	}
	if c.Limit < 0 || c.Limit > mostCalls {
		faults = append(faults, fmt.Errorf("limit %d: want up to %d calls at a time", c.Limit, mostCalls))
	}
	if c.Transport != Either {
		faults = append(faults, knownTransport(c.Transport))
	}
	if len(c.Accounts) > 0 && (!c.Registrar.IsValid() || c.Registrar.Port() == 0) {
		faults = append(faults, errors.New("registrar: want an address and a port, for there are accounts"))
	}
	for i, a := range c.Accounts {
		if a.User == "" {
			faults = append(faults, fmt.Errorf("account %d: want a user", i+1))
		}
	}
	if c.Expires < 0 || c.Expires%time.Second != 0 {
		faults = append(faults, fmt.Errorf("expires %s: want whole seconds", c.Expires))
	}
	return errors.Join(faults...)
}

// Crowd answers until it is closed.
type Crowd struct {
	engines []*crowd    // one for each transport
	lines   *lines.Pool // nil: no call has a voice
	stop    context.CancelFunc
	done    chan struct{}
	out     Hosted
}

// Answer lets a crowd answer from now on, until Close. It fails where the
// address cannot be bound.
func Answer(cfg CrowdConfig) (*Crowd, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	clock := batch.NewClock()
	c := &Crowd{done: make(chan struct{})}
	transports := []string{cfg.Transport}
	if cfg.Transport == Either {
		transports = []string{TCP, UDP}
	}
	for _, over := range transports {
		e, err := cfg.engine(over, clock)
		if err != nil {
			for _, open := range c.engines {
				open.s.Close()
			}
			return nil, err
		}
		cfg.At, cfg.Accounts = e.s.Local(), nil // the port is the others' too, the accounts are not
		c.engines = append(c.engines, e)
	}
	if cfg.Voices > 0 {
		c.lines = lines.Open(lines.Config{Network: cfg.Network, Address: cfg.At.Addr(), Most: cfg.Voices})
	}
	ctx, stop := context.WithCancel(context.Background())
	c.stop = stop
	go func() {
		defer close(c.done)
		c.out = c.run(ctx)
	}()
	return c, nil
}

// engine opens what answers over one transport.
func (cfg CrowdConfig) engine(over string, clock batch.Clock) (*crowd, error) {
	s, err := open(cfg.Network, over, batch.Config{Local: cfg.At, Receive: cfg.Receive, Send: cfg.Send}, clock)
	if err != nil {
		return nil, unbound(cfg.At, err)
	}
	limit := cfg.Limit
	if limit == 0 {
		limit = mostCalls
	}
	c := newCrowd(s, cfg.Manners, cfg.Seed, limit, SDP(netip.AddrPortFrom(s.Local().Addr(), 9))) // discard, RFC 863
	c.own, c.pairs.Pairing = cfg.Own, cfg.Pairs
	if cfg.Late > 0 {
		c.tooLate = int64(cfg.Late)
	}
	if over == TCP {
		c.overTCP()
	}
	if len(cfg.Accounts) > 0 {
		c.enrol(cfg, salt(clock))
	}
	return c, nil
}

// run runs the engines until the context ends, and tells what they saw.
func (c *Crowd) run(ctx context.Context) Hosted {
	seen := make([]Hosted, len(c.engines))
	var all sync.WaitGroup
	for i, e := range c.engines {
		e.lines = c.lines
		all.Go(func() {
			seen[i] = e.run(ctx)
			e.s.Close()
		})
	}
	all.Wait()
	h := c.sum(seen)
	if c.lines != nil {
		c.lines.Close()
	}
	return h
}

// sum adds up what the engines saw.
func (c *Crowd) sum(seen []Hosted) Hosted {
	h := seen[0]
	for _, o := range seen[1:] {
		h.add(o)
	}
	if c.lines != nil {
		h.Lines = c.lines.Stats()
	}
	return h
}

// At gives where the crowd answers.
func (c *Crowd) At() netip.AddrPort { return c.engines[0].s.Local() }

// Emptied waits until nobody is left in a call, or for the end of the context.
func (c *Crowd) Emptied(ctx context.Context) error {
	for _, e := range c.engines {
		for e.open.Load() > 0 {
			select {
			case <-e.empty:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	}
	return nil
}

// Ready waits until the accounts of the crowd are registered. It fails where
// one is not, or the context ends.
func (c *Crowd) Ready(ctx context.Context) error {
	e := c.engines[0] // which alone registers
	if e.ready == nil {
		return nil
	}
	select {
	case <-e.ready:
		return e.wrong
	case <-c.done:
		return errors.New("the crowd is closed")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Seen gives what was seen so far.
func (c *Crowd) Seen() Hosted {
	var seen []Hosted
	for _, e := range c.engines {
		answer := make(chan Hosted, 1)
		select {
		case e.ask <- answer: // it looks once a turn
			seen = append(seen, <-answer)
		case <-c.done:
			return c.out
		}
	}
	return c.sum(seen)
}

// Close stops answering, removes what is registered, and gives what was seen.
// Calls that there are stay open: their callers hang up.
func (c *Crowd) Close() Hosted {
	c.stop()
	<-c.done
	return c.out
}
