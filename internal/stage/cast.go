package stage

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"ringproof/internal/site"
	"ringproof/reports/record"
	"ringproof/simulators/phone"
	"ringproof/simulators/ua"
)

// Cast is who plays in one scenario.
type Cast struct {
	stage  *Stage
	phones []*phone.Phone
	// accounts are the players at accounts' phones.
	accounts []*Player
	guests   []guest
	closed   []string // trunks whose port is closed
	deaf     []string // trunks whose peers do not answer OPTIONS
	// screens are who looks, by party and number.
	screens []string
}

// guest is a party that stands for one scenario.
type guest interface {
	Close(ctx context.Context, unregister time.Duration)
}

// Player is a party in a role: it calls from its number and is called at it.
type Player struct {
	Name   string // in the record, and of its voice
	Number string
	Phone  *phone.Phone // nil for a trunk peer

	user     string // it calls from
	trunk    string // empty for a phone
	system   string // whose party it is, where several are under test
	called   string // in the form in which its number arrives
	agent    *ua.Agent
	behave   func(ua.Behaviour)
	register func(context.Context) record.Registration // nil for a trunk peer
	look     func()
}

// Registers tells whether the player has to be registered to be reached.
func (p *Player) Registers() bool { return p.register != nil }

// Register registers the player.
func (p *Player) Register(ctx context.Context) record.Registration { return p.register(ctx) }

// Numbers gives what may stand in the Request-URI of a call to the player: at
// a phone the number dialled or its own user (RFC 3261 §16.6 step 2), at a
// trunk the number in the form that the profile's route gives it.
func (p *Player) Numbers() []string {
	if p.trunk != "" {
		return []string{p.called}
	}
	return []string{p.Number, p.user}
}

// Behave says how calls to the player's number are treated.
func (p *Player) Behave(b ua.Behaviour) { p.behave(b) }

// Dial calls a number.
func (p *Player) Dial(ctx context.Context, number string, how ...ua.Option) (*ua.Call, error) {
	return p.agent.Invite(ctx, p.user, number, how...)
}

// DialAs calls a number and says to be another.
func (p *Player) DialAs(ctx context.Context, from, number string) (*ua.Call, error) {
	return p.agent.Invite(ctx, from, number)
}

// Enrol carries out a registration of another kind than the player's own.
func (p *Player) Enrol(ctx context.Context, e ua.Enrolment) record.Registration {
	f, _ := p.agent.Enrol(ctx, e) // its error is in the fact
	return f
}

// Arrival waits for a call to arrive at the player, for whatever number.
func (p *Player) Arrival(ctx context.Context) (*ua.Call, error) { return p.agent.Arrival(ctx) }

// ArrivalAfter waits for a call that arrives after so many others.
func (p *Player) ArrivalAfter(ctx context.Context, others int) (*ua.Call, error) {
	return p.agent.ArrivalAfter(ctx, others)
}

// Arrivals tells how many calls have arrived at the player in this scenario.
func (p *Player) Arrivals() int { return p.agent.Arrivals() }

