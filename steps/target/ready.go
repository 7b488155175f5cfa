// Package target starts systems under test, each by a [Starter] for its kind,
// and waits until they answer. The packages below have the kinds.
package target

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"ringproof/steps"
)

const (
	// again is how long a question may stay unanswered before it is asked once
	// more: longer than a local system takes, and less than anybody notices. A
	// later answer counts all the same.
	again = 250 * time.Millisecond
	// takenWithin is how long somebody who is there already may take to say
	// so: a slow one too, which else would be tested in place of ours.
	takenWithin = time.Second
	// Within is how long a system may take to start, if nothing is said.
	Within = 30 * time.Second
)

// ready waits until something answers OPTIONS at an address, whatever it
// says. From is where it is asked from: systems leave strangers unanswered. It
// fails when ctx ends, with its cause.
func ready(ctx context.Context, n steps.Network, from netip.Addr, at steps.Endpoint) error {
	for {
		if err := ask(ctx, n, from, at); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("nothing at %s:%s answers OPTIONS: %w", at.Transport, at.Addr, context.Cause(ctx))
		case <-time.After(again): // refused at once, it may be there soon
		}
	}
}

// taken tells whether somebody answers at an address already.
func taken(ctx context.Context, n steps.Network, from netip.Addr, at steps.Endpoint) bool {
	ctx, cancel := context.WithTimeout(ctx, takenWithin)
	defer cancel()
	return ask(ctx, n, from, at) == nil
}

// ask asks with OPTIONS (RFC 3261 §11.1), again and again over one connection,
// until something comes back, the connection fails or ctx ends.
func ask(ctx context.Context, n steps.Network, from netip.Addr, at steps.Endpoint) error {
	c, err := open(ctx, n, from, at)
	if err != nil {
		return err
	}
	defer c.Close()
	user := netip.AddrPortFrom(from, 0)
	if a, err := netip.ParseAddrPort(c.LocalAddr().String()); err == nil {
		user = a
	}
	for i := 0; ctx.Err() == nil; i++ {
		_ = c.SetDeadline(time.Now().Add(again))
		_, err = fmt.Fprintf(c, "OPTIONS sip:%[1]s SIP/2.0\r\nVia: SIP/2.0/%[2]s %[3]s;rport;branch=z9hG4bKready%[4]d\r\nMax-Forwards: 70\r\n"+
			"From: <sip:ready@%[3]s>;tag=ready\r\nTo: <sip:%[1]s>\r\nCall-ID: ready%[4]d@%[3]s\r\nCSeq: 1 OPTIONS\r\nContact: <sip:ready@%[3]s>\r\nContent-Length: 0\r\n\r\n",
			at.Addr, transport(at), user, i)
		if err != nil {
			return err
		}
		_, err = c.Read(make([]byte, 1))
		if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
	}
	return ctx.Err()
}

func transport(at steps.Endpoint) string {
	if at.Transport == "tcp" {
		return "TCP"
	}
	return "UDP"
}

// open opens a connection with the system.
func open(ctx context.Context, n steps.Network, from netip.Addr, at steps.Endpoint) (net.Conn, error) {
	local := netip.AddrPortFrom(from, 0)
	if at.Transport == "tcp" {
		ctx, cancel := context.WithTimeout(ctx, again)
		defer cancel()
		return n.Dial(ctx, local, at.Addr)
	}
	c, err := n.ListenPacket(local)
	if err != nil {
		return nil, err
	}
	return &asked{c, net.UDPAddrFromAddrPort(at.Addr)}, nil
}

// asked is a socket that speaks with one address alone.
type asked struct {
	net.PacketConn
	to net.Addr
}

func (a *asked) RemoteAddr() net.Addr { return a.to }

func (a *asked) Write(b []byte) (int, error) { return a.WriteTo(b, a.to) }

func (a *asked) Read(b []byte) (int, error) {
	for {
		n, from, err := a.ReadFrom(b)
		if err != nil || from.String() == a.to.String() {
			return n, err
		}
	}
}
