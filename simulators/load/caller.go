package load

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"time"

	"ringproof/internal/batch"
)

// RFC 3261 §17.1.1.1, in nanoseconds.
const (
	t1     = int64(500 * time.Millisecond)
	t2     = int64(4 * time.Second)
	timerB = 64 * t1 // and F
)

// socket is what an engine sends and receives through: a *batch.Socket, or one
// in memory whose clock a test moves.
type socket interface {
	Now() int64
	Local() netip.AddrPort
	Receive() (int, error)
	Message(i int) batch.Message
	From(i int) netip.AddrPort
	Buffer() []byte
	Queue(n int, to netip.AddrPort)
	Flush()
	Wait(until int64, wake bool)
	Refused() bool
	Stats() batch.Stats
	Close() error
}

// caller is one engine: a goroutine on a thread of its own, that begins calls
// and carries them to their end.
type caller struct {
	s      socket
	beside socket // over the other transport; nil: none
	remote netip.AddrPort
	reach  reach
	// reliable says that s is one of connections.
	reliable bool
	w        *writer
	hold     Times
	held     bool // nobody at the called side hangs up
	rnd      *rand.Rand
	auth     *authenticator // nil: challenges are refusals
	voices   *voices        // nil: no call has a voice
	reg      *bindings      // nil: calls are placed, and else addresses registered

	mix   *mix  // nil: all calls are alike
	users *loop // nil: arrivals are planned

	plan  Arrivals
	next  int64 // when the next call is to begin, from start
	more  bool  // there is one
	n     uint64
	of    uint64 // every of-th call of the run is ours
	start int64
	grid  int64  // calls begin at its multiples, in ns
	salt  uint32 // is added to gen where it is written: see salt

	calls   []call
	unused  []int32 // free slots; the one that was freed last is used next
	parties []party
	second  []second // dialogs of forked calls that are being released
	wheel   *batch.Wheel
	m       Measure
	scanned message
	first   int64 // when the first call began, from start
	last    int64 // and the last
	live    live
	shown   int64 // when live was set
	pulse   pulse
	strain  Strain // when all was done
	refused bool   // the port at the other end is closed
	tooLate int64  // in ns
	quit    int64  // since when no call begins, and those that there are end; 0 for not
}

// grain is how exact timers are.
const grain = 4 * time.Millisecond

func newCaller(s socket, remote netip.AddrPort, w *writer, slots int) *caller {
	c := &caller{s: s, remote: remote, w: w, calls: make([]call, slots), unused: make([]int32, slots), parties: make([]party, 1<<parties), m: *newMeasure(), tooLate: tooLate}
	for i := range c.unused {
		c.unused[i] = int32(slots - 1 - i)
	}
	c.reach = reach{local: s.Local().Addr(), known: map[netip.AddrPort]bool{}}
	c.wheel = batch.NewWheel(slots, grain, s.Now())
	return c
}

// close closes what the engine stands on.
func (c *caller) close() {
	c.s.Close()
	if c.beside != nil {
		c.beside.Close()
	}
}

// run begins the calls that are planned and returns when all have ended, or
// when quitting took too long. It owns its thread: nothing else may delay it.
func (c *caller) run(ctx context.Context) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	c.start = c.s.Now()
	c.next, c.more = c.plan.Next()
	c.setGrid(c.plan.Rate(0))
	c.pulse.start(c.start)
	c.seat()
	for c.step(ctx) {
	}
	c.strain = c.pulse.sum(c.s.Now())
}

// step does what there is to do and waits until there is more. It tells
// whether there will be.
func (c *caller) step(ctx context.Context) bool {
	c.pulse.beat(c.s.Now())
	c.receive()
	c.receiveBeside()
	now := c.s.Now()
	c.disconnected(now)
	c.dismiss(now)
	c.wheel.Advance(now, func(i int32) { c.fire(i, now) })
	if len(c.second) > 0 {
		c.advanceSecond(now)
	}
	if c.reg != nil {
		c.reg.advance(now)
	}
	if c.quit == 0 && ctx.Err() != nil {
		c.release(now)
	}
	if c.more {
		c.begin(c.s.Now()) // timers may have taken long
	} else if c.users == nil || c.users.over {
		c.pulse.loaded(now)
	}
	c.s.Flush()
	c.refused = c.refused || c.s.Refused()
	if now-c.shown > int64(100*time.Millisecond) {
		c.shown = now
		c.live.set(c)
	}
	if c.over(now) {
		return false
	}
	c.wait()
	return true
}

// over tells whether nothing is left to do.
func (c *caller) over(now int64) bool {
	if c.reg != nil && c.reg.sweeping {
		return c.reg.swept(now)
	}
	if (c.more || c.active() > 0 || len(c.second) > 0) && (c.quit == 0 || now-c.quit <= drain) {
		return false
	}
	c.cut()
	return c.reg == nil || c.reg.swept(now)
}

// open gives how many calls there are, without users who wait.
func (c *caller) open() int {
	if c.users != nil {
		return c.active() - c.users.idle
	}
	return c.active()
}

// active gives how many calls or registrations are under way.
func (c *caller) active() int {
	if c.reg != nil {
		return c.reg.open
	}
	return len(c.calls) - len(c.unused)
}

// drain is how long calls may take to end when all are to end: a call that
// nobody has ever responded to can neither be cancelled nor released.
const drain = int64(5 * time.Second)

// busy is from how many calls a second on the engine does not wake for each
// datagram, but only at the times of its grid.
const busy = 1000

