package load

import "net/netip"

// request answers what the other side asks of a call.
func (c *caller) request(m *message, from netip.AddrPort, at int64) {
	if m.method == ack {
		return // of an answer to its re-INVITE
	}
	if m.method == options {
		c.reply(m, "200 OK", from)
		return
	}
	slot, k, over := c.named(m.callID)
	if m.method == bye && c.byeOfAnother(m, slot, k, over, from) {
		return
	}
	if over && m.method == bye { // its response was lost, or it crossed ours
		c.m.Repeated++
		c.reply(m, "200 OK", from)
		return
	}
	if k == nil || !k.within(m) {
		c.m.Stray++
		c.reply(m, "481 Call/Transaction Does Not Exist", from)
		return
	}
	switch m.method {
	case bye:
		c.reply(m, "200 OK", from)
		if k.state == talking || k.state == releasing || k.state == deferred {
			c.m.ByPeer++
			if k.state == talking {
				k.flags |= cutOff
			}
			if c.held && k.state == talking {
				c.m.Early++
				c.unfinished(k)
			} else {
				c.completed(k, at)
			}
			c.free(slot)
		}
	case invite, update:
		c.m.Requests++
		c.talk(k, m.body) // it may have moved
		c.replyWith(m, "200 OK", c.body(k), from)
	case cancel, register, otherMethod:
		c.reply(m, "501 Not Implemented", from)
	default:
		c.m.Requests++
		c.reply(m, "200 OK", from)
	}
}

// named gives the call that a Call-ID of ours names, or tells that it is over.
func (c *caller) named(id []byte) (i int32, k *call, over bool) {
	slot, ok1 := parseHex(id)
	if !ok1 || int(slot) >= len(c.calls) || len(id) < 17 || id[16] != '@' {
		return 0, nil, false
	}
	gen, ok2 := parseHex(id[8:])
	gen -= c.salt
	k = &c.calls[slot]
	switch {
	case !ok2 || gen == 0 || gen > k.gen:
		return 0, nil, false
	case gen < k.gen || k.state == free || k.state == thinking:
		return 0, nil, true
	}
	return int32(slot), k, false
}

func (c *caller) reply(m *message, status string, from netip.AddrPort) {
	c.replyWith(m, status, empty, from)
}

func (c *caller) replyWith(m *message, status, rest string, from netip.AddrPort) {
	c.send(reply(c.s.Buffer()[:0], m, status, "", c.w.contact, rest), from)
}
