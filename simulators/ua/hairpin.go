package ua

import (
	"context"

	"github.com/emiago/sipgo/sip"

	"ringproof/reports/record"
)

// sendBack calls the number of a call that came in where it came from, as a
// system does whose route for it points there, and passes the refusal on. One
// hop less is left each time (RFC 7332 §3); after the turns of the behaviour
// it ends here, whatever is left.
func (c *Call) sendBack() {
	hops := hopsOf(c.server.Request())
	switch {
	case hops == 0:
		c.reject(sip.StatusTooManyHops, reason(sip.StatusTooManyHops))
		return
	case hops < 0:
		hops = 70 // RFC 3261 §8.1.1.6
	}
	if c.agent.Arrivals() > c.behaviour.Hairpin {
		c.reject(sip.StatusLoopDetected, reason(sip.StatusLoopDetected))
		return
	}
	from, number := c.Fact().From, c.user
	ctx, cancel := context.WithCancel(context.Background())
	c.agent.calls.Go(func() {
		select {
		case <-c.agent.quit:
			cancel()
		case <-ctx.Done():
		}
	})
	c.agent.calls.Go(func() {
		defer cancel()
		code := sip.StatusServiceUnavailable
		back, err := c.agent.Invite(ctx, from, number, Hops(hops-1))
		if err == nil && back.Await(ctx, func(a record.Attempt) bool { return a.Outcome != record.Pending }) == nil {
			f := back.Fact()
			if n := f.Final(); n >= 300 {
				code = n
			}
		}
		_ = c.ask(ctx, func() { // without an agent there is nobody to tell
			if c.Fact().Outcome == record.Pending {
				c.reject(code, reason(code))
			}
		})
	})
}
