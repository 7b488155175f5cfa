package load

import (
	"bytes"
	"net/netip"
)

// cancel takes an INVITE back that got a provisional response.
func (c *caller) cancel(i int32, now int64) {
	k := &c.calls[i]
	k.state, k.tries, k.since = cancelling, 0, now
	c.send(c.w.cancel(c.s.Buffer()[:0], c.leg(i), k.branch(), k.seq), c.remote)
	c.wheel.Set(i, again(now, c.reliable))
}

// withdraw takes an INVITE back because the run is to end.
func (c *caller) withdraw(i int32, now int64) {
	c.m.Withdrawn++
	c.cancel(i, now)
}

// abandon keeps a call that was given up, so that a late answer is released.
func (c *caller) abandon(i int32, now int64) {
	c.hang(&c.calls[i])
	c.calls[i].state = abandoned
	c.wheel.Set(i, now+timerB)
}

// bye hangs up.
func (c *caller) bye(i int32, now int64) {
	k := &c.calls[i]
	if k.byes == 0 {
		k.ended = now
	}
	c.hang(k)
	k.asked = 0
	c.byeOnce(i, k, now)
}

// byeOnce sends a BYE with which a transaction begins.
func (c *caller) byeOnce(i int32, k *call, now int64) {
	k.state, k.tries, k.since, k.unusable = releasing, 0, now, usable
	c.sendBye(i, k)
	c.wheel.Set(i, again(now, c.reliable))
}

func (c *caller) sendBye(i int32, k *call) {
	credentials := c.credentials(i, k, "BYE", k.remoteTarget())
	c.send(c.w.within(c.s.Buffer()[:0], "BYE", branchBye+k.byes, k.seq+1+k.byes, c.leg(i), &k.dialog, credentials), c.hop(&k.dialog))
}

// hop gives where a request of a dialog is sent: to the address that its
// route set or target names. A name needs no look-up: it stands for the
// address that answered.
func (c *caller) hop(d *dialog) netip.AddrPort { return hopOf(d.loose(), c.remote) }

// hopOf gives the address of a URI, or another where it has a name.
func hopOf(uri []byte, other netip.AddrPort) netip.AddrPort {
	if i := bytes.IndexByte(uri, ':'); i >= 0 {
		uri = uri[i+1:]
	}
	if i := bytes.IndexByte(uri, '@'); i >= 0 {
		uri = uri[i+1:]
	}
	if i := bytes.IndexAny(uri, ";?"); i >= 0 {
		uri = uri[:i]
	}
	if a, err := netip.ParseAddrPort(string(uri)); err == nil {
		return a
	}
	if a, err := netip.ParseAddr(string(bytes.Trim(uri, "[]"))); err == nil {
		return netip.AddrPortFrom(a, 5060)
	}
	return other
}

// free gives a slot back.
func (c *caller) free(i int32) {
	c.wheel.Stop(i)
	c.hang(&c.calls[i])
	if c.callsAgain(i) {
		return
	}
	c.calls[i].state = free
	c.unused = append(c.unused, i)
}

// failed counts a call that was not answered, with its final response or 0.
func (c *caller) failed(k *call, code int) {
	c.m.Codes[code]++
	if code == 0 && k.flags&rang == 0 {
		c.m.Unheard++
	}
	if code == 0 && k.flags&ringing == 0 {
		c.m.Unrung++
	}
	c.m.second(k.plan-c.start).Failed++
}

// release ends all calls, whatever they are doing, and begins no more.
func (c *caller) release(now int64) {
	c.quit, c.more = now, false
	for i := range c.calls {
		switch k := &c.calls[i]; k.state {
		case proceeding:
			c.withdraw(int32(i), now)
		case talking:
			c.bye(int32(i), now)
		}
	}
	c.dismiss(now)
}
