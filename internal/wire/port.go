package wire

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"ringproof/internal/network"
)

// Config says how a [Port] is opened.
type Config struct {
	Network network.Network
	// Addr is the address to bind; port 0 takes a free one.
	Addr netip.AddrPort
	// Transports to listen on; none means UDP alone.
	Transports []Transport
	// Receive gets every well-formed message, in wire order for each socket
	// or connection. It must not block.
	Receive func(*Message)
	// Malformed gets what broke a rule; Message.Request is set where a 400
	// can be sent. Nil drops it.
	Malformed func(*Message, error)
	// Refused is told of addresses that say nobody listens (ICMP), as far as
	// the system names them. Nil ignores it.
	Refused func(error)
	// Tap sees the bytes of both directions. Nil taps nothing.
	Tap func(Packet)
	Log *slog.Logger
}

// Port is one SIP address of ours.
type Port struct {
	cfg  Config
	addr netip.AddrPort
	udp  net.PacketConn
	tcp  net.Listener

	mu     sync.Mutex // guards conns and closed
	conns  map[netip.AddrPort]net.Conn
	closed bool
	loops  sync.WaitGroup
}

// maxDatagram is the largest UDP payload over IPv4 (RFC 768, RFC 791).
const maxDatagram = 65507

// Listen opens the sockets and starts their read loops. Close ends them.
func Listen(cfg Config) (*Port, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if len(cfg.Transports) == 0 {
		cfg.Transports = []Transport{UDP}
	}
	p := &Port{cfg: cfg, addr: cfg.Addr, conns: map[netip.AddrPort]net.Conn{}}
	for try := 1; ; try++ {
		taken, err := p.openAll()
		if err == nil {
			break
		}
		p.unbind()
		if !taken || try == mostTries {
			return nil, err
		}
	}
	if p.udp != nil {
		p.loops.Go(p.readUDP)
	}
	if p.tcp != nil {
		p.loops.Go(p.accept)
	}
	return p, nil
}

// mostTries is how many free ports are tried for one that all transports can
// have: which is free is asked for the first alone, and a connection may have
// the port that the second then needs.
const mostTries = 10

// openAll binds all transports. Taken tells of an error that another free port
// may not give.
func (p *Port) openAll() (taken bool, err error) {
	p.addr = p.cfg.Addr
	for i, t := range p.cfg.Transports {
		if err := p.open(t); err != nil {
			return i > 0 && p.cfg.Addr.Port() == 0, err
		}
	}
	return false, nil
}

// unbind closes the sockets that listen.
func (p *Port) unbind() {
	if p.udp != nil {
		p.udp.Close()
	}
	if p.tcp != nil {
		p.tcp.Close()
	}
}

// open binds one transport; the second one takes the port that the first got.
func (p *Port) open(t Transport) (err error) {
	switch t {
	case UDP:
		if p.udp, err = p.cfg.Network.ListenPacket(p.addr); err != nil {
			return err
		}
		p.addr = network.Addr(p.udp)
	case TCP:
		if p.tcp, err = p.cfg.Network.Listen(p.addr); err != nil {
			return err
		}
		p.addr = network.AddrPort(p.tcp.Addr())
	default:
		return fmt.Errorf("listen: no transport %q", t)
	}
	return nil
}

// Addr gives the address with its real port.
func (p *Port) Addr() netip.AddrPort { return p.addr }

// Send sends the bytes of one message.
func (p *Port) Send(b []byte, to Hop) error {
	if to.Transport == TCP {
		return p.sendTCP(b, to.Addr)
	}
	if p.udp == nil {
		return fmt.Errorf("send to %s: no UDP socket at %s", to, p.addr)
	}
	p.tap(true, UDP, p.addr, to.Addr, b)
	returned, err := network.WriteTo(p.udp, b, to.Addr)
	p.returned(returned)
	if err != nil {
		return fmt.Errorf("send to %s: %w", to, err)
	}
	return nil
}

// Close closes all sockets and waits for their loops.
func (p *Port) Close() {
	p.mu.Lock()
	p.closed = true
	for _, c := range p.conns {
		c.Close()
	}
	p.mu.Unlock()
	p.unbind()
	p.loops.Wait()
}

func (p *Port) readUDP() {
	buf := make([]byte, maxDatagram)
	for {
		n, from, err := network.ReadFrom(p.udp, buf)
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case network.Returned(err):
			p.returned(err)
			continue
		case err != nil:
			p.cfg.Log.Error("udp read", "local", p.addr, "err", err)
			return
		}
		p.deliver(UDP, p.addr, from, buf[:n])
	}
}

// deliver taps, parses and hands on one message's bytes.
func (p *Port) deliver(t Transport, local, from netip.AddrPort, b []byte) {
	if isKeepAlive(b) {
		return
	}
	b = append([]byte(nil), b...)
	at := p.tap(false, t, local, from, b)
	m := &Message{Packet: Packet{At: at, Transport: t, Local: local, Remote: from, Bytes: b}}
	var err error
	m.Request, m.Response, err = Parse(b)
	if m.Request != nil {
		stampVia(m.Request, m.From())
	}
	if err != nil {
		p.cfg.Log.Warn("malformed message", "from", m.From().String())
		p.cfg.Log.Debug("malformed message", "err", err) // may quote what came
		if p.cfg.Malformed != nil {
			p.cfg.Malformed(m, err)
		}
		return
	}
	p.cfg.Receive(m)
}

// isKeepAlive recognises the CRLF keep-alives of RFC 5626 §3.5.1 and the
// lone bytes that some phones send to keep a NAT open.
func isKeepAlive(b []byte) bool {
	for _, c := range b {
		if c != '\r' && c != '\n' && c != 0 {
			return false
		}
	}
	return true
}

func (p *Port) tap(sent bool, t Transport, local, remote netip.AddrPort, b []byte) time.Time {
	at := time.Now()
	if p.cfg.Tap != nil {
		p.cfg.Tap(Packet{At: at, Sent: sent, Transport: t, Local: local, Remote: remote, Bytes: b})
	}
	return at
}

// returned takes what ICMP says of an earlier packet.
func (p *Port) returned(err error) {
	if p.cfg.Refused != nil && network.Refused(err) {
		p.cfg.Refused(err)
	}
}
