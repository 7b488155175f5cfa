package load

import (
	"net/netip"
	"time"

	"ringproof/simulators/load/lines"
)

// stand is where a guest stands.
type stand uint8

const (
	away    stand = iota
	waiting       // it rings
	told          // a final response is sent, and no ACK came
	here          // the answer is acknowledged
	leaving       // BYE sent
	putOff        // BYE refused for now: it is sent again (RFC 3261 §21.5.4)
	muted
)

// guest is one call of a crowd.
type guest struct {
	key    uint64
	since  int64 // of the response or the request of now
	gen    uint32
	stand  stand
	status uint8 // of statuses
	tries  uint8
	byes   uint8 // BYEs sent before that of now, each a transaction of its own
	offers bool  // its answer is the offer, as the INVITE had none
	proof
	account int32 // that is called, -1 if that is not known
	// memory is the remote target and, behind it, the response: what it says
	// is needed to send it again and to hang up, and else given back. Behind
	// it comes the challenge of a BYE.
	memory      []byte
	target, end uint16      // the response is memory[target:end]
	line        *lines.Line // its voice, if it has one
	bye         uint32      // CSeq number of the BYE that released it
	from        netip.AddrPort
}

func (g *guest) response() []byte { return g.memory[g.target:g.end] }

// statuses are the final responses that a crowd gives.
var statuses = [...]string{"200 OK", "486 Busy Here", "603 Decline", "404 Not Found"}

// welcome decides what becomes of a call.
func (c *crowd) welcome(i int32, m *message) {
	g := &c.guests[i]
	now := c.s.Now()
	c.pairs.came(userOf(uriOf(m.from)), userOf(m.uri))
	switch dice := c.rnd.Float64(); {
	case !c.mine(m, g):
		c.host.Misdialled++
		g.status = 3
	case dice < c.manners.Mute:
		c.host.Mute++
		c.host.Ignored++
		g.stand = muted
		c.wheel.Set(i, now+timerB)
		return
	case dice < c.manners.Mute+c.manners.Busy:
		c.host.Busy++
		g.status = 1
	case dice < c.manners.Mute+c.manners.Busy+c.manners.Rejected:
		c.host.Rejected++
		g.status = 2
	}
	tag := string(c.tag(i)) // small: on the stack
	if g.status == 0 {
		c.send(reply(c.s.Buffer()[:0], m, "180 Ringing", tag, c.contact, empty), g.from)
	}
	rest := empty
	if g.status == 0 {
		g.offers = !describes(m.body)
		c.listen(g, m)
		rest = c.describe(g)
	}
	if c.manners.Hold != nil && len(m.contact) <= longestTarget {
		g.memory = append(g.memory, m.contact...)
		g.target = uint16(len(m.contact))
	}
	g.memory = reply(g.memory, m, statuses[g.status], tag, c.contact, rest)
	g.end = uint16(len(g.memory))
	g.stand = waiting
	if g.status != 0 || c.manners.Answer == nil {
		c.soon = append(c.soon, i)
		return
	}
	c.wheel.Set(i, now+int64(min(c.manners.Answer(c.rnd), mostRinging)))
}

// mostRinging is how long a number rings at most: a caller gives up after 32 s
// (64·T1, RFC 3261 §17.1.1.2), and it is nobody's failure if we made it wait.
const mostRinging = 30 * time.Second

// answer sends the final responses of those that wait for nothing. A CANCEL
// in the same batch was faster.
func (c *crowd) answer() {
	now := c.s.Now()
	for _, i := range c.soon {
		if c.guests[i].stand == waiting {
			c.tell(i, now)
		}
	}
	c.soon = c.soon[:0]
}

func (c *crowd) tag(i int32) []byte {
	return leg{slot: uint32(i), gen: c.guests[i].gen}.append(make([]byte, 0, 16))
}

// tell sends the final response.
func (c *crowd) tell(i int32, now int64) {
	g := &c.guests[i]
	g.stand, g.since, g.tries = told, now, 0
	if g.status == 0 {
		c.host.Answered++
		if g.line != nil {
			g.line.Answered()
		}
	}
	c.send(append(c.s.Buffer()[:0], g.response()...), g.from)
	c.wheel.Set(i, again(now, c.reliable && g.status != 0)) // a 2xx goes end to end: RFC 3261 §13.3.1.4
}

