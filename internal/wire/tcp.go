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
		p.adopt(c)
	}
}

// adopt reads a connection and keeps it for sending to its far end
// (RFC 3261 §18: connections are shared by both directions).
func (p *Port) adopt(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		c.Close()
		return false
	}
	p.conns[network.AddrPort(c.RemoteAddr())] = c
	p.loops.Go(func() { p.readTCP(c) })
	return true
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
	if !p.adopt(c) {
		return nil, net.ErrClosed
	}
	return c, nil
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
		b, err := readMessage(r)
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

// readMessage cuts one message out of a stream by its Content-Length
// (RFC 3261 §18.3), skipping line ends before the start line (§7.5).
func readMessage(r *bufio.Reader) ([]byte, error) {
	var head bytes.Buffer
	length := 0
	for {
		line, err := r.ReadSlice('\n')
		head.Write(line)
		if err != nil {
			if errors.Is(err, bufio.ErrBufferFull) && head.Len() < maxStreamMessage {
				continue
			}
			return nil, err
		}
		if head.Len() > maxStreamMessage {
			return nil, &Violation{3261, "18.3", "a header section below 1 MiB", "more"}
		}
		text := strings.TrimRight(string(line), "\r\n")
		if text == "" {
			if len(bytes.TrimSpace(head.Bytes())) == 0 {
				head.Reset()
				continue
			}
			break
		}
		if length, err = contentLength(text, length); err != nil {
			return nil, err
		}
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(r, body); err != nil {
		return nil, err
	}
	return append(head.Bytes(), body...), nil
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
