package bridge

import "time"

// alarm is a timer that goes off in the goroutine that owns the call.
type alarm struct {
	timer *time.Timer
	off   bool // only the owner touches it
}

// after has the owner do something once d has passed, unless the alarm is
// stopped before.
func (c *Call) after(d time.Duration, f func()) *alarm {
	a := &alarm{}
	a.timer = time.AfterFunc(d, func() {
		select {
		case c.due <- func() {
			if !a.off {
				f()
			}
		}:
		case <-c.done:
		}
	})
	return a
}

func (a *alarm) stop() {
	if a != nil {
		a.off = true
		a.timer.Stop()
	}
}
