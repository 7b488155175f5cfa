package wire

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"ringproof/internal/network"
)

const (
	// dialWithin bounds the opening of a TCP connection: within it a SYN is
	// sent three times (RFC 6298 §5.7: 1 s, then doubling).
	dialWithin = 4 * time.Second
	// writeWithin bounds a write into a full send buffer.
	writeWithin = 4 * time.Second
	// maxStreamMessage bounds one message on a stream.
	maxStreamMessage = 1 << 20
)

func (p *Port) accept() {
	for {
		c, err := p.tcp.Accept()
		if err != nil {
			return
		}
		if _, err := p.adopt(c, false); err != nil {
			return
		}
	}
}

// adopt reads a connection and keeps it for sending to its far end
// (RFC 3261 §18: connections are shared by both directions), and gives what is
// kept: one that is dialled twice at the same time is kept once.
func (p *Port) adopt(c net.Conn, dialled bool) (net.Conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		c.Close()
		return nil, net.ErrClosed
	}
	remote := network.AddrPort(c.RemoteAddr())
	if kept := p.conns[remote]; kept != nil {
		if dialled {
			c.Close()
			return kept, nil
		}
		kept.Close() // the far end has forgotten it
	}
	p.conns[remote] = c
	p.loops.Go(func() { p.readTCP(c) })
	return c, nil
}

// Connect makes sure that sending to the hop will not have to open a
// connection first. For UDP there is nothing to do.
func (p *Port) Connect(to Hop) error {
	if !to.Transport.Reliable() {
		return nil
	}
	_, err := p.connection(to.Addr)
	return err
}

func (p *Port) connection(to netip.AddrPort) (net.Conn, error) {
	p.mu.Lock()
	c := p.conns[to]
	p.mu.Unlock()
	if c != nil {
		return c, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), dialWithin)
	defer cancel()
	c, err := p.cfg.Network.Dial(ctx, netip.AddrPortFrom(p.addr.Addr(), 0), to)
	if err != nil {
		return nil, fmt.Errorf("connect to tcp:%s: %w", to, err)
	}
	return p.adopt(c, true)
}

func (p *Port) sendTCP(b []byte, to netip.AddrPort) error {
	c, err := p.connection(to)
	if err != nil {
		return err
	}
	p.tap(true, TCP, network.Addr(c), to, b)
	if err := c.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return fmt.Errorf("send to tcp:%s: %w", to, err)
	}
	if _, err := c.Write(b); err != nil {
		p.drop(c)
		return fmt.Errorf("send to tcp:%s: %w", to, err)
	}
	return nil
}

func (p *Port) readTCP(c net.Conn) {
	defer p.drop(c)
	local, remote := network.Addr(c), network.AddrPort(c.RemoteAddr())
	r := bufio.NewReader(c)
	for {
		b, err := ReadMessage(r)
		if err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) && !errors.Is(err, io.ErrClosedPipe) {
				p.cfg.Log.Warn("tcp read", "from", remote, "err", err)
			}
			return
		}
		p.deliver(TCP, local, remote, b)
	}
}

func (p *Port) drop(c net.Conn) {
	c.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	if a := network.AddrPort(c.RemoteAddr()); p.conns[a] == c {
		delete(p.conns, a)
	}
}

// ReadMessage cuts one message out of a stream by its Content-Length
// (RFC 3261 §18.3), skipping line ends before the start line (§7.5).
func ReadMessage(r *bufio.Reader) ([]byte, error) {
	var head, field []byte // field is the last one, unfolded (§7.3.1)
	length := 0
	for {
		line, err := readLine(r, maxStreamMessage-len(head))
		if err != nil {
			return nil, err
		}
		text := bytes.TrimRight(line, "\r\n")
		if len(head) == 0 && len(text) == 0 {
			continue
		}
		head = append(head, line...)
		if len(text) > 0 && (text[0] == ' ' || text[0] == '\t') {
			field = append(field, text...)
			continue
		}
		if length, err = contentLength(string(field), length); err != nil {
			return nil, err
		}
		if len(text) == 0 {
			break
		}
		field = text
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(r, body); err != nil {
		return nil, err
	}
	return append(head, body...), nil
}

// readLine reads up to and with the next LF.
func readLine(r *bufio.Reader, limit int) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > limit {
			return nil, &Violation{3261, "18.3", "a header section below 1 MiB", "more"}
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

func contentLength(line string, before int) (int, error) {
	name, value, _ := strings.Cut(line, ":")
	name = strings.TrimSpace(name)
	if !strings.EqualFold(name, "Content-Length") && !strings.EqualFold(name, "l") {
		return before, nil
	}
	n, err := strconv.Atoi(strings.TrimSpace(value))
	if err != nil || n < 0 || n > maxStreamMessage {
		return 0, &Violation{3261, "20.14", "a Content-Length below 1 MiB", strings.TrimSpace(value)}
	}
	return n, nil
}
