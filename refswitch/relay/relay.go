// Package relay passes RTP and RTCP between the two sides of a call, through
// ports of the switch's own range. It sends where packets really come from
// (symmetric RTP, RFC 4961; latched once, RFC 7362 §4) and, until the first
// one came, where the SDP said.
package relay

import (
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"ringproof/internal/network"
	"ringproof/refswitch/internal/seam"
)

// Ports is a range of UDP ports, both ends included; zero means any.
type Ports struct{ First, Last uint16 }

// Relay opens media sessions at one address.
type Relay struct {
	net   network.Network
	addr  netip.Addr
	ports Ports
	hooks *seam.Hooks
	log   *slog.Logger

	mu   sync.Mutex
	next uint16 // even port to try first
}

// New gives a relay.
func New(n network.Network, addr netip.Addr, ports Ports, hooks *seam.Hooks, log *slog.Logger) *Relay {
	return &Relay{net: n, addr: addr, ports: ports, hooks: hooks, log: log, next: ports.First + ports.First%2}
}

// Session relays one m-line.
type Session struct {
	relay  *Relay
	caller *side
	callee *side
	loops  sync.WaitGroup
}

// again is how often a defect repeats a packet: one a ptime.
const again = 20 * time.Millisecond

// side is what faces one party: RTP on an even port, RTCP on the next
// (RFC 3550 §11).
type side struct {
	leg  seam.Leg
	rtp  net.PacketConn
	rtcp net.PacketConn

	mu      sync.Mutex
	said    netip.AddrPort // by SDP
	latched netip.AddrPort // by the first RTP packet
	control netip.AddrPort // by the first RTCP packet
	last    []byte         // RTP packet that was sent to it, where a hook asks for it
}

// Open takes four ports and starts to relay.
func (r *Relay) Open(caller, callee seam.Leg) (*Session, error) {
	s := &Session{relay: r, caller: &side{leg: caller}, callee: &side{leg: callee}}
	for _, d := range []*side{s.caller, s.callee} {
		if err := r.pair(d); err != nil {
			s.Close()
			return nil, err
		}
	}
	s.loops.Go(func() { s.pump(s.caller, s.callee, false) })
	s.loops.Go(func() { s.pump(s.callee, s.caller, false) })
	s.loops.Go(func() { s.pump(s.caller, s.callee, true) })
	s.loops.Go(func() { s.pump(s.callee, s.caller, true) })
	return s, nil
}

// attempts bounds the search for a free pair of ports when any will do.
const attempts = 64

func (r *Relay) pair(d *side) (err error) {
	tries := attempts
	if r.ports.First != 0 {
		tries = int(r.ports.Last-r.ports.First)/2 + 1 // all of them
	}
	for range tries {
		first := r.pick()
		if d.rtp, err = r.net.ListenPacket(netip.AddrPortFrom(r.addr, first)); err != nil {
			continue
		}
		port := network.Addr(d.rtp).Port()
		if port%2 == 0 {
			if d.rtcp, err = r.net.ListenPacket(netip.AddrPortFrom(r.addr, port+1)); err == nil {
				return nil
			}
		}
		d.rtp.Close()
		d.rtp = nil
	}
	return fmt.Errorf("relay: no free pair of ports at %s: %w", r.addr, err)
}

