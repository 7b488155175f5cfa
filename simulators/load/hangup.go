package load

// bye hangs up.
func (c *crowd) bye(i int32, now int64) {
	g := &c.guests[i]
	g.asked = 0
	c.byeOnce(i, g, now)
}

// byeOnce sends a BYE with which a transaction begins.
func (c *crowd) byeOnce(i int32, g *guest, now int64) {
	g.stand, g.since, g.tries = leaving, now, 0
	c.sendBye(i)
	c.wheel.Set(i, again(now, c.reliable))
}

// sendBye writes a BYE from the answer that we gave: what was To is From, and
// Record-Route is the route set as it stands (RFC 3261 §12.1.1).
func (c *crowd) sendBye(i int32) {
	g, m := &c.guests[i], &c.scanned
	if scan(g.response(), m) != nil {
		return // it was ours: it can be read
	}
	target := g.memory[:g.target]
	next := target
	if m.routes > 0 {
		next = uriOf(m.route[0])
	}
	l := leg{slot: uint32(i), gen: g.gen}
	b := append(append(append(c.s.Buffer()[:0], "BYE "...), target...), " SIP/2.0\r\n"...)
	b = append(l.append(append(append(b, c.via...), branchBye+g.byes)), "\r\n"...)
	for _, v := range m.route[:m.routes] {
		b = append(append(append(b, "Route: "...), v...), "\r\n"...)
	}
	b = append(append(append(b, "From: "...), m.to...), "\r\nTo: "...)
	b = append(append(append(b, m.from...), "\r\nCall-ID: "...), m.callID...)
	b = append(append(b, "\r\nCSeq: "...), '1'+g.byes)
	b = append(append(b, " BYE\r\nMax-Forwards: 70\r\n"...), c.credentials(i, g)...)
	c.send(append(b, empty...), hopOf(next, g.from))
}

// credentials gives those of a BYE, nil if none were asked for.
func (c *crowd) credentials(i int32, g *guest) []byte {
	if g.asked == 0 {
		return nil
	}
	a := c.reg.auth
	cnonce := append(c.tag(i), '0'+g.byes)
	a.scratch, _ = a.credentials(a.scratch[:0], g.memory[g.end:], g.proof, *a.account(uint64(g.account)), "BYE", g.memory[:g.target], cnonce) // it was read before
	return a.scratch
}

// response takes the answer to a BYE of ours, or to a REGISTER.
func (c *crowd) response(m *message, at int64) {
	b := param(first(m.via[0]), "branch")
	if len(b) != len(cookie)+17 || m.status < 200 && m.of != register {
		return
	}
	kind := b[len(cookie)]
	if kind == branchRegister && m.of == register && c.reg != nil {
		slot, ok1 := parseHex(b[len(cookie)+1:])
		gen, ok2 := parseHex(b[len(cookie)+9:])
		if ok1 && ok2 {
			c.reg.response(m, slot, gen, at)
		}
		return
	}
	i, g := c.find(b[len(cookie)+1:])
	if g == nil || m.of != bye || g.stand != leaving || kind != branchBye+g.byes {
		return
	}
	wait, later := m.putsOff()
	switch {
	case m.status < 300:
		c.host.HungUp++
	case g.byes < mostByes && g.account >= 0 && g.accept(m, c.reg.auth.account(uint64(g.account))):
		g.memory = append(g.memory[:g.end], m.auth...)
		g.byes++
		c.byeOnce(i, g, at)
		return
	case later && g.byes < mostByes:
		g.stand = putOff
		c.wheel.Set(i, at+wait)
		return
	default:
		c.host.Lost++
	}
	c.leave(i)
}

// leave forgets a call.
func (c *crowd) leave(i int32) {
	g := &c.guests[i]
	c.wheel.Stop(i)
	c.silence(g)
	c.giveBack(g)
	delete(c.calls, g.key)
	if g.stand == muted {
		c.host.Ignored--
	}
	g.stand = away
	c.host.Open--
	if c.open.Add(-1) == 0 {
		select {
		case c.empty <- struct{}{}:
		default:
		}
	}
	c.unused = append(c.unused, i)
}

// giveBack lets another guest have the memory of one.
func (c *crowd) giveBack(g *guest) {
	if g.memory != nil {
		c.spare, g.memory, g.target, g.end = append(c.spare, g.memory), nil, 0, 0
	}
}
