package stage

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"ringproof/internal/site"
	"ringproof/simulators/phone"
	"ringproof/simulators/ua"
)

// Cast is who plays in one scenario.
type Cast struct {
	stage  *Stage
	phones []*phone.Phone
}

// Player is a party in a role: it calls from its number and is called at it.
type Player struct {
	Name   string // in the record, and of its voice
	Number string
	Phone  *phone.Phone // nil for a trunk peer

	user   string // it calls from
	agent  *ua.Agent
	behave func(ua.Behaviour)
}

// Numbers gives what may stand in the Request-URI of a call to the player: the
// number dialled or, at a phone, its own user (RFC 3261 §16.6 step 2).
func (p *Player) Numbers() []string { return []string{p.Number, p.user} }

// Behave says how calls to the player's number are treated.
func (p *Player) Behave(b ua.Behaviour) { p.behave(b) }

// Dial calls a number.
func (p *Player) Dial(ctx context.Context, number string) (*ua.Call, error) {
	return p.agent.Invite(ctx, p.user, number)
}

// Arrival waits for a call to arrive at the player, for whatever number.
func (p *Player) Arrival(ctx context.Context) (*ua.Call, error) { return p.agent.Arrival(ctx) }

// Arrivals tells how many calls have arrived at the player in this scenario.
func (p *Player) Arrivals() int { return p.agent.Arrivals() }

// Elsewhere gives a call that arrived at a trunk peer that was not meant, or
// nil.
func (c *Cast) Elsewhere(meant ...*Player) *ua.Call {
	now, cancel := context.WithCancel(context.Background())
	cancel()
	for _, p := range c.stage.peers {
		if slices.ContainsFunc(meant, func(m *Player) bool { return m != nil && m.agent == p.Agent }) {
			continue
		}
		if call, err := p.Arrival(now); err == nil {
			return call
		}
	}
	return nil
}

// Cast gathers players for a scenario; Close ends it.
func (s *Stage) Cast() *Cast { return &Cast{stage: s} }

// Trunk gives the n-th trunk, from 0, that the system under test routes to by
// its own numbers.
func (c *Cast) Trunk(n int) (*Player, error) {
	for _, t := range c.stage.cfg.Site.Trunks {
		if r, ok := c.stage.route(t.Numbers.At(0)); !ok || r.Targets[0] != t.Name {
			continue
		}
		if n == 0 {
			return c.at(t.Name, c.stage.take(t.Numbers)), nil
		}
		n--
	}
	return nil, &UnprovableError{"the profile has fewer trunks with a route to their own numbers than the scenario needs"}
}

// at plays a number at a trunk.
func (c *Cast) at(trunk, number string) *Player {
	p := c.stage.peers[trunk]
	player := &Player{Name: p.Party(), Number: number, user: number, agent: p.Agent, behave: func(b ua.Behaviour) { p.Behave(number, b) }}
	player.Behave(ua.Behaviour{})
	return player
}

// Fallback gives a number whose route has a second target, with the players
// at the first and the second, and the guard time of the route.
func (c *Cast) Fallback() (first, second *Player, guard time.Duration, err error) {
	for _, r := range c.stage.cfg.Site.Routes {
		if len(r.Targets) > 1 {
			number := c.stage.take(r.Numbers)
			return c.at(r.Targets[0], number), c.at(r.Targets[1], number), r.Guard, nil
		}
	}
	return nil, nil, 0, &UnprovableError{"the profile has no route with a second target"}
}

// Caller gives a caller for the trunk side who is none of those named.
func (c *Cast) Caller(not ...*Player) (*Player, error) {
	for _, t := range c.stage.cfg.Site.Trunks {
		taken := false
		for _, p := range not {
			taken = taken || p.Name == c.stage.peers[t.Name].Party()
		}
		if !taken {
			return c.at(t.Name, c.stage.take(t.Numbers)), nil
		}
	}
	return nil, &UnprovableError{"the profile has no trunk left for a caller"}
}

// PhoneOf gives the phone of the n-th account, from 0, not registered yet. A
// password other than the account's may be given.
func (c *Cast) PhoneOf(n int, password ...string) (*Player, error) {
	accounts := c.stage.cfg.Site.Accounts
	if n >= len(accounts) {
		return nil, &UnprovableError{fmt.Sprintf("the scenario needs %d accounts, the profile has %d", n+1, len(accounts))}
	}
	a := accounts[n]
	cfg := c.stage.agent("phone "+a.User, a.User, netip.AddrPortFrom(c.stage.cfg.Site.Harness.Phones, 0))
	cfg.Username, cfg.Password = a.User, a.Password
	if len(password) > 0 {
		cfg.Password = password[0]
	}
	p, err := phone.New(cfg)
	if err != nil {
		return nil, err
	}
	p.Face(c.stage.next, c.stage.domain)
	c.phones = append(c.phones, p)
	return &Player{Name: p.Party(), Number: a.Dialled(), user: a.User, Phone: p, agent: p.Agent, behave: p.Behave}, nil
}

// Close releases every call within the bound of ctx, removes our bindings and
// enters what was seen into the record.
// Unregister bounds the removal of bindings.
func (c *Cast) Close(ctx context.Context, unregister time.Duration) {
	var w sync.WaitGroup
	for _, p := range c.phones {
		w.Go(func() { p.Close(ctx, unregister) })
	}
	for _, p := range c.stage.peers {
		w.Go(func() { p.Conclude(ctx) })
	}
	w.Wait()
}

// route finds a number's route as the profile states it: the longest prefix.
func (s *Stage) route(number string) (site.Route, bool) {
	var best site.Route
	found := false
	for _, r := range s.cfg.Site.Routes {
		if len(r.Targets) > 0 && r.Prefix.Starts(number) && (!found || len(r.Prefix) > len(best.Prefix)) {
			best, found = r, true
		}
	}
	return best, found
}

// PlayerFor gives who plays a number: an account's phone or the trunk whose
// range has it.
func (c *Cast) PlayerFor(number string) (*Player, error) {
	for i, a := range c.stage.cfg.Site.Accounts {
		if a.Dialled() == number {
			return c.PhoneOf(i)
		}
	}
	for _, t := range c.stage.cfg.Site.Trunks {
		if t.Numbers.Contains(number) {
			return c.at(t.Name, number), nil
		}
	}
	return nil, &UnprovableError{fmt.Sprintf("nobody in the profile plays %q", number)}
}
