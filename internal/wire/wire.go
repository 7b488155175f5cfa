// Package wire carries SIP messages: it opens UDP sockets and TCP
// connections, hands every message to one receiver in the order in which it
// came off the wire, and shows the raw bytes of both directions to a tap
// that sits below the parser.
//
// [Listen] opens a [Port]; [Port.Send] sends. Parsing is sipgo's; what sipgo
// lets pass although RFC 3261 forbids it is found by [Parse]. The package
// knows nothing of transactions.
package wire

import (
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// Transport is how a message travels.
type Transport string

// The transports of this package.
const (
	UDP Transport = "UDP"
	TCP Transport = "TCP"
)

// Reliable tells whether the transport itself repeats what is lost
// (RFC 3261 §17: no retransmission timers then).
func (t Transport) Reliable() bool { return t != UDP }

// Hop is where a message goes next, or came from.
type Hop struct {
	Transport Transport
	Addr      netip.AddrPort
}

func (h Hop) String() string { return strings.ToLower(string(h.Transport)) + ":" + h.Addr.String() }

// ParseHop reads "udp:192.0.2.1:5060", "tcp:192.0.2.1:5060" or, for UDP,
// "192.0.2.1:5060". The port may be left out and is then 5060.
func ParseHop(s string) (Hop, error) {
	h := Hop{Transport: UDP}
	rest := s
	for _, t := range []Transport{UDP, TCP} {
		if cut, ok := strings.CutPrefix(strings.ToUpper(s), string(t)+":"); ok {
			h.Transport, rest = t, cut
		}
	}
	if a, err := netip.ParseAddrPort(rest); err == nil {
		h.Addr = a
		return h, nil
	}
	bare := rest
	if strings.HasPrefix(rest, "[") && strings.HasSuffix(rest, "]") { // IPv6, as in a URI
		bare = rest[1 : len(rest)-1]
	}
	a, err := netip.ParseAddr(bare)
	if err != nil || bare != rest && !a.Is6() {
		return Hop{}, fmt.Errorf("%q is no SIP address: want [udp:|tcp:]ADDRESS[:PORT]", s)
	}
	h.Addr = netip.AddrPortFrom(a, DefaultPort)
	return h, nil
}

// DefaultPort is SIP's port for UDP and TCP (RFC 3261 §19.1.2).
const DefaultPort = 5060

// Packet is one message as it stood on the wire.
type Packet struct {
	At        time.Time
	Sent      bool // by us
	Transport Transport
	Local     netip.AddrPort
	Remote    netip.AddrPort
	Bytes     []byte // valid until the tap returns
}

// Violation is a rule of a standard that a message breaks.
type Violation struct {
	RFC     int
	Section string
	Want    string
	Got     string
}

func (v *Violation) Error() string {
	return fmt.Sprintf("want %s, got %s (RFC %d §%s)", v.Want, v.Got, v.RFC, v.Section)
}
