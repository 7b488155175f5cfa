package load

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
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
	// Transport is "udp" or "tcp"; empty is udp.
	Transport string
	// Network is what the crowd stands on; nil is the kernel's, with many
	// datagrams a system call.
	Network network.Network

	// Voices is how many calls may have a voice at a time (see Media); none if 0.
	Voices int

	// Accounts are registered at Registrar, with contacts at the crowd's
	// address, before the crowd is ready, refreshed, and removed by Close.
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
	faults = append(faults, knownTransport(c.Transport))
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

// Hosted is what came of a crowd.
type Hosted struct {
	Host
	// Registered is how many accounts were registered, Lapsed how many
	// refreshes failed, Left how many are bound still, or perhaps.
	Registered, Lapsed, Left uint64

	Took time.Duration
	Strain
	Sockets     batch.Stats
	Connections Connections // over TCP
	Lines       lines.Stats // of the voices
	tooLate     time.Duration
}

// Reasons say why what a crowd did after an earlier time says more of this
// machine than of the system under test. The zero value is its beginning.
func (h Hosted) Reasons(earlier Hosted) (out []Reason) {
	if n := h.Full - earlier.Full; n > 0 {
		out = append(out, Reason{fmt.Sprintf("the answering crowd had no room for %d calls", n), "Raise the limit, or shorten the calls."})
	}
	s := h.Sockets
	s.Dropped -= earlier.Sockets.Dropped
	s.Unsent -= earlier.Sockets.Unsent
	c := h.Connections
	if c.Behind <= earlier.Connections.Behind {
		c.Behind = 0
	}
	out = append(append(out, losses("the answering crowd", s)...), c.reasons("the answering crowd")...)
	out = append(out, late("the answering crowd", h.Lines.Since(earlier.Lines))...)
	return append(out, h.Strain.since(earlier.Strain).reasons("the answering crowd's engine", "messages were read", h.Late-earlier.Late, s.Received-earlier.Sockets.Received, h.tooLate, mayReadLate)...)
}

// Faults say what the system under test did wrong, as the crowd saw it.
func (h Hosted) Faults() (out []string) {
	if h.Misdialled > 0 {
		out = append(out, fmt.Sprintf("the system under test put %d of %d calls through to a number that was not called", h.Misdialled, h.Invited))
	}
	if h.Foreign > 0 {
		out = append(out, fmt.Sprintf("the system under test let the called side hear somebody else beside the caller, in %d of %d calls with media", h.Foreign, h.Spoken))
	}
	if h.Changed > 0 {
		out = append(out, fmt.Sprintf("the system under test changed what was said to the called side, or put silence or another sound in its place, in %d calls", h.Changed))
	}
	if h.Echo > 0 {
		out = append(out, fmt.Sprintf("the system under test sent the called side's own voice back to it, in %d of %d calls with media", h.Echo, h.Spoken))
	}
	if h.Elsewhere > 0 {
		out = append(out, fmt.Sprintf("the system under test put %d of %d calls through to another number than was dialled", h.Elsewhere, h.Invited))
	}
	if h.Undescribed > 0 {
		out = append(out, fmt.Sprintf("the system under test sent %d of %d calls on without a session description: neither an offer in INVITE nor an answer in ACK (RFC 3261 §13.2.1)", h.Undescribed, h.Answered))
	}
	if h.Lapsed > 0 {
		out = append(out, fmt.Sprintf("the system under test refused or left without a response %d refreshes of registrations", h.Lapsed))
	}
	if h.Left > 0 {
		out = append(out, fmt.Sprintf("the system under test did not remove %d registrations: they end with their expiry", h.Left))
	}
	return out
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
	s, err := open(cfg.Network, cfg.Transport, batch.Config{Local: cfg.At, Receive: cfg.Receive, Send: cfg.Send}, clock)
	if err != nil {
		return nil, unbound(cfg.At, err)
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
	c.c.own, c.c.pairs.Pairing = cfg.Own, cfg.Pairs
	if cfg.Late > 0 {
		c.c.tooLate = int64(cfg.Late)
	}
	if cfg.Transport == tcp {
		c.c.overTCP()
	}
	if len(cfg.Accounts) > 0 {
		c.c.enrol(cfg, salt(clock))
	}
	if cfg.Voices > 0 {
		c.c.lines = lines.Open(lines.Config{Network: cfg.Network, Address: s.Local().Addr(), Most: cfg.Voices})
	}
	go func() {
		defer close(c.done)
		c.out = c.c.run(ctx)
		if c.c.lines != nil {
			c.c.lines.Close()
		}
		s.Close()
	}()
	return c, nil
}

// At gives where the crowd answers.
func (c *Crowd) At() netip.AddrPort { return c.c.s.Local() }

// Emptied waits until nobody is left in a call, or for the end of the context.
func (c *Crowd) Emptied(ctx context.Context) error {
	for c.c.open.Load() > 0 {
		select {
		case <-c.c.empty:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// Ready waits until the accounts of the crowd are registered. It fails where
// one is not, or the context ends.
func (c *Crowd) Ready(ctx context.Context) error {
	if c.c.ready == nil {
		return nil
	}
	select {
	case <-c.c.ready:
		return c.c.wrong
	case <-c.done:
		return errors.New("the crowd is closed")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Seen gives what was seen so far.
func (c *Crowd) Seen() Hosted {
	answer := make(chan Hosted, 1)
	select {
	case c.c.ask <- answer: // it looks once a turn
		return <-answer
	case <-c.done:
		return c.out
	}
}

// Close stops answering, removes what is registered, and gives what was seen.
// Calls that there are stay open: their callers hang up.
func (c *Crowd) Close() Hosted {
	c.stop()
	<-c.done
	return c.out
}
