package seam

import "time"

// Load bends what becomes of calls where there are many.
type Load struct {
	// Full tells whether a call is refused with 503, where so many are there.
	Full func(caller Leg, calls int) bool
	// Queue tells how long a call is kept before anything is done about it.
	Queue func(caller Leg) time.Duration
	// Twice tells whether a target gets a call twice.
	Twice func() bool
}

// Takes tells whether a call is taken, where so many are there.
func (h *Hooks) Takes(caller Leg, calls int) bool {
	return h == nil || h.Full == nil || !h.Full(caller, calls)
}

// Queued tells how long a call is kept before anything is done about it.
func (h *Hooks) Queued(caller Leg) time.Duration {
	if h == nil || h.Queue == nil {
		return 0
	}
	return h.Queue(caller)
}

// Doubled tells whether a target gets a call twice.
func (h *Hooks) Doubled() bool { return h != nil && h.Twice != nil && h.Twice() }
