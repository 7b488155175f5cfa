package memnet

import (
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// window is how much may be written to a connection before it is read. As the
// kernel's buffers do, it lets both ends write at the same time.
const window = 64 << 10

// conn is one end of a TCP connection.
type conn struct {
	local, remote         netip.AddrPort
	in, out               *half
	readUntil, writeUntil *deadline
}

// pair gives both ends of a connection.
func pair(a, b netip.AddrPort) (near, far *conn) {
	ab, ba := newHalf(), newHalf()
	near = &conn{local: a, remote: b, in: ba, out: ab, readUntil: newDeadline(), writeUntil: newDeadline()}
	far = &conn{local: b, remote: a, in: ab, out: ba, readUntil: newDeadline(), writeUntil: newDeadline()}
	return near, far
}

func (c *conn) Read(b []byte) (int, error) {
	return c.in.wait(c.readUntil, func(h *half) (int, error, bool) { return h.read(b) })
}

func (c *conn) Write(b []byte) (int, error) {
	sent := 0
	for sent < len(b) {
		n, err := c.out.wait(c.writeUntil, func(h *half) (int, error, bool) { return h.write(b[sent:]) })
		sent += n
		if err != nil {
			return sent, err
		}
	}
	return sent, nil
}

// Close ends both directions: the far end still reads what was written.
func (c *conn) Close() error {
	c.in.close(&c.in.gone)
	c.out.close(&c.out.ended)
	return nil
}

func (c *conn) LocalAddr() net.Addr  { return net.TCPAddrFromAddrPort(c.local) }
func (c *conn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.remote) }

func (c *conn) SetDeadline(t time.Time) error {
	c.readUntil.set(t)
	c.writeUntil.set(t)
	return nil
}

func (c *conn) SetReadDeadline(t time.Time) error {
	c.readUntil.set(t)
	return nil
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	c.writeUntil.set(t)
	return nil
}

// half is one direction of a connection.
type half struct {
	mu      sync.Mutex
	buf     []byte
	ended   bool          // the writer closed
	gone    bool          // the reader closed
	changed chan struct{} // closed at each change
}

func newHalf() *half { return &half{changed: make(chan struct{})} }

// wait tries until there is a result or the deadline has passed.
func (h *half) wait(until *deadline, try func(*half) (n int, err error, done bool)) (int, error) {
	for {
		select {
		case <-until.done():
			return 0, os.ErrDeadlineExceeded
		default:
		}
		h.mu.Lock()
		n, err, done := try(h)
		changed := h.changed
		if n > 0 {
			h.change()
		}
		h.mu.Unlock()
		if done {
			return n, err
		}
		select {
		case <-changed:
		case <-until.done():
		}
	}
}

func (h *half) read(b []byte) (int, error, bool) {
	switch {
	case h.gone:
		return 0, net.ErrClosed, true
	case len(h.buf) > 0:
		n := copy(b, h.buf)
		h.buf = h.buf[n:]
		return n, nil, true
	case h.ended:
		return 0, io.EOF, true
	}
	return 0, nil, len(b) == 0
}

func (h *half) write(b []byte) (int, error, bool) {
	switch {
	case h.ended:
		return 0, net.ErrClosed, true
	case h.gone:
		return 0, syscall.EPIPE, true
	}
	n := min(len(b), window-len(h.buf))
	h.buf = append(h.buf, b[:n]...)
	return n, nil, n > 0
}

// close sets a flag of the half and wakes those who wait.
func (h *half) close(flag *bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	*flag = true
	h.change()
}

// change wakes those who wait. The caller holds h.mu.
func (h *half) change() {
	close(h.changed)
	h.changed = make(chan struct{})
}
