package load

import (
	"context"
	"hash/maphash"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"sync/atomic"
	"time"

	"ringproof/internal/batch"
	"ringproof/simulators/load/lines"
)

// Manners say what a crowd does with a call. The zero value answers each at
// once and never hangs up.
type Manners struct {
	Answer Times // from the INVITE to the answer; nil: at once
	Hold   Times // from the answer to its BYE; nil: the caller hangs up
	// Busy, Rejected and Mute are the shares of the calls, from 0 to 1, that
	// get a 486, a 603 or no response at all.
	Busy, Rejected, Mute float64
}

// Host is what a crowd has seen. Its counts are of calls, unless they say
// otherwise.
type Host struct {
	Invited, Answered, Busy, Rejected, Mute uint64

	Acknowledged uint64 // answers
	Unheard      uint64 // answers without an ACK within 32 s
	Released     uint64 // by a BYE of the caller
	HungUp       uint64 // by a BYE of ours that was answered
	Lost         uint64 // BYEs of ours without a response, or refused
	Cancelled    uint64
	Misdialled   uint64 // for a number that is not the crowd's: refused 404
	Gone         uint64 // a request within a call that there is not, or no more
	Full         uint64 // no room: refused 503
	Repeated     uint64 // requests that came again
	Sent         uint64 // responses and requests that were sent again
	Spoken       uint64 // to which the caller spoke
	Foreign      uint64 // of these, in which somebody else was heard beside the caller
	Broken       uint64 // datagrams that are no SIP message, or cut
	Late         uint64 // datagrams that were read later after they had come than is allowed
	Open, Most   int    // calls now, and at most at a time
	Ignored      int    // of those now, left without a response
}

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

// crowd is one engine that answers.
type crowd struct {
	s       socket
	manners Manners
	rnd     *rand.Rand
	seed    maphash.Seed
	// reliable says that s is one of connections.
	reliable bool
	via      string // up to what tells a branch from others
	contact  string
	body     string // of an answer, with its headers

	reg   *bindings                // nil: none
	names map[string]int32         // users and numbers of accounts
	own   func(number []byte) bool // besides; nil: none, or all where there are no accounts
	ready chan struct{}            // closed when all accounts have been tried, or nil
	bound bool                     // it is
	wrong error                    // what came of that

	lines *lines.Pool // nil: no call has a voice

	guests  []guest
	unused  []int32
	calls   map[uint64]int32
	spare   [][]byte // memory that no guest needs now
	soon    []int32  // calls to answer when the batch is read: the answers go out together
	wheel   *batch.Wheel
	host    Host
	scanned message
	pulse   pulse
	ask     chan chan Hosted // answered once a turn
	tooLate int64            // in ns

	open  atomic.Int64  // host.Open, for others to read
	empty chan struct{} // it has become 0
}

func newCrowd(s socket, manners Manners, seed uint64, slots int, sdp string) *crowd {
	c := &crowd{
		s: s, manners: manners, rnd: rand.New(rand.NewPCG(seed, 0x63_726f_7764)), seed: maphash.MakeSeed(),
		via:     "Via: SIP/2.0/UDP " + s.Local().String() + ";branch=" + cookie,
		contact: "Contact: <sip:" + s.Local().String() + ">\r\n",
		empty:   make(chan struct{}, 1), guests: make([]guest, slots), unused: make([]int32, 0, slots), calls: map[uint64]int32{},
		ask: make(chan chan Hosted), tooLate: tooLate,
	}
	w := newWriter(s.Local(), "", nil, nil, sdp)
	c.body = w.body
	for i := slots - 1; i >= 0; i-- {
		c.unused = append(c.unused, int32(i))
	}
	c.wheel = batch.NewWheel(slots, grain, s.Now())
	return c
}

// overTCP has the crowd say that it is on TCP.
func (c *crowd) overTCP() {
	w := newWriter(c.s.Local(), "", nil, nil, "")
	w.overTCP()
	c.via, c.contact, c.reliable = w.viaHead, w.contact, true
}

// run answers until the context ends, and tells what it saw.
func (c *crowd) run(ctx context.Context) Hosted {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	c.pulse.start(c.s.Now())
	for ctx.Err() == nil {
		c.step()
		select {
		case answer := <-c.ask:
			answer <- c.sum()
		default:
		}
	}
	for c.reg != nil && !c.reg.swept(c.s.Now()) {
		c.step()
	}
	c.receive() // what has come by then counts
	c.s.Flush()
	return c.sum()
}

func (c *crowd) sum() Hosted {
	now := c.s.Now()
	h := Hosted{Host: c.host, Took: time.Duration(now), Strain: c.pulse.sum(now), Sockets: c.s.Stats(), Connections: connectionsOf(c.s), tooLate: time.Duration(c.tooLate)}
	if c.lines != nil {
		h.Lines = c.lines.Stats()
	}
	if r := c.reg; r != nil {
		h.Registered, h.Lapsed, h.Left = r.m.Answered-r.m.Reregistered, r.lapsed, r.m.Left
	}
	return h
}

// nap is how long a crowd that has much to do lets it gather. It is what its
// responses may be late by: no more than RFC 6076 §3 allows a time to be wrong.
const nap = int64(time.Millisecond)

