package load

import (
	"bytes"
	"net/netip"
	"slices"
	"strconv"
)

// A call that a proxy sends to several phones may be answered by more than one.
// Each answer makes a dialog: the first is the call, and the others are
// acknowledged and released (RFC 3261 §13.2.2.4). They may come when the call
// is over and another one has its slot.

// party is who answered one of the last calls. Another call may take its place:
// then an answer that comes again is acknowledged, and no more.
type party struct {
	call        uint64 // slot and gen
	n           uint64 // which call of the run
	first, last uint32 // hashes of the To tags of the first to answer, and of the last after it
	others      uint8
}

// parties is how many are remembered, as a power of 2.
const parties = 14

func (c *caller) party(l leg) (p *party, call uint64) {
	call = uint64(l.slot)<<32 | uint64(l.gen)
	return &c.parties[call*0x9e3779b97f4a7c15>>(64-parties)], call // Fibonacci hashing
}

// remember keeps in mind who answered a call.
func (c *caller) remember(l leg, m *message) {
	p, call := c.party(l)
	*p = party{call: call, n: l.n, first: fnv(tagOf(m.to))}
}

// fnv is FNV-1a.
func fnv(b []byte) uint32 {
	h := uint32(2166136261)
	for _, x := range b {
		h = (h ^ uint32(x)) * 16777619
	}
	return h
}

// second is a dialog that is released because another one is the call.
type second struct {
	leg       leg
	kind      byte // of the branch of its first BYE
	byes      uint8
	tries     uint8
	number    uint32 // CSeq number of the INVITE
	tag       []byte // of the remote side
	target    []byte
	rest      []byte // Route, From, To and Call-ID of its requests
	to        netip.AddrPort
	challenge []byte
	proof
	since, next int64
}

// What the first BYE of a second dialog has in its branch, up to the one after
// which no more phones of a call are released: each may need two.
const (
	branchSecond = 'A'
	branchLast   = 'Y'
)

// mostSecond is how many dialogs may be on their way to be released.
const mostSecond = 10_000

// forked releases a 2xx of a call that was answered before, if another phone
// has sent it, and tells whether it did.
func (c *caller) forked(m *message, l leg, at int64) bool {
	p, call := c.party(l)
	tag := fnv(tagOf(m.to))
	var d dialog
	if p.call != call || tag == p.first || tag == p.last || len(c.second) == mostSecond || !d.keep(m) {
		return false
	}
	kind := branchSecond + 2*p.others
	if kind > branchLast {
		return false
	}
	if p.last = tag; p.others == 0 {
		c.m.Forked++
	}
	p.others++
	l.n = p.n
	s := second{leg: l, kind: kind, number: m.number, tag: d.remoteTag(), target: d.remoteTarget(), to: c.hop(&d)}
	s.rest = append(append(append(s.rest, d.routes()...), "From: "...), m.from...)
	s.rest = append(append(append(s.rest, "\r\nTo: "...), m.to...), "\r\nCall-ID: "...)
	s.rest = append(append(s.rest, m.callID...), "\r\n"...)
	c.second = append(c.second, s)
	c.releaseSecond(&c.second[len(c.second)-1], at)
	return true
}

// releaseSecond sends a BYE with which a transaction begins.
func (c *caller) releaseSecond(s *second, now int64) {
	s.since, s.tries, s.next = now, 0, again(now, c.reliable)
	c.sendSecond(s)
}

func (c *caller) sendSecond(s *second) {
	b := append(append(append(c.s.Buffer()[:0], "BYE "...), s.target...), " SIP/2.0\r\n"...)
	b = append(s.leg.append(append(append(b, c.w.viaHead...), s.kind+s.byes)), "\r\n"...)
	b = append(append(b, s.rest...), "CSeq: "...)
	b = append(strconv.AppendUint(b, uint64(s.number)+1+uint64(s.byes), 10), " BYE\r\nMax-Forwards: 70\r\n"...)
	if s.asked > 0 {
		b = append(b, c.proves(s.leg, s.proof, s.challenge, "BYE", s.target)...)
	}
	c.send(append(b, empty...), s.to)
}

// secondResponse takes the response to the BYE of a second dialog.
func (c *caller) secondResponse(m *message, kind byte, slot, gen uint32, at int64) {
	i := slices.IndexFunc(c.second, func(s second) bool { return s.leg.slot == slot && s.leg.gen == gen && s.kind+s.byes == kind })
	switch {
	case i < 0:
		c.m.Repeated++
		return
	case m.status < 200:
		return
	}
	s := &c.second[i]
	if c.auth != nil && s.byes == 0 && s.accept(m, c.auth.account(s.leg.n)) {
		s.byes, s.challenge = 1, slices.Clone(m.auth)
		c.releaseSecond(s, at)
		return
	}
	if m.status >= 300 && m.status != 481 { // else it is over
		c.m.ByeRefused++
	}
	c.second = slices.Delete(c.second, i, i+1)
}

// advanceSecond sends the BYEs of second dialogs again (RFC 3261 §17.1.2.2).
func (c *caller) advanceSecond(now int64) {
	c.second = slices.DeleteFunc(c.second, func(s second) bool {
		over := now-s.since >= timerB
		if over {
			c.m.ByeTimedOut++
		}
		return over
	})
	for i := range c.second {
		s := &c.second[i]
		if now < s.next {
			continue
		}
		s.tries = min(s.tries+1, 16)
		c.resent()
		c.sendSecond(s)
		s.next = min(now+min(t1<<s.tries, t2), s.since+timerB) // timer E
	}
}

// byeOfAnother takes a BYE whose tags are not those of the call that its Call-ID
// names, and tells whether it was one. It ends the dialog of a second phone, or
// none: then it is refused (RFC 3261 §12.2.2).
func (c *caller) byeOfAnother(m *message, slot int32, k *call, over bool, from netip.AddrPort) bool {
	switch {
	case k == nil && !over:
		return false // there is no such call
	case toUs(m):
		gen, _ := parseHex(m.callID[8:]) // it was read before
		at, _ := parseHex(m.callID)
		if c.endSecond(m, leg{slot: at, gen: gen}) {
			c.reply(m, "200 OK", from)
			return true
		}
		if over || k.within(m) {
			return false
		}
		if p, call := c.party(c.leg(slot)); p.call == call && p.others > 0 { // of a phone that was released before
			c.m.Repeated++
			c.reply(m, "200 OK", from)
			return true
		}
	}
	c.m.Misled++
	c.reply(m, "481 Call/Transaction Does Not Exist", from)
	return true
}

// endSecond ends the dialog of a second phone that hangs up by itself, and tells
// whether there was one.
func (c *caller) endSecond(m *message, l leg) bool {
	tag := tagOf(m.from)
	i := slices.IndexFunc(c.second, func(s second) bool {
		return s.leg.slot == l.slot && s.leg.gen == l.gen && bytes.EqualFold(s.tag, tag)
	})
	if i < 0 {
		return false
	}
	c.second = slices.Delete(c.second, i, i+1)
	return true
}