// Elsewhere gives a call that arrived at a trunk peer or a gateway that was
// not meant, or nil.
func (c *Cast) Elsewhere(meant ...*Player) *ua.Call {
	now, cancel := context.WithCancel(context.Background())
	cancel()
	var agents []*ua.Agent
	for _, p := range c.stage.peers {
		agents = append(agents, p.Agent)
	}
	for _, g := range c.stage.gateways {
		agents = append(agents, g.Agent)
	}
	for _, a := range agents {
		if slices.ContainsFunc(meant, func(m *Player) bool { return m != nil && m.agent == a }) {
			continue
		}
		if call, err := a.Arrival(now); err == nil {
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
	return nil, c.stage.lacks(site.NoTrunks, "the profile has fewer trunks with a route to their own numbers than the scenario needs: fill in trunks[] and routes[]")
}

// at plays a number at a trunk, in the form in which it arrives there.
func (c *Cast) at(trunk, number string) *Player {
	p := c.stage.peers[trunk]
	called := number
	t, _ := c.stage.cfg.Site.Trunk(trunk)
	if r, ok := c.stage.route(number); ok {
		called = r.Arrives(number, t)
	}
	player := &Player{
		Name: p.Party(), Number: number, user: number, trunk: trunk, system: t.System, called: called, agent: p.Agent,
		behave: func(b ua.Behaviour) { p.Behave(called, b) }, look: c.looker(p.Party(), number),
	}
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
	return nil, nil, 0, c.stage.lacks(site.NoFallback, "the profile has no route with a second target: fill in routes[].targets and routes[].numbers")
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
	return nil, c.stage.lacks(site.NoTrunks, "the profile has no trunk left for a caller: fill in another of trunks[]")
}

// Unanswered gives a trunk's number, or else an account's phone, that the
// system lets ring for a limited time, and that time.
func (c *Cast) Unanswered(trunk bool) (*Player, time.Duration, error) {
	s := c.stage.cfg.Site
	if !trunk {
		for i, a := range c.stage.phones() {
			if a.Ring > 0 {
				p, err := c.PhoneOf(i)
				return p, a.Ring, err
			}
		}
		return nil, 0, c.stage.lacks(site.NoRing, "the profile has no account with a ring time: fill in accounts[].ring")
	}
	for _, r := range s.Routes {
		if r.Ring > 0 && len(r.Targets) == 1 {
			return c.at(r.Targets[0], c.stage.take(r.Numbers)), r.Ring, nil
		}
	}
	kind := site.NoRing
	if s.Lacks(site.NoTrunks) {
		kind = site.NoTrunks
	}
	return nil, 0, c.stage.lacks(kind, "the profile has no route with a ring time and one target: fill in routes[].ring and routes[].numbers")
}

// PhoneOf gives the phone of the n-th account, from 0, not registered yet. A
// password other than the account's may be given.
func (c *Cast) PhoneOf(n int, password ...string) (*Player, error) {
	accounts := c.stage.phones()
	if n >= len(accounts) {
		return nil, c.stage.lacks(site.NoAccounts, fmt.Sprintf("the scenario needs %d phones, the profile has accounts for %d: fill in accounts[]", n+1, len(accounts)))
	}
	a := accounts[n]
	if len(password) > 0 {
		a.Password = password[0]
	}
	return c.phoneOf(a, "phone "+a.User)
}

func (c *Cast) phoneOf(a site.Account, name string) (*Player, error) {
	if why := c.stage.left(a.User); why != "" {
		return nil, &UnprovableError{why}
	}
	p, err := c.stage.phone(a, name)
	if err != nil {
		return nil, err
	}
	c.phones = append(c.phones, p)
	player := &Player{
		Name: p.Party(), Number: a.Dialled(), user: a.User, system: a.System, Phone: p, agent: p.Agent, behave: p.Behave,
		look: c.looker(p.Party(), a.User),
		register: func(ctx context.Context) record.Registration {
			f, _ := p.Register(ctx) // its error is in the fact
			return f
		},
	}
	c.accounts = append(c.accounts, player)
	return player, nil
}

// Strangers gives the contacts of the other accounts' phones,
// "user@host:port".
func (c *Cast) Strangers(p *Player) (out []string) {
	for _, other := range c.accounts {
		if other.user != p.user {
			out = append(out, other.user+"@"+other.Phone.Addr().String())
		}
	}
	return out
}

// Pair gives a caller and a callee in whatever mode the profile has: two
// phones, two trunk peers, or one of each.
func (c *Cast) Pair() (caller, callee *Player, err error) {
	phones := len(c.stage.cfg.Site.PhoneAccounts())
	if phones >= 2 {
		if caller, err = c.PhoneOf(0); err == nil {
			callee, err = c.PhoneOf(1)
		}
		return caller, callee, err
	}
	if callee, err = c.Trunk(0); err != nil {
		return nil, nil, err
	}
	if phones == 1 {
		caller, err = c.PhoneOf(0)
	} else {
		caller, err = c.Trunk(1)
	}
	return caller, callee, err
}

// Close releases every call within the bound of ctx, removes our bindings and
// enters what was seen into the record.
// Unregister bounds the removal of bindings.
func (c *Cast) Close(ctx context.Context, unregister time.Duration) {
	var w sync.WaitGroup
	for _, p := range c.phones {
		w.Go(func() { p.Close(ctx, unregister) })
	}
	for _, g := range c.guests {
		w.Go(func() { g.Close(ctx, unregister) })
	}
	for _, p := range c.stage.peers {
		w.Go(func() { p.Conclude(ctx) })
	}
	for _, g := range c.stage.gateways {
		w.Go(func() { g.Conclude(ctx) })
	}
	w.Wait()
	c.restore()
	for _, who := range c.screens {
		c.watch(who, false)
	}
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
	for i, a := range c.stage.phones() {
		if a.Dialled() == number {
			return c.PhoneOf(i)
		}
	}
	for _, a := range c.stage.cfg.Site.Accounts {
		if a.Branch != "" && a.Reaches(number) {
			return c.atBranch(a, number)
		}
	}
	for _, t := range c.stage.cfg.Site.Trunks {
		if t.Numbers.Contains(number) {
			return c.at(t.Name, number), nil
		}
	}
	for _, g := range c.stage.cfg.Site.Gateways {
		if g.Cameras.Contains(number) {
			return c.behind(g.Name, number), nil
		}
	}
	return nil, &UnprovableError{fmt.Sprintf("nobody in the profile plays %q", number)}
}
