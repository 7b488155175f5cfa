// Package memnet is a network in memory, for tests in virtual time and for
// rehearsals.
//
// [New] gives a Network whose sockets block only on channels, so that inside
// a testing/synctest bubble SIP timers and RTP pacing take no real time.
// Datagrams arrive at once, in order, and are lost where nobody listens.
// Impairment is not its business.
package memnet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
)

// Network is a network in memory. Every address exists in it; a datagram to
// an address and port that no socket holds vanishes (but see WithICMP), a TCP connection to it
// is refused.
type Network struct {
	mu      sync.Mutex
	packets map[netip.AddrPort]*packetConn
	streams map[netip.AddrPort]*listener
	free    uint16
	icmp    bool
}

// WithICMP has the senders of datagrams to a port that no socket holds told
// so when they read, as Linux tells them where IP_RECVERR is set.
func (n *Network) WithICMP() *Network {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.icmp = true
	return n
}

// New gives an empty network.
func New() *Network {
	return &Network{
		packets: map[netip.AddrPort]*packetConn{},
		streams: map[netip.AddrPort]*listener{},
		free:    firstFree,
	}
}

// firstFree is where the search for a free port starts: the first dynamic
// port (RFC 6335 §6).
const firstFree = 49152

var errInUse = errors.New("address already in use")

// ListenPacket opens a UDP socket; port 0 takes a free one.
func (n *Network) ListenPacket(at netip.AddrPort) (net.PacketConn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	at, err := n.pick(at, func(a netip.AddrPort) bool { return n.packets[a] != nil })
	if err != nil {
		return nil, fmt.Errorf("listen udp %s: %w", at, err)
	}
	c := &packetConn{net: n, at: at, queue: make(chan datagram, queued), closed: make(chan struct{}), read: newDeadline()}
	n.packets[at] = c
	return c, nil
}

// Sockets tells how many UDP sockets are open.
func (n *Network) Sockets() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.packets)
}

// Listen opens a TCP listener; port 0 takes a free one.
func (n *Network) Listen(at netip.AddrPort) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	at, err := n.pick(at, func(a netip.AddrPort) bool { return n.streams[a] != nil })
	if err != nil {
		return nil, fmt.Errorf("listen tcp %s: %w", at, err)
	}
	l := &listener{net: n, at: at, queue: make(chan net.Conn), closed: make(chan struct{})}
	n.streams[at] = l
	return l, nil
}

// Dial opens a TCP connection.
func (n *Network) Dial(ctx context.Context, from, to netip.AddrPort) (net.Conn, error) {
	n.mu.Lock()
	l := n.streams[to]
	from, err := n.pick(from, func(a netip.AddrPort) bool { return n.streams[a] != nil })
	n.mu.Unlock()
	if err != nil {
		return nil, fmt.Errorf("dial tcp %s from %s: %w", to, from, err)
	}
	if l == nil {
		return nil, fmt.Errorf("dial tcp %s: %w", to, syscall.ECONNREFUSED)
	}
	near, far := pair(from, to)
	select {
	case l.queue <- far:
		return near, nil
	case <-l.closed:
		return nil, fmt.Errorf("dial tcp %s: %w", to, syscall.ECONNREFUSED)
	case <-ctx.Done():
		return nil, fmt.Errorf("dial tcp %s: %w", to, context.Cause(ctx))
	}
}

// pick settles port 0 and refuses a taken address. The caller holds n.mu.
func (n *Network) pick(at netip.AddrPort, taken func(netip.AddrPort) bool) (netip.AddrPort, error) {
	if at.Port() != 0 {
		if taken(at) {
			return at, errInUse
		}
		return at, nil
	}
	for range 65536 - firstFree {
		if n.free < firstFree {
			n.free = firstFree
		}
		a := netip.AddrPortFrom(at.Addr(), n.free)
		n.free++
		if !taken(a) {
			return a, nil
		}
	}
	return at, errors.New("no free port")
}
