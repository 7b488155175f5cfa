// Package network says what Ringproof needs of a network: UDP sockets, TCP
// listeners and TCP connections from chosen local addresses.
//
// [Kernel] is the real one; package memnet has one in memory for tests in
// virtual time. Code that talks SIP or RTP takes a [Network] and never calls
// package net itself, so that every scenario runs on either.
package network

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
)

// Network opens sockets. Its methods use standard types only, so that public
// packages can declare the same interface without naming this one.
type Network interface {
	// ListenPacket opens a UDP socket. Port 0 takes a free one.
	ListenPacket(at netip.AddrPort) (net.PacketConn, error)
	// Listen opens a TCP listener. Port 0 takes a free one.
	Listen(at netip.AddrPort) (net.Listener, error)
	// Dial opens a TCP connection. A zero port in from takes a free one.
	Dial(ctx context.Context, from, to netip.AddrPort) (net.Conn, error)
}

// Kernel is the operating system's network.
type Kernel struct{}

// ListenPacket opens a UDP socket that also reports ICMP errors on reading
// (see [Refused]).
func (Kernel) ListenPacket(at netip.AddrPort) (net.PacketConn, error) {
	cfg := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(reportICMP)
	}}
	c, err := cfg.ListenPacket(context.Background(), "udp", at.String())
	if err != nil {
		return nil, err
	}
	if u, ok := c.(*net.UDPConn); ok {
		_ = u.SetReadBuffer(burst) // what is granted has to do
	}
	return c, nil
}

// burst is how many bytes may wait to be read: what comes while the reader has
// no core would be lost otherwise, and come again after T1.
const burst = 4 << 20

// Listen opens a TCP listener.
func (Kernel) Listen(at netip.AddrPort) (net.Listener, error) {
	return net.ListenTCP("tcp", net.TCPAddrFromAddrPort(at))
}

// Dial opens a TCP connection from the given local address.
func (Kernel) Dial(ctx context.Context, from, to netip.AddrPort) (net.Conn, error) {
	d := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(from)}
	return d.DialContext(ctx, "tcp", to.String())
}

// Source gives the address that the kernel would send from. Nothing is sent.
func (Kernel) Source(to netip.AddrPort) (netip.Addr, error) {
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
	if err != nil {
		return netip.Addr{}, err
	}
	defer c.Close()
	return Addr(c).Addr(), nil
}

// Addr gives the socket's own address.
func Addr(c interface{ LocalAddr() net.Addr }) netip.AddrPort { return AddrPort(c.LocalAddr()) }

// AddrPort converts an address of package net; an unknown kind gives the zero value.
func AddrPort(a net.Addr) netip.AddrPort {
	if ap, ok := a.(interface{ AddrPort() netip.AddrPort }); ok {
		return unmap(ap.AddrPort())
	}
	return netip.AddrPort{}
}

// ReadFrom reads one datagram and its source. An error that is [Returned]
// concerns an earlier packet of ours, and reading may go on.
func ReadFrom(c net.PacketConn, buf []byte) (int, netip.AddrPort, error) {
	n, from, err := readFrom(c, buf)
	if Returned(err) {
		err = withClosed(err, drainICMP(c))
	}
	return n, from, err
}

func readFrom(c net.PacketConn, buf []byte) (int, netip.AddrPort, error) {
	if fast, ok := c.(interface {
		ReadFromUDPAddrPort([]byte) (int, netip.AddrPort, error)
	}); ok {
		n, from, err := fast.ReadFromUDPAddrPort(buf)
		return n, unmap(from), err
	}
	n, from, err := c.ReadFrom(buf)
	if err != nil {
		return n, netip.AddrPort{}, err
	}
	return n, AddrPort(from), nil
}

// WriteTo sends one datagram. Returned is what ICMP says of an earlier one,
// which the system reports in place of sending: this one is then sent all the
// same. From a loopback socket it refuses any address that is not
// loopback: such a packet could only be a mistake, or a trap in somebody's
// SDP.
func WriteTo(c net.PacketConn, b []byte, to netip.AddrPort) (returned, err error) {
	if from := Addr(c); from.Addr().IsLoopback() && !to.Addr().IsLoopback() {
		return nil, &UnreachableError{From: from, To: to}
	}
	if err = writeTo(c, b, to); Returned(err) {
		return withClosed(err, drainICMP(c)), writeTo(c, b, to)
	}
	return nil, err
}

func writeTo(c net.PacketConn, b []byte, to netip.AddrPort) error {
	if fast, ok := c.(interface {
		WriteToUDPAddrPort([]byte, netip.AddrPort) (int, error)
	}); ok {
		_, err := fast.WriteToUDPAddrPort(b, to)
		return err
	}
	_, err := c.WriteTo(b, net.UDPAddrFromAddrPort(to))
	return err
}

// UnreachableError says that a packet was not sent because no route leads
// from the sender's address to the receiver's.
type UnreachableError struct{ From, To netip.AddrPort }

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("%s cannot be reached from %s", e.To, e.From.Addr())
}

// Refused tells whether an error says that the other side has nobody at that
// port: ICMP port unreachable, or a TCP reset.
func Refused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

// ReturnedError is what ICMP says of earlier packets, with where those were
// sent that met a closed port, as far as the system tells.
type ReturnedError struct {
	Err    error
	Closed []netip.AddrPort
}

func (e *ReturnedError) Error() string { return fmt.Sprintf("%v: %v", e.Closed, e.Err) }

// Unwrap gives the error itself.
func (e *ReturnedError) Unwrap() error { return e.Err }

func withClosed(err error, closed []netip.AddrPort) error {
	if len(closed) == 0 {
		return err
	}
	return &ReturnedError{err, closed}
}

// RefusedBy gives the addresses at which nobody listens, where the error names
// them.
func RefusedBy(err error) []netip.AddrPort {
	if e := (*ReturnedError)(nil); errors.As(err, &e) {
		return e.Closed
	}
	// The address of an error in writing is that of the packet that was not
	// at fault.
	if e := (*net.OpError)(nil); errors.As(err, &e) && e.Op == "read" && Refused(err) && e.Addr != nil {
		if a := AddrPort(e.Addr); a.IsValid() {
			return []netip.AddrPort{a}
		}
	}
	return nil
}

// Returned tells whether an error is what ICMP says of an earlier packet: port,
// host or network unreachable, or the packet too large for the path.
func Returned(err error) bool {
	for _, e := range []error{
		syscall.ECONNREFUSED, syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EHOSTDOWN, syscall.EMSGSIZE,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func unmap(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}
