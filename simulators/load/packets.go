package load

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"

	"ringproof/internal/batch"
	"ringproof/internal/network"
)

// packets is a socket over any network, above all one in memory: the same
// engine then runs in virtual time. It costs a system call and a copy a
// datagram.
type packets struct {
	inbox
	c      net.PacketConn
	remote netip.AddrPort // received from alone, where valid

	buf     [batch.Room]byte
	refused atomic.Bool
	stats   batch.Stats // but for Received
	reading sync.WaitGroup
}

// open opens an engine's socket: TCP connections, or the kernel's datagrams,
// many a system call, or those of a network that was given.
func open(n network.Network, transport string, cfg batch.Config, clock batch.Clock) (socket, error) {
	if transport == TCP {
		return openStreams(n, cfg.Local, clock)
	}
	if n == nil {
		return batch.Open(cfg, clock)
	}
	c, err := n.ListenPacket(cfg.Local)
	if err != nil {
		return nil, err
	}
	p := &packets{inbox: inbox{clock: clock, news: make(chan struct{}, 1)}, c: c, remote: cfg.Remote}
	p.reading.Go(p.read)
	return p, nil
}

// read queues what arrives, until the socket is closed.
func (p *packets) read() {
	buf := make([]byte, batch.Room+1)
	for {
		n, from, err := network.ReadFrom(p.c, buf)
		switch {
		case network.Returned(err):
			p.refused.Store(p.refused.Load() || network.Refused(err))
			continue
		case err != nil:
			return // closed
		case p.remote.IsValid() && from != p.remote:
			continue
		}
		p.put(packet{from: from, data: append([]byte(nil), buf[:min(n, batch.Room)]...), cut: n > batch.Room})
	}
}

// Local gives the address of the socket.
func (p *packets) Local() netip.AddrPort { return network.Addr(p.c) }

// Buffer gives room for the next datagram to send.
func (p *packets) Buffer() []byte { return p.buf[:] }

// Queue sends what was written into the buffer.
func (p *packets) Queue(n int, to netip.AddrPort) {
	returned, err := network.WriteTo(p.c, p.buf[:n], to)
	if network.Refused(returned) {
		p.refused.Store(true)
	}
	if err != nil {
		p.stats.Unsent++
		p.stats.Why = err
		return
	}
	p.stats.Sent++
}

// Flush has nothing to do: Queue has sent it.
func (p *packets) Flush() {}

// Refused tells whether the port at the other end was found closed.
func (p *packets) Refused() bool { return p.refused.Load() }

// Stats gives what the socket has done so far.
func (p *packets) Stats() batch.Stats {
	st := p.stats
	st.Received = p.received
	return st
}

// Close closes the socket and waits for its reader.
func (p *packets) Close() error {
	err := p.c.Close()
	p.reading.Wait()
	return err
}
