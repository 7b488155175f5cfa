package load

import (
	"net/netip"
	"slices"
)

// lostBy gives the addresses whose connections a socket has lost since it was
// asked last; none where it has no connections.
func lostBy(s socket) []netip.AddrPort {
	if s, ok := s.(interface{ Lost() []netip.AddrPort }); ok {
		return s.Lost()
	}
	return nil
}

// disconnected ends what waited for a response over a connection that was
// lost (RFC 3261 §17.1.4): of INVITEs that to the system under test, of BYEs
// that to where the dialog has them sent.
func (c *caller) disconnected(now int64) {
	gone := lostBy(c.s)
	if len(gone) == 0 {
		return
	}
	first := slices.Contains(gone, c.remote)
	if c.reg != nil && first {
		c.reg.disconnected(now)
	}
	for i := range c.calls {
		switch k := &c.calls[i]; k.state {
		case calling, proceeding:
			if first {
				c.m.Disconnected++
				c.failed(k, 0)
				c.abandon(int32(i), now)
			}
		case cancelling:
			if first {
				c.free(int32(i))
			}
		case releasing:
			if slices.Contains(gone, c.hop(&k.dialog)) {
				c.m.Disconnected++
				c.unreleased(k, now)
				c.free(int32(i))
			}
		}
	}
	c.second = slices.DeleteFunc(c.second, func(s second) bool {
		over := slices.Contains(gone, s.to)
		if over {
			c.m.ByeTimedOut++
		}
		return over
	})
}

// unreleased counts a call whose BYE came to nothing.
func (c *caller) unreleased(k *call, now int64) {
	c.unfinished(k)
	if k.flags&answered != 0 {
		c.m.FailedSDT.add(now - k.began)
	}
}

// cut counts the calls that have not ended when the run does: those that were
// given up before have been counted.
func (c *caller) cut() {
	if c.reg != nil {
		c.m.Cut = uint64(c.active())
		return
	}
	for i := range c.calls {
		switch k := &c.calls[i]; k.state {
		case free, thinking, abandoned:
		case calling, proceeding:
			c.m.Cut++
			c.m.second(k.plan-c.start).Failed++
		default:
			c.m.Cut++
			c.unfinished(k)
		}
	}
}
