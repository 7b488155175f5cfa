package load

import (
	"net"
	"net/netip"
)

// reach knows to which addresses something can be sent: a system may name any in
// Contact and Record-Route, and what cannot be sent there is no fault of this
// machine.
type reach struct {
	local netip.Addr
	asks  bool // the kernel's network, which has routes
	known map[netip.AddrPort]bool
}

// mostKnown bounds what is kept of what others name.
const mostKnown = 4_096

// open tells whether the kernel would send to an address. It sends nothing.
func (r *reach) open(to netip.AddrPort) bool {
	if to.Port() == 0 || to.Addr().Unmap().Is4() != r.local.Unmap().Is4() {
		return false
	}
	if !r.asks {
		return true
	}
	ok, known := r.known[to]
	if known || len(r.known) >= mostKnown {
		return ok || !known
	}
	c, err := net.DialUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(r.local, 0)), net.UDPAddrFromAddrPort(to))
	if err == nil {
		c.Close()
	}
	r.known[to] = err == nil
	return err == nil
}

// sends tells whether requests of a dialog can be sent where it says.
func (c *caller) sends(d *dialog) bool {
	to := c.hop(d)
	return to == c.remote || c.reliable || c.reach.open(to)
}
