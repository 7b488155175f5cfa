package steps_test

import (
	"net"
	"net/netip"
	"sync/atomic"

	"ringproof/internal/memnet"
)

// lossy is a network in memory that loses all RTP while it is told to.
type lossy struct {
	*memnet.Network
	lose atomic.Bool
}

func (l *lossy) ListenPacket(at netip.AddrPort) (net.PacketConn, error) {
	c, err := l.Network.ListenPacket(at)
	return &lossyConn{c, l}, err
}

type lossyConn struct {
	net.PacketConn
	l *lossy
}

func (c *lossyConn) WriteTo(b []byte, to net.Addr) (int, error) {
	const rtp = 0x80 // version 2, no padding (RFC 3550 §5.1)
	if len(b) > 0 && b[0] == rtp && c.l.lose.Load() {
		return len(b), nil
	}
	return c.PacketConn.WriteTo(b, to)
}