// again answers an INVITE that came again.
func (c *crowd) again(i int32) {
	g := &c.guests[i]
	if g.stand == told {
		c.host.Sent++
		c.send(append(c.s.Buffer()[:0], g.response()...), g.from)
	}
}

// find gives the call that a To tag of ours names.
func (c *crowd) find(tag []byte) (int32, *guest) {
	i, ok1 := parseHex(tag)
	if !ok1 || len(tag) != 16 || int(i) >= len(c.guests) {
		return -1, nil
	}
	gen, ok2 := parseHex(tag[8:])
	if g := &c.guests[i]; ok2 && g.gen == gen && g.stand != away {
		return int32(i), g
	}
	return -1, nil
}

// released tells whether a BYE is the one that has released its call, and came
// again because its response was lost (RFC 3261 §17.2.2). Where another call
// has taken the place since, any BYE of one before passes for that.
func (c *crowd) released(m *message) bool {
	tag := tagOf(m.to)
	i, ok1 := parseHex(tag)
	if !ok1 || len(tag) != 16 || int(i) >= len(c.guests) {
		return false
	}
	gen, ok2 := parseHex(tag[8:])
	g := &c.guests[i]
	return ok2 && (gen > 0 && gen < g.gen || gen == g.gen && m.number == g.bye)
}

// within takes a request of a call.
func (c *crowd) within(m *message, from netip.AddrPort) {
	i, g := c.find(tagOf(m.to))
	if g == nil {
		if m.method == bye && c.released(m) {
			c.host.Repeated++
			c.send(reply(c.s.Buffer()[:0], m, "200 OK", "", "", empty), from)
		} else if m.method == ack {
			c.host.Overtaken++
		} else {
			c.host.Gone++
			c.send(reply(c.s.Buffer()[:0], m, "481 Call/Transaction Does Not Exist", "", "", empty), from)
		}
		return
	}
	switch m.method {
	case ack:
		c.acknowledged(i, g, m)
	case bye:
		c.send(reply(c.s.Buffer()[:0], m, "200 OK", "", "", empty), from)
		c.host.Released++
		if g.stand == told && g.status == 0 {
			c.host.Unproved++
		}
		g.bye = m.number
		c.leave(i)
	case invite, update:
		if g.line != nil { // the other side may have moved
			c.listen(g, m)
		}
		c.send(reply(c.s.Buffer()[:0], m, "200 OK", "", c.contact, c.describe(g)), from)
	default:
		c.send(reply(c.s.Buffer()[:0], m, "200 OK", "", c.contact, empty), from)
	}
}

// Unacknowledged gives how many answers got no ACK at all: an ACK may be
// overtaken by its BYE, on another of a system's processes.
func (h Host) Unacknowledged() uint64 { return h.Unheard + h.Unproved - min(h.Unproved, h.Overtaken) }

func (c *crowd) acknowledged(i int32, g *guest, m *message) {
	if g.stand != told {
		return
	}
	if g.status != 0 {
		c.leave(i)
		return
	}
	c.host.Acknowledged++
	if g.offers && !describes(m.body) {
		c.host.Undescribed++
	}
	g.stand = here
	if g.target == 0 { // the caller hangs up
		c.wheel.Stop(i)
		c.giveBack(g)
		return
	}
	c.wheel.Set(i, c.s.Now()+int64(c.manners.Hold(c.rnd)))
}

func (c *crowd) cancelled(m *message, from netip.AddrPort) {
	i, ok := c.calls[c.key(m)]
	if !ok {
		c.host.Gone++
		c.send(reply(c.s.Buffer()[:0], m, "481 Call/Transaction Does Not Exist", "", "", empty), from)
		return
	}
	c.send(reply(c.s.Buffer()[:0], m, "200 OK", string(c.tag(i)), "", empty), from)
	if g := &c.guests[i]; g.stand == waiting || g.stand == muted {
		if c.host.Cancelled++; g.stand == muted {
			c.host.Ignored--
		}
		m.of, m.cseq = invite, append(append([]byte(nil), m.cseq[:len(m.cseq)-len("CANCEL")]...), "INVITE"...)
		g.memory = reply(g.memory[:g.target], m, "487 Request Terminated", string(c.tag(i)), "", empty)
		g.end = uint16(len(g.memory))
		g.status = 1
		c.tell(i, c.s.Now())
	}
}