// pick gives the next even port of the range, or 0 for any.
func (r *Relay) pick() uint16 {
	if r.ports.First == 0 {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.next
	if p+1 > r.ports.Last || p < r.ports.First {
		p = r.ports.First + r.ports.First%2
	}
	r.next = p + 2
	return p
}

// CallerAddr gives where the caller is to send.
func (s *Session) CallerAddr() netip.AddrPort { return s.told(s.caller) }

// CalleeAddr gives where the called side is to send.
func (s *Session) CalleeAddr() netip.AddrPort { return s.told(s.callee) }

func (s *Session) told(d *side) netip.AddrPort {
	return s.relay.hooks.Told(d.leg, network.Addr(d.rtp))
}

// SetCaller says where the caller's SDP wants its media.
func (s *Session) SetCaller(a netip.AddrPort) { s.caller.set(a) }

// SetCallee says where the called side's SDP wants its media. Another target
// after a fallback starts afresh.
func (s *Session) SetCallee(a netip.AddrPort) { s.callee.set(a) }

// Close ends the session and waits for its loops.
func (s *Session) Close() {
	s.repeat(s.caller)
	s.repeat(s.callee)
	for _, d := range []*side{s.caller, s.callee} {
		for _, c := range []net.PacketConn{d.rtp, d.rtcp} {
			if c != nil {
				c.Close()
			}
		}
	}
	s.loops.Wait()
}

// pump passes packets from one side on to the other.
func (s *Session) pump(from, to *side, control bool) {
	in, out := from.rtp, to.rtp
	if control {
		in, out = from.rtcp, to.rtcp
	}
	buf := make([]byte, 2048)
	for passed, came := 0, 0; ; {
		n, src, err := network.ReadFrom(in, buf)
		if err != nil && !network.Returned(err) {
			return // closed
		}
		if err != nil || !from.latch(src, control) || !s.relay.hooks.Forward(to.leg) || !s.relay.hooks.Flows(to.leg, passed) {
			continue
		}
		dst := to.dest(control)
		if !dst.IsValid() || dst.Port() == 0 || dst.Addr().IsUnspecified() || !control && !s.relay.hooks.Lasts(to.leg, passed) {
			continue
		}
		came++
		if !control && !s.relay.hooks.Kept(to.leg, came-1) {
			continue
		}
		passed++
		if !control {
			s.relay.hooks.Altered(to.leg, came-1, buf[:n])
		}
		s.forward(out, buf[:n], dst, to)
	}
}

// forward sends a packet to one side, late where a hook asks for it.
func (s *Session) forward(out net.PacketConn, b []byte, dst netip.AddrPort, to *side) {
	if s.relay.hooks.Repeats(to.leg) > 0 && out == to.rtp {
		to.mu.Lock()
		to.last = bytes.Clone(b)
		to.mu.Unlock()
	}
	send := func(b []byte) {
		if _, err := network.WriteTo(out, b, dst); err != nil {
			s.relay.log.Debug("relay", "to", dst, "err", err)
		}
	}
	if d := s.relay.hooks.Held(to.leg); d > 0 {
		late := bytes.Clone(b)
		time.AfterFunc(d, func() { send(late) }) // into a closed socket once the session is over
		return
	}
	send(b)
}

// repeat sends the last packet to one side again, as often as a hook asks for.
func (s *Session) repeat(d *side) {
	d.mu.Lock()
	last := d.last
	d.mu.Unlock()
	if last == nil {
		return
	}
	tick := time.NewTicker(again)
	defer tick.Stop()
	for range s.relay.hooks.Repeats(d.leg) {
		<-tick.C
		if _, err := network.WriteTo(d.rtp, last, d.dest(false)); err != nil {
			return
		}
	}
}

func (d *side) set(a netip.AddrPort) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if a != d.said {
		d.said, d.latched, d.control = a, netip.AddrPort{}, netip.AddrPort{}
	}
}

// latch takes the first source for the right one and tells whether a packet
// came from it. Before the SDP is known nobody is.
func (d *side) latch(src netip.AddrPort, control bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.said.IsValid() {
		return false
	}
	at := &d.latched
	if control {
		at = &d.control
	}
	if !at.IsValid() {
		*at = src
	}
	return *at == src
}

func (d *side) dest(control bool) netip.AddrPort {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.said.Addr().IsUnspecified(): // on hold, the older way (RFC 3264 §8.4)
		return d.said
	case control && d.control.IsValid():
		return d.control
	case control:
		return netip.AddrPortFrom(d.said.Addr(), d.said.Port()+1)
	case d.latched.IsValid():
		return d.latched
	}
	return d.said
}
