package load

import "sync/atomic"

// tooLate is how late a call may begin, in ns, if nothing else is said: what is
// later was not the load that was asked for.
const tooLate = 5_000_000

// Live is what has happened so far.
type Live struct {
	Seconds                                       float64
	Attempts, Answered, Refused, TimedOut, Active uint64
}

// live is what an engine shows of itself to another goroutine, ten times a
// second.
type live struct {
	attempts, answered, refused, timedOut, active atomic.Uint64
}

func (l *live) set(c *caller) {
	l.attempts.Store(c.m.Attempts)
	l.answered.Store(c.m.Answered)
	l.refused.Store(c.m.Refused)
	l.timedOut.Store(c.m.TimedOut)
	l.active.Store(uint64(c.open()))
}

func (l *live) add(to *Live) {
	to.Attempts += l.attempts.Load()
	to.Answered += l.answered.Load()
	to.Refused += l.refused.Load()
	to.TimedOut += l.timedOut.Load()
	to.Active += l.active.Load()
}
