package load

import "time"

// loop is a closed one of users: each calls, talks, waits and calls again, so that
// how many calls there are depends on how fast the system under test is. Each
// has a slot of its own.
type loop struct {
	think Times
	until int64 // when no more calls begin, from start
	all   uint64
	over  bool
	idle  int // users that wait
}

// slack is what the timer of a user may be late by for the grain of timers
// and naps, and is not counted.
const slack = 3 * int64(grain)

// seat has all users wait for their first call: not all at once.
func (c *caller) seat() {
	if c.users == nil {
		return
	}
	c.unused = c.unused[:0]
	now := c.s.Now()
	for i := range c.calls {
		k := &c.calls[i]
		k.n = uint64(i)*c.of + c.n
		within := max(time.Second, c.users.think(c.rnd))
		c.thinks(int32(i), k, now+int64(c.rnd.Float64()*float64(within)))
	}
}

func (c *caller) thinks(i int32, k *call, until int64) {
	k.state, k.since = thinking, until
	c.users.idle++
	c.wheel.Set(i, until)
}

// callsAgain lets the user of a call that is over wait for the next, and tells
// whether there will be one.
func (c *caller) callsAgain(i int32) bool {
	if c.users == nil || c.users.over || c.quit != 0 {
		return false
	}
	k := &c.calls[i]
	k.n += c.users.all
	c.thinks(i, k, c.s.Now()+int64(c.users.think(c.rnd)))
	return true
}

// callsNow has a user call.
func (c *caller) callsNow(i int32, now int64) {
	k := &c.calls[i]
	c.users.idle--
	late := max(0, now-k.since-slack)
	add(c.m.Lateness, late)
	if late > c.tooLate {
		c.m.LateStarts++
	}
	c.m.second(now-c.start).Attempts++
	c.m.Attempts++
	c.starts(now)
	c.inviteIn(i, k.n, now, now)
}

// dismiss lets nobody call again once the time is over.
func (c *caller) dismiss(now int64) {
	if c.users == nil || c.users.over || now-c.start < c.users.until && c.quit == 0 {
		return
	}
	c.users.over, c.users.idle = true, 0
	for i := range c.calls {
		if c.calls[i].state == thinking {
			c.free(int32(i))
		}
	}
}
