package ua

import "time"

// alarm is a timer that goes off in the goroutine that owns the call.
type alarm struct {
	timer *time.Timer
	off   bool // only the owner touches it
}

func (c *Call) after(d time.Duration, f func()) *alarm {
	a := &alarm{}
	a.timer = time.AfterFunc(d, func() {
		select {
		case c.do <- func() {
			if !a.off {
				f()
			}
		}:
		case <-c.agent.quit:
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
