package load

import "ringproof/internal/batch"

// atOneGo is how many batches an engine reads before it looks at its timers: a
// flood must not keep it from them.
const atOneGo = 32

// receive takes what has arrived.
func (c *caller) receive() {
	for range atOneGo {
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

// receiveBeside takes what came over the other transport. It is answered there.
func (c *caller) receiveBeside() {
	if c.beside == nil {
		return
	}
	s := c.s
	c.s = c.beside
	c.receive()
	c.s.Flush()
	c.s = s
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
	if ok1 && ok2 && kind == branchRegister && m.of == register && c.reg != nil {
		c.reg.response(m, i, gen, at)
		return
	}
	if !ok1 || !ok2 || int(i) >= len(c.calls) || !ours(m.callID, i, gen) {
		c.m.Stray++
		return
	}
	if m.of == bye && kind >= branchSecond && kind <= branchLast+1 {
		c.secondResponse(m, kind, i, gen, at)
		return
	}
	k := &c.calls[i]
	if k.gen+c.salt != gen || k.state == free || k.state == thinking {
		c.after(m, leg{slot: i, gen: gen}, at)
		return
	}
	switch {
	case m.of == invite && ofInvite(kind):
		c.inviteResponse(int32(i), k, m, kind, at)
	case m.of == cancel && ofInvite(kind):
		switch {
		case m.status < 200:
		case k.state == cancelling: // the INVITE's own end is still to come
			c.wheel.Set(int32(i), k.since+timerB)
		case k.state == calling || k.state == proceeding: // nobody has cancelled it
			c.waste(k, ofAnotherMethod)
		}
	case m.of == bye && kind >= branchBye && kind <= branchBye+mostByes:
		c.byeResponse(int32(i), k, m, kind, at)
	case ofInvite(kind) && m.status >= 200 && m.status < 300:
		c.waste(k, ofAnotherMethod)
	default:
		c.m.Stray++
	}
}

func ofInvite(kind byte) bool { return kind >= branchInvite && kind <= branchInvite+mostAsked }

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
			c.ackRefusal(c.leg(i), kind, m)
		}
		return
	}
	if why := echoes(m, uint32(k.seq)); why != usable {
		switch {
		case m.status < 200:
			c.m.Stray++
			return
		case m.status >= 300: // the transaction is the same: else it would come again
			c.ackRefusal(c.leg(i), kind, m)
		}
		c.waste(k, why)
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
		c.requested(k, at)
	}
	if m.status >= 180 && k.flags&ringing == 0 {
		k.flags |= ringing
		c.m.Ringing++
		c.disposed(k, at)
	}
	if c.quit != 0 {
		c.withdraw(i, at)
	}
}

// requested counts the session request delay of a call (RFC 6076 §4.3.1).
func (c *caller) requested(k *call, at int64) {
	add(c.m.SRD, at-k.plan)
	s := c.m.second(k.plan - c.start)
	s.srd = s.srd.add(at - k.plan)
}

// disposed counts the post-dial delay of a call: to the ringing or, where it
// did not ring, to the answer (ITU-T E.721 §2.2, as RFC 6076 §4.3.1 has it).
func (c *caller) disposed(k *call, at int64) {
	add(c.m.PDD, at-k.plan)
	s := c.m.second(k.plan - c.start)
	s.pdd = s.pdd.add(at - k.plan)
}

func (c *caller) answer(i int32, k *call, m *message, at int64) {
	switch k.state {
	case talking, releasing, deferred: // again, or of another branch of a fork
		c.ackStray(m, c.leg(i))
		if !c.forked(m, c.leg(i), at) {
			c.m.Repeated++
		}
		return
	case cancelling, abandoned: // it crossed the CANCEL, or came too late
		c.m.Late++
		if !k.keep(m) {
			c.m.Stray++
			return
		}
		c.remember(c.leg(i), m)
		c.ackAnswer(i, k)
		c.bye(i, at)
		return
	}
	if !k.keep(m) {
		c.waste(k, unacknowledged(m))
		return
	}
	if !c.sends(&k.dialog) {
		c.waste(k, outOfReach)
		return
	}
	k.unusable = usable // whatever came before
	if k.flags&rang == 0 {
		c.requested(k, at)
	}
	if k.flags&ringing == 0 {
		c.m.Silent++
		c.disposed(k, at)
	}
	k.flags |= answered
	k.began = at
	c.remember(c.leg(i), m)
	c.m.Answered++
	if f := c.flow(k); f != nil {
		f.Answered++
	}
	c.m.Codes[m.status]++
	c.m.second(k.plan-c.start).Answered++
	add(c.m.Answer, at-k.plan)
	if !describes(m.body) {
		k.flags |= undescribed
		c.unfinished(k)
	}
	c.ackAnswer(i, k)
	c.talk(k, m.body)
	now := c.s.Now()
	hold := c.holds(k)
	if hold == 0 || c.quit != 0 {
		c.bye(i, now)
		return
	}
	k.state = talking
	c.wheel.Set(i, now+hold)
}

func (c *caller) refusal(i int32, k *call, m *message, kind byte, at int64) {
	c.ackRefusal(c.leg(i), kind, m)
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
// acknowledged again, and a phone that answers only now is released.
func (c *caller) after(m *message, l leg, at int64) {
	if m.of != invite {
		c.m.Repeated++
		return
	}
	again := true
	switch { // which number it called is no longer known here: the response says it
	case m.status >= 300:
		c.send(appendAckOf(c.s.Buffer()[:0], m, nil), c.remote)
	case m.status >= 200 && m.contact != nil:
		var d dialog
		if d.keep(m) {
			c.send(appendAckOf(c.s.Buffer()[:0], m, &d), c.hop(&d))
			again = !c.forked(m, l, at)
		}
	}
	if again {
		c.m.Repeated++
	}
}

func (c *caller) byeResponse(i int32, k *call, m *message, kind byte, at int64) {
	if m.status < 200 {
		return
	}
	if k.state != releasing || kind != branchBye+k.byes {
		c.m.Repeated++
		return
	}
	if why := echoes(m, uint32(k.seq+1+k.byes)); why != usable {
		c.m.Stray++
		k.unusable = why
		return
	}
	wait, later := m.putsOff()
	switch {
	case m.status < 300:
		add(c.m.SDD, at-k.ended) // RFC 6076 §4.4
		c.completed(k, k.ended)
	case k.byes < mostByes && c.answers(k, m):
		k.byes++
		c.byeOnce(i, k, at)
		return
	case later && k.byes < mostByes:
		k.state = deferred
		c.wheel.Set(i, at+wait)
		return
	default:
		c.m.ByeRefused++
		c.unfinished(k)
	}
	c.free(i)
}
