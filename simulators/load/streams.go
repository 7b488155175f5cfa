package load

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"ringproof/internal/batch"
	"ringproof/internal/network"
	"ringproof/internal/wire"
)

// streams is a socket over TCP connections: those that others open to its
// address, and one to each address that is sent to (RFC 3261 §18). A response
// goes where its request came from. What a connection has not taken yet waits
// for it, so that no engine ever does.
type streams struct {
	inbox
	l     net.Listener
	local netip.AddrPort

	buf   [batch.Room]byte
	dirty []*stream // written to since the last Flush
	sent  uint64

	open   func(to netip.AddrPort) (net.Conn, error)
	cancel context.CancelFunc // of connections that are being opened
	loops  sync.WaitGroup

	// Under inbox.mu.
	conns       map[netip.AddrPort]*stream
	opened, cut uint64
	lost        []netip.AddrPort // since the last Lost
	why         error            // of the first
	refused     bool
	closed      bool
	unsent      uint64 // for want of something of this machine
	short       error  // of what
	behind      time.Duration
}

// stream is one connection.
type stream struct {
	to   netip.AddrPort
	ours bool          // we opened it
	more chan struct{} // there is something to write, or it is over

	mu      sync.Mutex
	c       net.Conn // nil until it is open
	pending []byte
	over    bool
}

const (
	// opening bounds the opening of a connection: within it a SYN is sent
	// three times (RFC 6298 §5.7).
	opening = 4 * time.Second
	// mayWait is how much one who does not read may leave us with.
	mayWait = 16 << 20
	// mayBeLost is how many addresses are kept for one who does not ask.
	mayBeLost = 64
	// closing is how long the last that was sent may take.
	closing = time.Second
)

func openStreams(n network.Network, local netip.AddrPort, clock batch.Clock) (*streams, error) {
	if n == nil {
		n = network.Kernel{}
	}
	l, err := n.Listen(local)
	if err != nil {
		return nil, err
	}
	s := &streams{inbox: inbox{clock: clock, news: make(chan struct{}, 1)}, l: l, local: network.AddrPort(l.Addr()), conns: map[netip.AddrPort]*stream{}}
	all, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.open = func(to netip.AddrPort) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(all, opening)
		defer cancel()
		return n.Dial(ctx, netip.AddrPortFrom(s.local.Addr(), 0), to)
	}
	s.loops.Go(s.accept)
	return s, nil
}

func (s *streams) accept() {
	for {
		c, err := s.l.Accept()
		if err != nil {
			if s.over(err) {
				return
			}
			continue
		}
		if k := s.keep(network.AddrPort(c.RemoteAddr()), false); k != nil {
			s.serve(k, c)
		} else {
			c.Close()
		}
	}
}

// breath is how long is waited where this machine cannot take a connection:
// one that ends may give back what another needs.
const breath = 50 * time.Millisecond

// over tells whether there is nothing more to accept. An error of this machine
// is noted: it, and not the other side, was the limit.
func (s *streams) over(err error) bool {
	s.mu.Lock()
	closed := s.closed || more(err) == ""
	s.lack(err)
	s.mu.Unlock()
	if closed {
		return true
	}
	t := time.NewTimer(breath)
	defer t.Stop()
	<-t.C
	return false
}

// lack notes what this machine did not give. It is called under mu.
func (s *streams) lack(err error) {
	if !s.closed && (more(err) != "" || errors.Is(err, syscall.EADDRNOTAVAIL)) {
		s.unsent++
		s.short = err
	}
}

// keep makes a stream known, nil if all is over.
func (s *streams) keep(to netip.AddrPort, ours bool) *stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	k := &stream{to: to, ours: ours, more: make(chan struct{}, 1)}
	s.conns[to] = k
	return k
}

// serve reads and writes a connection.
func (s *streams) serve(k *stream, c net.Conn) {
	k.mu.Lock()
	k.c = c
	if k.over { // before it was open
		_ = c.SetWriteDeadline(time.Now().Add(closing))
	}
	k.mu.Unlock()
	s.loops.Go(func() { s.write(k, c) })
	s.loops.Go(func() {
		r := bufio.NewReaderSize(&meter{Conn: c, s: s}, 64<<10)
		for {
			b, err := wire.ReadMessage(r)
			if err != nil {
				if errors.Is(err, io.EOF) {
					err = errors.New("closed by the other side")
				}
				s.end(k, fmt.Errorf("connection with %s: %w", k.to, err))
				return
			}
			s.put(packet{from: k.to, data: b})
		}
	})
}

// meter notes how long a connection always had more to read than was asked
// for: so long its reader was behind, and what it read was late by our fault.
type meter struct {
	net.Conn
	s    *streams
	full int64 // since when all reads were, 0 for the last was not
}

func (m *meter) Read(b []byte) (int, error) {
	n, err := m.Conn.Read(b)
	now := m.s.clock.Now()
	switch {
	case n < len(b):
		m.full = 0
	case m.full == 0:
		m.full = now
	default:
		m.s.mu.Lock()
		m.s.behind = max(m.s.behind, time.Duration(now-m.full))
		m.s.mu.Unlock()
	}
	return n, err
}

