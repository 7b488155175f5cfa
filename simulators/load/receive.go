package load

import (
	"net/netip"

	"ringproof/internal/batch"
)

// receive takes all that has arrived.
func (c *caller) receive() {
	for {
		n, err := c.s.Receive()
		if err != nil {
			c.refused = true
			return
		}
		for i := range n {
			c.take(i)
		}
		if n < batch.Size {
			return
		}
	}
}

func (c *caller) take(i int) {
	d := c.s.Message(i)
	m := &c.scanned
	if d.Cut || scan(d.Data, m) != nil {
		if len(trim(d.Data)) > 0 { // else it keeps a NAT open (RFC 5626 §4.4.1)
			c.m.Broken++
		}
		return
	}
	if m.status == 0 {
		c.request(m, c.s.From(i), d.At)
		return
	}
	c.response(m, d.At)
}

// response takes a response to the call that its branch names (RFC 3261
// §17.1.3). All that a wrong one could do is to be counted.
func (c *caller) response(m *message, at int64) {
	b := param(first(m.via[0]), "branch")
	if len(b) != len(cookie)+17 {
		c.m.Stray++
		return
	}
	kind := b[len(cookie)]
	i, ok1 := parseHex(b[len(cookie)+1:])
	gen, ok2 := parseHex(b[len(cookie)+9:])
	if !ok1 || !ok2 || int(i) >= len(c.calls) || !ours(m.callID, i, gen) {
		c.m.Stray++
		return
	}
	k := &c.calls[i]
	if k.gen != gen || k.state == free {
		c.after(m, leg{i, gen, k.n}, kind)
		return
	}
	switch {
	case m.of == invite && (kind == branchInvite || kind == branchAgain):
		c.inviteResponse(int32(i), k, m, kind, at)
	case m.of == cancel && (kind == branchInvite || kind == branchAgain):
		if k.state == cancelling && m.status >= 200 { // the INVITE's own end is still to come
			c.wheel.Set(int32(i), k.since+timerB)
		}
	case m.of == bye && kind == branchBye:
		c.byeResponse(int32(i), k, m, at)
	default:
		c.m.Stray++
	}
}

// ours tells whether a Call-ID is the one of a leg.
func ours(id []byte, slot, gen uint32) bool {
	a, ok1 := parseHex(id)
	if !ok1 || a != slot || len(id) < 17 || id[16] != '@' {
		return false
	}
	g, ok2 := parseHex(id[8:])
	return ok2 && g == gen
}

func (c *caller) inviteResponse(i int32, k *call, m *message, kind byte, at int64) {
	if kind != k.branch() { // of the INVITE before the one with credentials
		c.m.Repeated++
		if m.status >= 300 {
			c.ackRefusal(leg{uint32(i), k.gen, k.n}, kind, m)
		}
		return
	}
	switch {
	case m.status < 200:
		c.provisional(i, k, m, at)
	case m.status < 300:
		c.answer(i, k, m, at)
	default:
		c.refusal(i, k, m, kind, at)
	}
}

func (c *caller) provisional(i int32, k *call, m *message, at int64) {
	if k.state != calling && k.state != proceeding {
		return
	}
	if k.state == calling {
		k.state = proceeding
		c.wheel.Set(i, k.since+timerB) // the establishment threshold, RFC 7501 §3.3.2
	}
	if m.status > 100 && k.flags&rang == 0 { // RFC 6076 §4.3.1
		k.flags |= rang
		add(c.m.SRD, at-k.plan)
	}
	if m.status >= 180 && k.flags&ringing == 0 {
		k.flags |= ringing
		c.m.Ringing++
		add(c.m.PDD, at-k.plan)
	}
	if c.quit != 0 {
		c.cancel(i, at)
	}
}

func (c *caller) answer(i int32, k *call, m *message, at int64) {
	switch k.state {
	case talking, releasing: // again, or of another branch of a fork
		c.m.Repeated++
		c.ackStray(m, leg{uint32(i), k.gen, k.n})
		return
	case cancelling, abandoned: // it crossed the CANCEL, or came too late
		c.m.Late++
		if !k.keep(m) {
			c.m.Stray++
			return
		}
		c.ackAnswer(i, k)
		c.bye(i, at)
		return
	}
	if !k.keep(m) { // nobody can acknowledge that
		c.m.Stray++
		return
	}
	if k.flags&rang == 0 {
		add(c.m.SRD, at-k.plan)
	}
	if k.flags&ringing == 0 {
		c.m.Silent++
	}
	k.flags |= answered
	c.m.Answered++
	c.m.Codes[m.status]++
	c.m.second(k.plan-c.start).Answered++
	add(c.m.Answer, at-k.plan)
	c.ackAnswer(i, k)
	now := c.s.Now()
	hold := int64(c.hold(c.rnd))
	if hold == 0 || c.quit != 0 {
		c.bye(i, now)
		return
	}
	k.state = talking
	c.wheel.Set(i, now+hold)
}

