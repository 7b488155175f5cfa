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
	Unproved     uint64 // answers to which a BYE came, and no ACK before
	Overtaken    uint64 // ACKs that came when their call was over
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
	Changed      uint64 // calls in which the called side heard something, and nothing of a caller
	Echo         uint64 // calls in which the called side heard itself
	Undescribed  uint64 // answered, without an audio stream in INVITE, or in ACK where our answer was the offer
	Elsewhere    uint64 // for another of its numbers than was dialled, as their callers' numbers tell
	Broken       uint64 // datagrams that are no SIP message, or cut
	Late         uint64 // datagrams that were read later after they had come than is allowed
	Open, Most   int    // calls now, and at most at a time
	Ignored      int    // of those now, left without a response
}

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
	pairs paired
	ready chan struct{} // closed when all accounts have been tried, or nil
	bound bool          // it is
	wrong error         // what came of that

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
	c.host.Elsewhere = c.pairs.elsewhere()
	h := Hosted{Host: c.host, Took: time.Duration(now), Strain: c.pulse.sum(now), Sockets: c.s.Stats(), Connections: connectionsOf(c.s), tooLate: time.Duration(c.tooLate)}
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
