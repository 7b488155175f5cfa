package load

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"ringproof/internal/batch"
)

// CrowdConfig says how a crowd answers.
type CrowdConfig struct {
	At      netip.AddrPort
	Manners Manners
	Limit   int // calls at a time; 0 is as many as a million
	Seed    uint64
	// Receive and Send are the kernel's buffers in bytes; 0 is 4 MiB.
	Receive, Send int
}

// Validate joins all faults.
func (c CrowdConfig) Validate() error {
	var faults []error
	if !c.At.Addr().IsValid() {
		faults = append(faults, errors.New("at: want an address of this machine"))
	}
	m := c.Manners
	if m.Busy < 0 || m.Rejected < 0 || m.Mute < 0 || m.Busy+m.Rejected+m.Mute > 1 {
		faults = append(faults, fmt.Errorf("busy %g, rejected %g, mute %g: want shares from 0 to 1, and 1 at most in all", m.Busy, m.Rejected, m.Mute))
	}
	if c.Limit < 0 || c.Limit > mostCalls {
		faults = append(faults, fmt.Errorf("limit %d: want up to %d calls at a time", c.Limit, mostCalls))
	}
	return errors.Join(faults...)
}

// Hosted is what came of a crowd.
type Hosted struct {
	Host
	Took    time.Duration
	CPU     time.Duration
	Sockets batch.Stats
}

// Crowd answers until it is closed.
type Crowd struct {
	c    *crowd
	stop context.CancelFunc
	done chan struct{}
	out  Hosted
}

// Answer lets a crowd answer from now on, until Close. It fails where the
// address cannot be bound.
func Answer(cfg CrowdConfig) (*Crowd, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	clock := batch.NewClock()
	s, err := batch.Open(batch.Config{Local: cfg.At, Receive: cfg.Receive, Send: cfg.Send}, clock)
	if err != nil {
		return nil, err
	}
	limit := cfg.Limit
	if limit == 0 {
		limit = mostCalls
	}
	ctx, stop := context.WithCancel(context.Background())
	c := &Crowd{
		c:    newCrowd(s, cfg.Manners, cfg.Seed, limit, SDP(netip.AddrPortFrom(s.Local().Addr(), 9))), // discard, RFC 863
		stop: stop, done: make(chan struct{}),
	}
	go func() {
		defer close(c.done)
		cpu := int64(0)
		c.c.run(ctx, &cpu)
		c.out = Hosted{c.c.host, time.Duration(clock.Now()), time.Duration(cpu), s.Stats()}
		s.Close()
	}()
	return c, nil
}

// At gives where the crowd answers.
func (c *Crowd) At() netip.AddrPort { return c.c.s.Local() }

// Close stops answering and gives what was seen. Calls that there are stay
// open: their callers hang up.
func (c *Crowd) Close() Hosted {
	c.stop()
	<-c.done
	return c.out
}