func (c *caller) ackAnswer(i int32, k *call) {
	c.send(c.w.within(c.s.Buffer()[:0], "ACK", branchAck, k.seq, c.leg(i), &k.dialog), c.hop(&k.dialog))
}

// ackStray acknowledges a 2xx from what it says itself.
func (c *caller) ackStray(m *message, l leg) {
	var d dialog
	if d.keep(m) && m.number < 10 {
		c.send(c.w.within(c.s.Buffer()[:0], "ACK", branchAck, uint8(m.number), l, &d), c.hop(&d))
	}
}

func (c *caller) ackRefusal(l leg, kind byte, m *message) {
	if m.number < 10 {
		c.send(c.w.ackRefusal(c.s.Buffer()[:0], l, kind, uint8(m.number), tagOf(m.to)), c.remote)
	}
}

func (c *caller) refusal(i int32, k *call, m *message, kind byte, at int64) {
	c.ackRefusal(leg{uint32(i), k.gen, k.n}, kind, m)
	switch k.state {
	case calling, proceeding:
	case cancelling, abandoned:
		c.free(i)
		return
	default:
		c.m.Stray++
		return
	}
	if c.again(i, k, m, at) {
		return
	}
	c.m.Refused++
	if m.status < 400 {
		c.m.Redirect++
	}
	if k.flags&rang == 0 {
		add(c.m.FailedSRD, at-k.plan)
	}
	c.failed(k, m.status)
	c.free(i)
}

// after takes a response to a call that is over: its final responses are
// acknowledged again.
func (c *caller) after(m *message, l leg, kind byte) {
	c.m.Repeated++
	if m.of != invite {
		return
	}
	// Which number it called is no longer known here: the response says it.
	l.n = 0
	switch {
	case m.status >= 300:
		c.send(appendAckOf(c.s.Buffer()[:0], m, nil), c.remote)
	case m.status >= 200 && m.contact != nil:
		var d dialog
		if d.keep(m) {
			c.send(appendAckOf(c.s.Buffer()[:0], m, &d), c.hop(&d))
		}
	}
}

// appendAckOf writes an ACK from a response alone.
func appendAckOf(b []byte, m *message, d *dialog) []byte {
	uri := uriOf(m.to)
	if d != nil {
		uri = d.remoteTarget()
	}
	b = append(append(append(b, "ACK "...), uri...), " SIP/2.0\r\nVia: "...)
	b = append(append(b, first(m.via[0])...), "\r\n"...)
	if d != nil {
		b = append(b, d.routes()...)
	}
	b = append(append(append(b, "From: "...), m.from...), "\r\nTo: "...)
	b = append(append(append(b, m.to...), "\r\nCall-ID: "...), m.callID...)
	b = append(b, "\r\nCSeq: "...)
	for _, c := range m.cseq {
		if !digit(c) {
			break
		}
		b = append(b, c)
	}
	return append(append(b, " ACK\r\nMax-Forwards: 70\r\n"...), empty...)
}

func (c *caller) byeResponse(i int32, k *call, m *message, at int64) {
	if m.status < 200 {
		return
	}
	if k.state != releasing {
		c.m.Repeated++
		return
	}
	if m.status < 300 {
		add(c.m.SDD, at-k.since)
		if k.flags&answered != 0 {
			c.m.Completed++
		}
	} else {
		c.m.ByeRefused++
	}
	c.free(i)
}

// request answers what the other side asks of a call.
func (c *caller) request(m *message, from netip.AddrPort, at int64) {
	if m.method == ack {
		return // of an answer to its re-INVITE
	}
	if m.method == options {
		c.reply(m, "200 OK", from)
		return
	}
	slot, ok1 := parseHex(m.callID)
	if !ok1 || int(slot) >= len(c.calls) || !ours(m.callID, slot, c.calls[slot].gen) || c.calls[slot].state == free {
		c.m.Stray++
		c.reply(m, "481 Call/Transaction Does Not Exist", from)
		return
	}
	k := &c.calls[slot]
	switch m.method {
	case bye:
		c.reply(m, "200 OK", from)
		if k.state == talking || k.state == releasing {
			c.m.ByPeer++
			if k.flags&answered != 0 {
				c.m.Completed++
			}
			c.free(int32(slot))
		}
	case invite, update:
		c.m.Requests++
		c.replyWith(m, "200 OK", c.w.length+c.w.body, from)
	case cancel, register, otherMethod:
		c.reply(m, "501 Not Implemented", from)
	default:
		c.m.Requests++
		c.reply(m, "200 OK", from)
	}
}

func (c *caller) reply(m *message, status string, from netip.AddrPort) {
	c.replyWith(m, status, empty, from)
}

func (c *caller) replyWith(m *message, status, rest string, from netip.AddrPort) {
	c.send(reply(c.s.Buffer()[:0], m, status, "", c.w.contact, rest), from)
}
