package memnet

import (
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// queued is how many datagrams wait at a socket before further ones are lost,
// as in a full receive buffer.
const queued = 4096

type datagram struct {
	from    netip.AddrPort
	data    []byte
	refused netip.AddrPort // no datagram: an earlier one to here met a closed port
}

// packetConn is one UDP socket.
type packetConn struct {
	net    *Network
	at     netip.AddrPort
	queue  chan datagram
	once   sync.Once
	closed chan struct{}
	read   *deadline
}

func (c *packetConn) ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error) {
	expired := c.read.done()
	select { // what is over goes before what has come
	case <-c.closed:
		return 0, netip.AddrPort{}, net.ErrClosed
	case <-expired:
		return 0, netip.AddrPort{}, os.ErrDeadlineExceeded
	default:
	}
	select {
	case d := <-c.queue:
		if d.refused.IsValid() {
			return 0, netip.AddrPort{}, &net.OpError{
				Op: "read", Net: "udp", Addr: net.UDPAddrFromAddrPort(d.refused),
				Err: os.NewSyscallError("recvmsg", syscall.ECONNREFUSED),
			}
		}
		return copy(b, d.data), d.from, nil
	case <-c.closed:
		return 0, netip.AddrPort{}, net.ErrClosed
	case <-expired:
		return 0, netip.AddrPort{}, os.ErrDeadlineExceeded
	}
}

func (c *packetConn) WriteToUDPAddrPort(b []byte, to netip.AddrPort) (int, error) {
	select {
	case <-c.closed:
		return 0, net.ErrClosed
	default:
	}
	c.net.mu.Lock()
	peer, icmp := c.net.packets[to], c.net.icmp
	c.net.mu.Unlock()
	d := datagram{from: c.at, data: append([]byte(nil), b...)}
	if peer == nil {
		if !icmp {
			return len(b), nil
		}
		peer, d = c, datagram{refused: to}
	}
	select {
	case peer.queue <- d:
	default: // the receiver's buffer is full: UDP loses it
	}
	return len(b), nil
}

func (c *packetConn) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := c.ReadFromUDPAddrPort(b)
	return n, net.UDPAddrFromAddrPort(from), err
}

func (c *packetConn) WriteTo(b []byte, to net.Addr) (int, error) {
	return c.WriteToUDPAddrPort(b, to.(*net.UDPAddr).AddrPort())
}

func (c *packetConn) Close() error {
	c.once.Do(func() {
		c.net.mu.Lock()
		delete(c.net.packets, c.at)
		c.net.mu.Unlock()
		close(c.closed)
	})
	return nil
}

func (c *packetConn) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(c.at) }

func (c *packetConn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

func (c *packetConn) SetWriteDeadline(time.Time) error { return nil }

// SetReadDeadline bounds reads, those that wait already too.
func (c *packetConn) SetReadDeadline(t time.Time) error {
	c.read.set(t)
	return nil
}
