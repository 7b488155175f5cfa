package load

import (
	"bytes"
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
	remote netip.AddrPort
	w      *writer
	hold   Times
	rnd    *rand.Rand
	auth   *authenticator // nil: challenges are refusals

	plan  Arrivals
	next  int64 // when the next call is to begin, from start
	more  bool  // there is one
	n     uint64
	of    uint64 // every of-th call of the run is ours
	start int64
	grid  int64 // calls begin at its multiples, in ns

	calls   []call
	unused  []int32 // free slots; the one that was freed last is used next
	wheel   *batch.Wheel
	m       Measure
	scanned message
	last    int64 // when the last call began, from start
	live    live
	shown   int64 // when live was set
	cpu     int64 // of the thread, in ns, when all was done
	queued  int64 // how long the thread waited for a core, in ns
	refused bool  // the port at the other end is closed
	quit    int64 // since when no call begins, and those that there are end; 0 for not
}

// grain is how exact timers are.
const grain = 4 * time.Millisecond

func newCaller(s socket, remote netip.AddrPort, w *writer, slots int) *caller {
	c := &caller{s: s, remote: remote, w: w, calls: make([]call, slots), unused: make([]int32, slots), m: *newMeasure()}
	for i := range c.unused {
		c.unused[i] = int32(slots - 1 - i)
	}
	c.wheel = batch.NewWheel(slots, grain, s.Now())
	return c
}

// run begins the calls that are planned and returns when all have ended, or
// when quitting took too long. It owns its thread: nothing else may delay it.
func (c *caller) run(ctx context.Context) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	c.start = c.s.Now()
	c.next, c.more = c.plan.Next()
	c.setGrid(c.plan.Rate(0))
	cpu, queued := batch.CPU(), batch.Queued()
	for c.step(ctx) {
	}
	c.cpu, c.queued = batch.CPU()-cpu, batch.Queued()-queued
}

// step does what there is to do and waits until there is more. It tells
// whether there will be.
func (c *caller) step(ctx context.Context) bool {
	c.receive()
	now := c.s.Now()
	c.wheel.Advance(now, func(i int32) { c.fire(i, now) })
	if c.quit == 0 && ctx.Err() != nil {
		c.release(now)
	}
	c.begin(now)
	c.s.Flush()
	c.refused = c.refused || c.s.Refused()
	if now-c.shown > int64(100*time.Millisecond) {
		c.shown = now
		c.live.set(c)
	}
	if !c.more && c.active() == 0 || c.quit != 0 && now-c.quit > drain {
		c.m.Cut = uint64(c.active())
		return false
	}
	c.wait()
	return true
}

// active gives how many calls there are.
func (c *caller) active() int { return len(c.calls) - len(c.unused) }

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
		if now-at > tooLate {
			c.m.LateStarts++
		}
		c.m.second(c.next).Attempts++
		c.m.Attempts++
		c.last = now - c.start
		if len(c.unused) == 0 {
			c.m.Blocked++
		} else {
			c.invite(at, now)
		}
		c.n += c.of
		c.next, c.more = c.plan.Next()
	}
}

func (c *caller) invite(plan, now int64) {
	i := c.unused[len(c.unused)-1]
	c.unused = c.unused[:len(c.unused)-1]
	k := &c.calls[i]
	*k = call{n: c.n, plan: plan, sent: now, since: now, gen: k.gen + 1, state: calling, seq: 1, dialog: k.dialog}
	c.sendInvite(i, k, nil)
	c.wheel.Set(i, now+t1)
}

func (c *caller) leg(i int32) leg {
	k := &c.calls[i]
	return leg{uint32(i), k.gen, k.n}
}

func (c *caller) sendInvite(i int32, k *call, credentials []byte) {
	c.send(c.w.invite(c.s.Buffer()[:0], c.leg(i), k.seq, credentials), c.remote)
}

// send queues what was written into the buffer. What grew out of it cannot be
// sent: no request of ours is that long.
func (c *caller) send(b []byte, to netip.AddrPort) {
	if len(b) <= batch.Room {
		c.s.Queue(len(b), to)
	}
}

// branch gives what the INVITE of now is called by.
func (k *call) branch() byte {
	if k.seq > 1 {
		return branchAgain
	}
	return branchInvite
}

// fire does what a call's timer is for.
func (c *caller) fire(i int32, now int64) {
	k := &c.calls[i]
	switch k.state {
	case calling:
		if now-k.since >= timerB {
			c.m.TimedOut++
			c.failed(k, 0)
			c.abandon(i, now)
			return
		}
		c.sendAgain(k)
		c.sendInvite(i, k, k.again(c, i))
		c.wheel.Set(i, min(now+t1<<k.tries, k.since+timerB)) // timer A
	case proceeding: // longer than the threshold
		c.m.TimedOut++
		c.failed(k, 0)
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
			c.m.ByeTimedOut++
			c.free(i)
			return
		}
		c.sendAgain(k)
		c.sendBye(i, k)
		c.wheel.Set(i, min(now+min(t1<<k.tries, t2), k.since+timerB)) // timer E
	case abandoned:
		c.free(i)
	}
}

func (c *caller) sendAgain(k *call) {
	k.tries = min(k.tries+1, 16)
	c.m.Retransmitted++
	c.m.second(c.s.Now()-c.start).Retransmitted++
}

// cancel takes an INVITE back that got a provisional response.
func (c *caller) cancel(i int32, now int64) {
	k := &c.calls[i]
	k.state, k.tries, k.since = cancelling, 0, now
	c.send(c.w.cancel(c.s.Buffer()[:0], c.leg(i), k.branch(), k.seq), c.remote)
	c.wheel.Set(i, now+t1)
}

// abandon keeps a call that was given up, so that a late answer is released.
func (c *caller) abandon(i int32, now int64) {
	c.calls[i].state = abandoned
	c.wheel.Set(i, now+timerB)
}

// bye hangs up.
func (c *caller) bye(i int32, now int64) {
	k := &c.calls[i]
	k.state, k.tries, k.since = releasing, 0, now
	c.sendBye(i, k)
	c.wheel.Set(i, now+t1)
}

func (c *caller) sendBye(i int32, k *call) {
	c.send(c.w.within(c.s.Buffer()[:0], "BYE", branchBye, k.seq+1, c.leg(i), &k.dialog), c.hop(&k.dialog))
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
	c.calls[i].state = free
	c.unused = append(c.unused, i)
}

// failed counts a call that was not answered, with its final response or 0.
func (c *caller) failed(k *call, code int) {
	c.m.Codes[code]++
	c.m.second(k.plan-c.start).Failed++
}

// release ends all calls, whatever they are doing, and begins no more.
func (c *caller) release(now int64) {
	c.quit, c.more = now, false
	for i := range c.calls {
		switch k := &c.calls[i]; k.state {
		case proceeding:
			c.cancel(int32(i), now)
		case talking:
			c.bye(int32(i), now)
		}
	}
}