// write writes what is pending until the stream is over, and then closes.
func (s *streams) write(k *stream, c net.Conn) {
	defer c.Close()
	var b []byte
	for {
		k.mu.Lock()
		b, k.pending = k.pending, b[:0]
		over := k.over
		k.mu.Unlock()
		if len(b) > 0 {
			if _, err := c.Write(b); err != nil {
				s.end(k, fmt.Errorf("connection with %s: %w", k.to, err))
				return
			}
			continue
		}
		if over {
			return
		}
		<-k.more
	}
}

// dial opens the connection of a stream.
func (s *streams) dial(k *stream) {
	c, err := s.open(k.to)
	if err != nil {
		s.mu.Lock()
		s.refused = s.refused || network.Refused(err)
		s.lack(err)
		s.mu.Unlock()
		s.end(k, fmt.Errorf("connect to %s: %w", k.to, err))
		return
	}
	s.mu.Lock()
	s.opened++
	s.mu.Unlock()
	s.serve(k, c)
}

// end forgets a stream whose connection is gone.
func (s *streams) end(k *stream, why error) {
	s.mu.Lock()
	if s.conns[k.to] == k {
		delete(s.conns, k.to)
	}
	if !s.closed && k.ours {
		s.cut++
		if len(s.lost) < mayBeLost {
			s.lost = append(s.lost, k.to)
		}
		if s.why == nil {
			s.why = why
		}
	}
	s.mu.Unlock()
	k.finish()
	s.wake()
}

// finish has the writer of a stream write what is pending and end.
func (k *stream) finish() {
	k.mu.Lock()
	k.over = true
	if k.c != nil {
		_ = k.c.SetWriteDeadline(time.Now().Add(closing)) // what is not written by then is lost
	}
	k.mu.Unlock()
	k.signal()
}

func (k *stream) signal() {
	select {
	case k.more <- struct{}{}:
	default:
	}
}

// Local gives the address that the others connect to.
func (s *streams) Local() netip.AddrPort { return s.local }

// Buffer gives room for the next message to send.
func (s *streams) Buffer() []byte { return s.buf[:] }

// Queue has what was written into the buffer sent with the next Flush.
func (s *streams) Queue(n int, to netip.AddrPort) {
	s.mu.Lock()
	k := s.conns[to]
	s.mu.Unlock()
	if k == nil {
		if k = s.keep(to, true); k == nil {
			return
		}
		s.loops.Go(func() { s.dial(k) })
	}
	k.mu.Lock()
	if len(k.pending) == 0 {
		s.dirty = append(s.dirty, k)
	}
	k.pending = append(k.pending, s.buf[:n]...)
	full := len(k.pending) > mayWait
	if full {
		k.pending = nil
	}
	k.mu.Unlock()
	s.sent++
	if full {
		s.end(k, fmt.Errorf("connection with %s: the other side does not read: %d bytes wait for it", k.to, mayWait))
	}
}

// Flush has what is queued written.
func (s *streams) Flush() {
	for _, k := range s.dirty {
		k.signal()
	}
	s.dirty = s.dirty[:0]
}

// Lost gives the addresses whose connections were lost, or could not be
// opened, since the last time.
func (s *streams) Lost() []netip.AddrPort {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lost
	s.lost = nil
	return l
}

// Refused tells whether a connection was refused.
func (s *streams) Refused() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused
}

// Connections are what became of those that engines opened.
type Connections struct {
	Opened uint64 `json:"opened"`
	Lost   uint64 `json:"lost"` // or not opened
	Why    string `json:"why,omitempty"`
	// Behind is how long a reader of ours was behind at most.
	Behind time.Duration `json:"behind_ns,omitempty"`
}

// mayBeBehind is how long a reader may be: T1, after which the other side
// would have sent again.
const mayBeBehind = time.Duration(t1)

func (c Connections) reasons(whose string) []Reason {
	if c.Behind <= mayBeBehind {
		return nil
	}
	return []Reason{{
		fmt.Sprintf("a connection of %s had more to read than could be read here for %s", whose, c.Behind.Round(time.Millisecond)),
		"Use more engines, each of which has a connection, or leave a core to the generator.",
	}}
}

// connectionsOf gives those of a socket, none if it has none.
func connectionsOf(s socket) (c Connections) {
	if s, ok := s.(*streams); ok {
		c.add(s)
	}
	return c
}

func (c *Connections) add(s *streams) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := Connections{Opened: s.opened, Lost: s.cut, Behind: s.behind}
	if s.why != nil {
		o.Why = s.why.Error()
	}
	c.merge(o)
}

// merge adds those of another engine.
func (c *Connections) merge(o Connections) {
	c.Opened += o.Opened
	c.Lost += o.Lost
	c.Behind = max(c.Behind, o.Behind)
	c.Why = cmp.Or(c.Why, o.Why)
}

// Stats gives what the socket has done so far.
func (s *streams) Stats() batch.Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return batch.Stats{Received: s.received, Sent: s.sent, Unsent: s.unsent, Why: s.short}
}

// Close sends what is pending, for a second at most, and closes all
// connections.
func (s *streams) Close() error {
	s.mu.Lock()
	s.closed = true
	all := make([]*stream, 0, len(s.conns))
	for _, k := range s.conns {
		all = append(all, k)
	}
	s.mu.Unlock()
	s.cancel()
	err := s.l.Close()
	for _, k := range all {
		k.finish()
	}
	s.loops.Wait()
	return err
}