// wait waits for the next time of the grid. Where little is to do the grid is
// fine, and what arrives wakes.
func (c *caller) wait() {
	now := c.s.Now()
	c.setGrid(c.plan.Rate(now - c.start))
	until := now + 2*int64(grain) // timers
	if c.more {
		until = min(until, c.start+c.due())
	}
	c.s.Wait(until, c.grid <= minGrid)
}

const (
	minGrid = int64(50 * time.Microsecond)
	maxGrid = int64(4 * time.Millisecond)
	atOnce  = 40 // calls that begin together, where there are many
)

// setGrid chooses how far apart the times are at which calls begin: the more
// there are, the more go together, which is what they cost less by. Arrivals
// are never more than 4 ms from the plan for that.
func (c *caller) setGrid(rate float64) {
	switch {
	case rate < busy:
		c.grid = minGrid
	default:
		c.grid = min(maxGrid, max(int64(time.Millisecond), int64(atOnce*1e9/rate)))
	}
}

// due gives when the next call begins: at the time of the grid that is not
// before its own.
func (c *caller) due() int64 { return (c.next + c.grid - 1) / c.grid * c.grid }

// begin begins the calls whose time has come.
func (c *caller) begin(now int64) {
	for c.more && c.start+c.due() <= now {
		at := c.start + c.due()
		add(c.m.Lateness, now-at)
		if now-at > c.tooLate {
			c.m.LateStarts++
		}
		c.m.second(c.next).Attempts++
		c.m.Attempts++
		c.starts(now)
		switch {
		case c.reg != nil:
			c.register(at, now)
		case len(c.unused) == 0:
			c.m.Blocked++
		default:
			c.invite(at, now)
		}
		c.n += c.of
		c.next, c.more = c.plan.Next()
	}
}

// starts notes when a call begins, which has been counted.
func (c *caller) starts(now int64) {
	c.last = now - c.start
	if c.m.Attempts == 1 {
		c.first = c.last
	}
}

// register registers the address of record whose turn it is.
func (c *caller) register(plan, now int64) {
	i := c.n / c.of % uint64(len(c.reg.aors))
	switch {
	case c.reg.open >= c.reg.limit:
		c.m.Blocked++
	case !c.reg.register(int32(i), plan, now):
		c.m.Overtaken++
	}
}

func (c *caller) invite(plan, now int64) {
	i := c.unused[len(c.unused)-1]
	c.unused = c.unused[:len(c.unused)-1]
	c.inviteIn(i, c.n, plan, now)
}

// inviteIn places the n-th call of the run in a slot.
func (c *caller) inviteIn(i int32, n uint64, plan, now int64) {
	k := &c.calls[i]
	*k = call{n: n, plan: plan, since: now, gen: k.gen + 1, state: calling, seq: 1, line: c.voices.line(n), dialog: dialog{bytes: k.bytes}}
	if f := c.flow(k); f != nil {
		f.Attempts++
	}
	c.sendInvite(i, k)
	c.wheel.Set(i, again(now, c.reliable))
}

func (c *caller) leg(i int32) leg {
	k := &c.calls[i]
	return leg{uint32(i), k.gen + c.salt, k.n}
}

func (c *caller) sendInvite(i int32, k *call) {
	var uri [128]byte
	credentials := c.credentials(i, k, "INVITE", c.w.uri(uri[:0], k.n))
	c.send(c.w.invite(c.s.Buffer()[:0], c.leg(i), k.seq, credentials, c.body(k)), c.remote)
}

// send queues what was written into the buffer. What grew out of it cannot be
// sent: no request of ours is that long.
func (c *caller) send(b []byte, to netip.AddrPort) {
	if len(b) <= batch.Room {
		c.s.Queue(len(b), to)
	}
}

// branch gives what the INVITE of now is called by.
func (k *call) branch() byte { return branchInvite + k.seq - 1 }

// fire does what a call's timer is for.
func (c *caller) fire(i int32, now int64) {
	k := &c.calls[i]
	switch k.state {
	case calling:
		if now-k.since >= timerB {
			c.timedOut(k)
			c.abandon(i, now)
			return
		}
		c.sendAgain(k)
		c.sendInvite(i, k)
		c.wheel.Set(i, min(now+t1<<k.tries, k.since+timerB)) // timer A
	case proceeding: // longer than the threshold
		c.timedOut(k)
		c.cancel(i, now)
	case cancelling:
		if now-k.since >= timerB {
			c.abandon(i, now)
			return
		}
		c.sendAgain(k)
		c.send(c.w.cancel(c.s.Buffer()[:0], c.leg(i), k.branch(), k.seq), c.remote)
		c.wheel.Set(i, min(now+min(t1<<k.tries, t2), k.since+timerB)) // timer E
	case talking:
		c.bye(i, now)
	case releasing:
		if now-k.since >= timerB {
			c.byeTimedOut(k)
			c.unreleased(k, now)
			c.free(i)
			return
		}
		c.sendAgain(k)
		c.sendBye(i, k)
		c.wheel.Set(i, min(now+min(t1<<k.tries, t2), k.since+timerB)) // timer E
	case deferred:
		k.byes++
		c.bye(i, now)
	case abandoned:
		c.free(i)
	case thinking:
		c.callsNow(i, now)
	}
}

func (c *caller) sendAgain(k *call) {
	k.tries = min(k.tries+1, 16)
	c.resent()
}

// resent counts a request that is sent again.
func (c *caller) resent() {
	c.m.Retransmitted++
	c.m.second(c.s.Now()-c.start).Retransmitted++
}
