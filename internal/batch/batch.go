// Package batch moves many UDP datagrams at little cost: a [Socket] receives
// and sends up to [Size] of them with one system call and knows from the
// kernel when each arrived; a [Wheel] keeps as many timers as there are calls
// without an allocation for any.
//
// A Socket belongs to one goroutine. It is of use where thousands of datagrams
// a second are to be moved: anybody else is better served by package network.
package batch

import (
	"fmt"
	"net/netip"
	"time"
)

// Size is how many datagrams are moved at once at most.
const Size = 64

// Room is how long a datagram may be, in bytes. A longer one is cut when it is
// received, and marked so. It is no power of two, so that the first bytes of
// a batch do not fight for the same lines of the processor's cache.
const Room = 4096 + 64

// Config says which socket to open.
type Config struct {
	Local netip.AddrPort // port 0 for a free one
	// Remote, where valid, is the only address that is sent to and received
	// from, which costs less, and whose closed port is told.
	Remote netip.AddrPort
	// Receive and Send are the sizes of the kernel's buffers in bytes that
	// are asked for; 0 is 4 MiB.
	Receive, Send int
}

// Buffers is what is asked for where nothing is said.
const Buffers = 4 << 20

func (c Config) sizes() (receive, send int) {
	receive, send = c.Receive, c.Send
	if receive == 0 {
		receive = Buffers
	}
	if send == 0 {
		send = Buffers
	}
	return receive, send
}

// Message is a datagram that was received. Its bytes are good until the next
// call of Receive.
type Message struct {
	Data []byte
	// At is when the kernel had it, in nanoseconds of the socket's clock.
	At  int64
	Cut bool // it was longer than Room
}

// Stats count what a socket has done.
type Stats struct {
	Received, Sent            uint64 // datagrams
	ReceiveCalls, SendCalls   uint64 // of the system
	Unsent                    uint64 // datagrams that the kernel would not take
	Why                       error  // the last of them; nil where the send buffer was full
	Dropped                   uint64 // by the kernel, for the receive buffer was full
	ReceiveBuffer, SendBuffer int    // in bytes, as granted
}

// Add adds what another socket has done. What was granted to it stands for all.
func (s *Stats) Add(o Stats) {
	s.Received += o.Received
	s.Sent += o.Sent
	s.ReceiveCalls += o.ReceiveCalls
	s.SendCalls += o.SendCalls
	s.Unsent += o.Unsent
	s.Dropped += o.Dropped
	if o.Why != nil {
		s.Why = o.Why
	}
	s.ReceiveBuffer, s.SendBuffer = max(s.ReceiveBuffer, o.ReceiveBuffer), max(s.SendBuffer, o.SendBuffer)
}

// Clock counts nanoseconds since its start.
type Clock struct{ start time.Time }

// NewClock starts a clock.
func NewClock() Clock { return Clock{time.Now()} }

// Now gives the nanoseconds since the start.
func (c Clock) Now() int64 { return int64(time.Since(c.start)) }

// Start gives when the clock was started.
func (c Clock) Start() time.Time { return c.start }

// RefusedError says that a port at the other end is closed.
type RefusedError struct{ Remote netip.AddrPort }

func (e *RefusedError) Error() string {
	return fmt.Sprintf("%s: port unreachable (ICMP)", e.Remote)
}
