//go:build !linux

package batch

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"
)

// Socket is a UDP socket of one goroutine. Where there is no system call for
// many datagrams it moves them one by one, and knows no time of arrival but
// that of reading.
type Socket struct {
	conn   *net.UDPConn
	clock  Clock
	remote netip.AddrPort
	in     [Size]parcel
	out    [Size]parcel
	queued int
	peeked bool // the first of in was read by Wait
	stats  Stats
}

type parcel struct {
	data [Room]byte
	n    int
	addr netip.AddrPort
	at   int64
}

// Open opens a socket. It fails where the address cannot be bound.
func Open(cfg Config, clock Clock) (*Socket, error) {
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(cfg.Local))
	if err != nil {
		return nil, fmt.Errorf("bind %s: %w", cfg.Local, err)
	}
	receive, send := cfg.sizes()
	s := &Socket{conn: c, clock: clock, remote: cfg.Remote}
	if c.SetReadBuffer(receive) == nil {
		s.stats.ReceiveBuffer = receive
	}
	if c.SetWriteBuffer(send) == nil {
		s.stats.SendBuffer = send
	}
	return s, nil
}

// Local gives the address of the socket.
func (s *Socket) Local() netip.AddrPort { return s.conn.LocalAddr().(*net.UDPAddr).AddrPort() }

// Now gives the time of the socket's clock.
func (s *Socket) Now() int64 { return s.clock.Now() }

// Close closes the socket.
func (s *Socket) Close() error { return s.conn.Close() }

// Stats gives what the socket has done so far. What the kernel dropped is not
// known here.
func (s *Socket) Stats() Stats { return s.stats }

// Receive takes what has arrived, Size datagrams at most, and does not wait.
func (s *Socket) Receive() (n int, err error) {
	if s.peeked {
		s.peeked, n = false, 1
	}
	_ = s.conn.SetReadDeadline(time.Now().Add(time.Microsecond)) // an open socket takes any
	for n < Size {
		s.stats.ReceiveCalls++
		if err := s.read(n); err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				break
			}
			return n, fmt.Errorf("receive at %s: %w", s.Local(), err)
		}
		n++
	}
	return n, nil
}

func (s *Socket) read(i int) error {
	p := &s.in[i]
	n, from, err := s.conn.ReadFromUDPAddrPort(p.data[:])
	if err != nil {
		return err
	}
	p.n, p.addr, p.at = n, netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), s.clock.Now()
	s.stats.Received++
	return nil
}

// Message gives a datagram of the last batch.
func (s *Socket) Message(i int) Message {
	p := &s.in[i]
	return Message{Data: p.data[:p.n], At: p.at}
}

// From gives where a datagram of the last batch came from.
func (s *Socket) From(i int) netip.AddrPort { return s.in[i].addr }

// Buffer gives room for the next datagram to send.
func (s *Socket) Buffer() []byte {
	if s.queued == Size {
		s.Flush()
	}
	return s.out[s.queued].data[:]
}

// Queue has the first n bytes of the last Buffer sent with the next Flush. An
// address that is not valid is the remote one.
func (s *Socket) Queue(n int, to netip.AddrPort) {
	if !to.IsValid() {
		to = s.remote
	}
	p := &s.out[s.queued]
	p.n, p.addr = n, to
	s.queued++
}

// Flush sends what is queued.
func (s *Socket) Flush() {
	for i := range s.queued {
		p := &s.out[i]
		s.stats.SendCalls++
		if _, err := s.conn.WriteToUDPAddrPort(p.data[:p.n], p.addr); err != nil {
			s.stats.Unsent++
			s.stats.Why = err
			continue
		}
		s.stats.Sent++
	}
	s.queued = 0
}

// Refused never tells anything here.
func (s *Socket) Refused() bool { return false }

// Wait returns at the given time of the clock or, if it is to wake, as soon as
// there is something to receive.
func (s *Socket) Wait(until int64, wake bool) {
	d := time.Duration(until - s.clock.Now())
	switch {
	case d <= 0:
	case !wake:
		time.Sleep(d)
	default:
		_ = s.conn.SetReadDeadline(time.Now().Add(d)) // an open socket takes any
		s.peeked = s.read(0) == nil
	}
}

// CPU is not known here: 0.
func CPU() int64 { return 0 }

// Queued is not known here: 0.
func Queued() int64 { return 0 }

// Stolen is not known here: 0.
func Stolen() int64 { return 0 }
