package stage

import (
	"context"
	"sync"
	"time"

	"ringproof/internal/site"
	"ringproof/reports/record"
)

// Alternatives is a number whose route has a second target.
type Alternatives struct {
	First, Second *Player
	Guard         time.Duration // how long the system waits for a silent first
	Options       time.Duration // how often it asks whether the first is there
	Misses        int           // after how many silences it takes it for down
}

// Alternatives gives a number of a route with a second target that is as wanted.
func (c *Cast) Alternatives(wanted func(site.Route, site.Trunk) bool, missing string) (*Alternatives, error) {
	for _, r := range c.stage.cfg.Site.Routes {
		if len(r.Targets) < 2 {
			continue
		}
		first, _ := c.stage.cfg.Site.Trunk(r.Targets[0])
		if !wanted(r, first) {
			continue
		}
		number := c.stage.take(r.Numbers)
		return &Alternatives{
			First: c.at(r.Targets[0], number), Second: c.at(r.Targets[1], number), Guard: r.Guard,
			Options: first.Options, Misses: first.Misses,
		}, nil
	}
	return nil, c.stage.lacks(site.NoFallback, missing)
}

// Translated gives a player at a number that its route changes.
func (c *Cast) Translated() (*Player, error) {
	for _, r := range c.stage.cfg.Site.Routes {
		if !r.Changes() || r.Numbers.Len() == 0 {
			continue
		}
		return c.at(r.Targets[0], c.stage.take(r.Numbers)), nil
	}
	return nil, c.stage.lacks(site.NoTrunks, "the profile has no route that changes numbers and has test numbers: fill in routes[].strip, .prepend or .plus, and routes[].numbers")
}

// Formatted gives a player at a trunk that is shown callers' numbers in
// another form.
func (c *Cast) Formatted() (*Player, error) {
	return c.trunkWith(func(t site.Trunk) bool { return t.Caller != site.Format{} },
		"the profile has no trunk that is shown callers' numbers in another form, with a route to its own numbers: fill in trunks[].caller")
}

// Untrusted gives a player at a trunk that is not to learn who calls.
func (c *Cast) Untrusted() (*Player, error) {
	return c.trunkWith(func(t site.Trunk) bool { return t.Identity == site.Untrusted },
		"the profile has no trunk whose identity is untrusted, with a route to its own numbers: fill in trunks[].identity")
}

// Trusted gives a player at a trunk that is told who calls.
func (c *Cast) Trusted() (*Player, error) {
	return c.trunkWith(func(t site.Trunk) bool { return t.Identity == site.Trusted },
		"the profile has no trunk whose identity is trusted, with a route to its own numbers: fill in trunks[].identity")
}

func (c *Cast) trunkWith(wanted func(site.Trunk) bool, missing string) (*Player, error) {
	for _, t := range c.stage.cfg.Site.Trunks {
		if r, ok := c.stage.route(t.Numbers.At(0)); ok && r.Targets[0] == t.Name && wanted(t) {
			return c.at(t.Name, c.stage.take(t.Numbers)), nil
		}
	}
	return nil, c.stage.lacks(site.NoTrunks, missing)
}

// Unallocated gives a number that leads nowhere, Incomplete the start of one
// that exists.
func (c *Cast) Unallocated() (string, error) {
	return testNumber(c.stage.cfg.Site.TestNumbers.Unallocated, "unallocated")
}

// Incomplete gives the start of a number.
func (c *Cast) Incomplete() (string, error) {
	return testNumber(c.stage.cfg.Site.TestNumbers.Incomplete, "incomplete")
}

func testNumber(n, purpose string) (string, error) {
	if n == "" {
		return "", &UnprovableError{"the profile has no such number: fill in test_numbers." + purpose}
	}
	return n, nil
}

// ClosePort closes the port of a trunk peer until the scenario ends: nobody listens
// there.
func (c *Cast) ClosePort(ctx context.Context, p *Player) {
	c.stage.peers[p.trunk].Close(ctx)
	c.closed = append(c.closed, p.trunk)
}

// Deafen has a trunk peer leave the system's questions whether it is there
// unanswered until the scenario ends.
func (c *Cast) Deafen(p *Player) {
	p.agent.Deaf(true)
	c.deaf = append(c.deaf, p.trunk)
}

// Asked waits until a peer that became deaf has been asked so many questions.
func (p *Player) Asked(ctx context.Context, questions int) int {
	return p.agent.Asked(ctx, questions)
}

// restore opens the ports that a scenario closed, and has the deaf hear.
func (c *Cast) restore() {
	for _, name := range c.deaf {
		c.stage.peers[name].Deaf(false)
	}
	for _, name := range c.closed {
		old := c.stage.peers[name]
		if err := c.reopen(name, old.Addr()); err != nil {
			c.stage.cfg.Journal.Add(record.Event{At: c.stage.cfg.Journal.Now(), Party: "harness", Text: err.Error()})
			continue
		}
		c.stage.peers[name].Follow(old)
	}
}

// Rediscovered waits until the system has asked those again whom it may have
// taken for down in the scenario, for so long: the next scenario would else
// be held against a system that does not know yet that they are back.
func (c *Cast) Rediscovered(ctx context.Context) {
	for _, name := range append(c.deaf, c.closed...) {
		if t, ok := c.stage.cfg.Site.Trunk(name); ok {
			c.stage.asked(ctx, t)
		}
	}
	c.deaf, c.closed = nil, nil
}

// Discovered waits until the system has asked all those for the first time whom
// it asks whether they are there: it may have asked before they were.
func (s *Stage) Discovered(ctx context.Context) {
	var w sync.WaitGroup
	for _, t := range s.cfg.Site.Trunks {
		w.Go(func() { s.asked(ctx, t) })
	}
	w.Wait()
}

// asked waits until a trunk's peer has been asked two questions, for as long as
// they and an answer may take: when the second comes, what the answer to the
// first says has been noted. At a port that was closed the first may be the copy
// of an old one besides, which the system has given up.
func (s *Stage) asked(ctx context.Context, t site.Trunk) {
	if !t.Supervised() {
		return
	}
	const questions = 2
	wait, cancel := context.WithTimeout(ctx, time.Duration(questions)*t.Options+s.cfg.Site.Thresholds.Answer)
	defer cancel()
	s.peers[t.Name].Asked(wait, questions)
}

// Shown gives the form in which the player is shown a caller's number, and
// the number that is asserted to it: known is whether the profile says.
func (c *Cast) Shown(callee, caller *Player) (from, asserted string, known bool) {
	t, ok := c.stage.cfg.Site.Trunk(callee.trunk)
	if !ok {
		return caller.user, "", false
	}
	from = t.Shown(caller.user)
	believed := caller.Phone != nil // by its credentials
	if w, trunk := c.stage.cfg.Site.Trunk(caller.trunk); trunk {
		if w.Identity == "" {
			return from, "", false
		}
		believed = w.Identity == site.Trusted
	}
	if t.Identity == site.Trusted && believed {
		asserted = from
	}
	return from, asserted, t.Identity != ""
}

// Calls gives the number that the player calls from.
func (p *Player) Calls() string { return p.user }
