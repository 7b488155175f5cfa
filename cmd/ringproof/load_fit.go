package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ringproof/reports/record"
	"ringproof/simulators/load"
)

// seen gives what a crowd has seen so far, if there is one.
func seen(c *load.Crowd) load.Hosted {
	if c == nil {
		return load.Hosted{}
	}
	return c.Seen()
}

// sinceThen says why what a crowd did since then may have spoiled a run.
func sinceThen(c *load.Crowd, then load.Hosted) []load.Reason {
	if c == nil {
		return nil
	}
	return c.Seen().Reasons(then)
}

// leftOver is how long the called side may hold calls that no caller holds
// any more: the BYE that should have come has then run into timer F (RFC 3261
// §17.1.2.2).
const leftOver = 35 * time.Second

// emptied waits until nobody is left at the called side, if that is ours.
func emptied(ctx context.Context, c *load.Crowd) error {
	if c == nil {
		return nil
	}
	wait, stop := context.WithTimeout(ctx, leftOver)
	defer stop()
	return c.Emptied(wait)
}

// settled gives what the called side has seen when all calls have ended there
// too, and what is missed where they have not. Of an interrupted load nothing
// is.
func settled(ctx context.Context, c *load.Crowd) (h load.Hosted, left []load.Miss) {
	err := emptied(ctx, c)
	h = seen(c)
	if err != nil && ctx.Err() == nil {
		left = h.LeftOpen()
	}
	return h, left
}

// fit says whether what a crowd did alone is worth anything.
func (p *printer) fit(h load.Hosted) error {
	reasons := h.Reasons(load.Hosted{})
	if len(reasons) == 0 {
		return nil
	}
	p.invalid(reasons)
	return &verdictError{record.Invalid}
}

// scarce prints what this machine did not give, and gives other errors back.
func (p *printer) scarce(err error) error {
	var scarce *load.ScarceError
	if !errors.As(err, &scarce) {
		return err
	}
	p.invalid([]load.Reason{scarce.Reason})
	return &verdictError{record.Invalid}
}

// unopened gives what kept a load from its sockets: a wrong address is a wrong
// use, for nothing was sent.
func (p *printer) unopened(err error) error {
	if errors.As(err, new(*load.AddressError)) {
		return &usageError{err}
	}
	return p.scarce(err)
}

// invalid prints why a run is.
func (p *printer) invalid(reasons []load.Reason) {
	for _, x := range reasons {
		fmt.Fprintf(p.w, "%s %s\n    → %s\n", p.paint(red, "INVALID"), x.What, x.Change)
	}
}

type preflighter interface {
	Preflight() ([]load.Reason, error)
}

// preflight prints what may come to spoil a load, and fails where it cannot
// begin.
func (p *printer) preflight(cfg preflighter) error {
	notes, err := cfg.Preflight()
	if err != nil {
		return p.unopened(err)
	}
	for _, x := range notes {
		fmt.Fprintf(p.w, "note: %s\n    → %s\n", x.What, x.Change)
	}
	return nil
}