func (c *crowd) step() {
	c.pulse.beat(c.s.Now())
	got := c.receive()
	now := c.s.Now()
	c.wheel.Advance(now, func(i int32) { c.fire(i, now) })
	c.bind(now)
	c.s.Flush()
	if got > 1 {
		c.s.Wait(now+nap, false)
		return
	}
	c.s.Wait(now+2*int64(grain), true)
}

// receive takes what has arrived, and tells how much that was.
func (c *crowd) receive() (got int) {
	for range atOneGo {
		n, err := c.s.Receive()
		if err != nil {
			return got // ICMP of one that has gone
		}
		now := c.s.Now()
		for i := range n {
			if now-c.s.Message(i).At > c.tooLate {
				c.host.Late++
			}
			c.take(i)
		}
		c.answer()
		got += n
		if n < batch.Size {
			break
		}
	}
	return got
}

func (c *crowd) take(i int) {
	d := c.s.Message(i)
	m := &c.scanned
	if d.Cut || scan(d.Data, m) != nil {
		if len(trim(d.Data)) > 0 {
			c.host.Broken++
		}
		return
	}
	from := c.s.From(i)
	switch {
	case m.status != 0:
		c.response(m, d.At)
	case m.method == invite && len(tagOf(m.to)) == 0:
		c.invited(m, from)
	case m.method == cancel:
		c.cancelled(m, from)
	case m.method == options || m.method == register:
		c.send(reply(c.s.Buffer()[:0], m, "200 OK", "", c.contact, empty), from)
	default:
		c.within(m, from)
	}
}

func (c *crowd) send(b []byte, to netip.AddrPort) {
	if len(b) <= batch.Room {
		c.s.Queue(len(b), to)
	}
}

// key is what a call is known by before it has a tag of ours: Call-ID, the
// caller's tag, and the branch, which an INVITE that comes again has too, and
// one that comes on a second way has not (RFC 3261 §8.2.2.2).
func (c *crowd) key(m *message) uint64 {
	var h maphash.Hash
	h.SetSeed(c.seed)
	h.Write(m.callID) // never fails
	h.WriteByte(0)
	h.Write(tagOf(m.from))
	h.WriteByte(0)
	h.Write(param(first(m.via[0]), "branch"))
	return h.Sum64()
}

func (c *crowd) invited(m *message, from netip.AddrPort) {
	key := c.key(m)
	if i, ok := c.calls[key]; ok {
		c.host.Repeated++
		c.again(i)
		return
	}
	if len(c.unused) == 0 {
		c.host.Full++
		c.send(reply(c.s.Buffer()[:0], m, "503 Service Unavailable", "", "", empty), from)
		return
	}
	i := c.unused[len(c.unused)-1]
	c.unused = c.unused[:len(c.unused)-1]
	g := &c.guests[i]
	*g = guest{key: key, gen: g.gen + 1, from: from, account: -1}
	if n := len(c.spare); n > 0 {
		g.memory, c.spare = c.spare[n-1][:0], c.spare[:n-1]
	}
	c.calls[key] = i
	c.host.Invited++
	c.host.Open++
	c.open.Add(1)
	c.host.Most = max(c.host.Most, c.host.Open)
	c.welcome(i, m)
}

// welcome decides what becomes of a call.
func (c *crowd) welcome(i int32, m *message) {
	g := &c.guests[i]
	now := c.s.Now()
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
	c.wheel.Set(i, now+int64(c.manners.Answer(c.rnd)))
}

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
		} else if m.method != ack {
			c.host.Gone++
			c.send(reply(c.s.Buffer()[:0], m, "481 Call/Transaction Does Not Exist", "", "", empty), from)
		}
		return
	}
	switch m.method {
	case ack:
		c.acknowledged(i, g)
	case bye:
		c.send(reply(c.s.Buffer()[:0], m, "200 OK", "", "", empty), from)
		c.host.Released++
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

func (c *crowd) acknowledged(i int32, g *guest) {
	if g.stand != told {
		return
	}
	if g.status != 0 {
		c.leave(i)
		return
	}
	c.host.Acknowledged++
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

// fire does what a guest's timer is for.
func (c *crowd) fire(i int32, now int64) {
	g := &c.guests[i]
	switch g.stand {
	case waiting:
		c.tell(i, now)
	case told: // RFC 3261 §13.3.1.4, §17.2.1
		if now-g.since >= timerB {
			if g.status == 0 {
				c.host.Unheard++
			}
			c.leave(i)
			return
		}
		g.tries = min(g.tries+1, 16)
		c.again(i)
		c.wheel.Set(i, min(now+min(t1<<g.tries, t2), g.since+timerB))
	case here:
		c.bye(i, now)
	case putOff:
		g.byes++
		c.bye(i, now)
	case leaving:
		if now-g.since >= timerB {
			c.host.Lost++
			c.leave(i)
			return
		}
		g.tries = min(g.tries+1, 16)
		c.host.Sent++
		c.sendBye(i)
		c.wheel.Set(i, min(now+min(t1<<g.tries, t2), g.since+timerB)) // timer E
	default:
		c.leave(i)
	}
}

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
