package script

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"ringproof/internal/network"
)

// Peer plays scripts over one UDP socket, to and from one address.
type Peer struct {
	conn   net.PacketConn
	to     netip.AddrPort
	values map[string]string // by placeholder, with its brackets
	heard  map[string]bool   // messages taken, to know their repeats
}

// NewPeer gives a peer that uses the socket, which stays the caller's to
// close. It starts with the values <local> and <remote>, both HOST:PORT, and
// <local-host>, <local-port>, <remote-host>.
func NewPeer(conn net.PacketConn, to netip.AddrPort) *Peer {
	p := &Peer{conn: conn, to: to, values: map[string]string{}, heard: map[string]bool{}}
	local := network.Addr(conn)
	p.Set("local", local.String())
	p.Set("local-host", local.Addr().String())
	p.Set("local-port", fmt.Sprint(local.Port()))
	p.Set("remote", to.String())
	p.Set("remote-host", to.Addr().String())
	return p
}

// Set gives a placeholder a value; the name has no brackets.
func (p *Peer) Set(name, value string) { p.values["<"+name+">"] = value }

// Value gives the value of a placeholder; empty where there is none.
func (p *Peer) Value(name string) string { return p.values["<"+name+">"] }

// Play plays the steps. Values are kept from one script to the next. ctx
// bounds each wait; the error is an [*Error] or, for a socket that does not
// send, the network's.
func (p *Peer) Play(ctx context.Context, s *Script) error {
	for _, st := range s.steps {
		play := p.recv
		if st.kind == "" {
			play = p.send
		}
		if err := play(ctx, s.name, st); err != nil {
			return err
		}
	}
	return nil
}

func (p *Peer) send(_ context.Context, file string, st step) error {
	msg, missing, line := fill(st.text, p.values)
	if missing != "" {
		return &Error{file, st.line + line, st.section, "a value for " + missing, "none so far"}
	}
	if _, err := network.WriteTo(p.conn, []byte(msg), p.to); err != nil {
		return fmt.Errorf("%s:%d: %s to %s: %w", file, st.line, st.section, p.to, err)
	}
	return nil
}

// recv waits for the message of a step. Exact repeats of what was taken
// before are passed over unless the step is about one.
func (p *Peer) recv(ctx context.Context, file string, st step) error {
	for {
		msg, from, err := p.read(ctx)
		if err != nil {
			return &Error{file, st.line, st.section, "a message", "none: " + err.Error()}
		}
		if from != p.to {
			return &Error{file, st.line, st.section, "a message from " + p.to.String(), "one from " + from.String() + ":" + quoted(msg)}
		}
		captured, unmet, line := match(st.text, msg, p.values)
		wrong := !is(msg, st.kind)
		switch {
		case (wrong || unmet != "") && p.heard[msg]:
			continue
		case wrong:
			return &Error{file, st.line, st.section, st.kind, quoted(msg)}
		case unmet != "":
			return &Error{file, st.line + line, st.section, fmt.Sprintf("a line like %q", unmet), quoted(msg)}
		}
		p.values, p.heard[msg] = captured, true
		return nil
	}
}

// read waits for one datagram until ctx ends.
func (p *Peer) read(ctx context.Context) (string, netip.AddrPort, error) {
	stop := context.AfterFunc(ctx, func() { p.conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	buf := make([]byte, 65535)
	n, from, err := network.ReadFrom(p.conn, buf)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return string(buf[:n]), from, err
}
