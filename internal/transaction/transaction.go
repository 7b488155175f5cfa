// Package transaction has the client and server transactions of RFC 3261 §17
// with the corrections of RFC 6026, over a wire.Port.
//
// [Listen] opens a [Layer]; [Layer.Request] starts a client transaction, and
// the layer's Route is asked for every new request. What happens next comes
// to an [Inbox], in wire order, so that one goroutine can own a dialog.
// Timers belong to the layer, not to the package, and follow package time:
// inside a testing/synctest bubble they take no real time. Dialogs,
// repetition of 2xx and authentication are the user's business.
package transaction

import (
	"fmt"
	"time"
)

// Timers are the base values of RFC 3261 §17.1.1.1; zero means the default.
type Timers struct {
	T1 time.Duration // round-trip estimate, 500 ms
	T2 time.Duration // longest retransmission interval, 4 s
	T4 time.Duration // longest life of a message in the network, 5 s
}

func (t Timers) withDefaults() Timers {
	if t.T1 == 0 {
		t.T1 = 500 * time.Millisecond
	}
	if t.T2 == 0 {
		t.T2 = 4 * time.Second
	}
	if t.T4 == 0 {
		t.T4 = 5 * time.Second
	}
	return t
}

// timeout is 64*T1: timers B, D, F, H, J, L and M.
func (t Timers) timeout() time.Duration { return 64 * t.T1 }

// trying is how long the user may think before 100 is sent for it
// (RFC 3261 §17.2.1).
const trying = 200 * time.Millisecond

// TimeoutError says that something awaited did not come.
type TimeoutError struct {
	Waiting string // what for, as in "a final response to INVITE"
	After   time.Duration
}

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("no %s within %s", e.Waiting, e.After)
}

type state int

const (
	calling    state = iota // INVITE client: nothing heard yet; others: trying
	proceeding              // a provisional response was heard or sent
	completed               // a final response was heard or sent
	accepted                // a 2xx to INVITE (RFC 6026 §7.1)
	confirmed               // INVITE server: ACK came
	terminated
)
