package stage

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"ringproof/internal/network"
	"ringproof/internal/site"
	"ringproof/internal/wire"
	"ringproof/simulators/load"
	"ringproof/simulators/phone"
	"ringproof/simulators/ua"
)

// Crowds are many callers at one player's address and a crowd that answers at
// another's: what the system under test trusts there, or has bound there, holds
// for them.
type Crowds struct {
	Callers load.Config      // but for what is to be placed
	Crowd   load.CrowdConfig // but for how it answers
	Numbers string           // that are dialled, in words

	back []func() error
}

// Spread says which side's numbers take turns, all of its trunk; else each
// player's own is the only one.
type Spread struct{ Callers, Called bool }

// Crowds puts crowds in the places of two players, until Leave. Callers use the
// transport of the profile; over which the system calls it does not say.
func (c *Cast) Crowds(ctx context.Context, caller, called *Player, spread Spread) (*Crowds, error) {
	s := c.stage
	y := s.facing(caller.system)
	for _, p := range []*Player{caller, called} {
		if p.Phone == nil && p.trunk == "" {
			return nil, &UnprovableError{fmt.Sprintf("%s is neither a trunk nor a phone: want such for a load", p.Name)}
		}
		if t, trunk := s.cfg.Site.Trunk(p.trunk); trunk && t.Advertise.IsValid() {
			return nil, &UnprovableError{fmt.Sprintf("%s stands behind a NAT (trunks[].advertise), and a crowd tells its own address: want a trunk that does not, for a load", p.Name)}
		}
	}
	from, to, words, err := s.dialled(caller, called, spread)
	if err != nil {
		return nil, err
	}
	x := &Crowds{Numbers: words}
	x.Callers = load.Config{To: y.Hop.Addr, Domain: y.Domain, Callers: load.List(from), Called: load.List(to), Seed: s.cfg.Seed}
	x.Crowd.Seed, x.Crowd.Own = s.cfg.Seed, s.ownOf(called, to)
	x.Crowd.Pairs = s.pairs(called, from, to)
	x.Callers.Transport, x.Callers.Both, x.Crowd.Transport = load.UDP, true, load.Either
	if y.Hop.Transport == wire.TCP {
		x.Callers.Transport = load.TCP
	}
	if _, kernel := s.cfg.Network.(network.Kernel); !kernel {
		x.Callers.Network, x.Crowd.Network = s.cfg.Network, s.cfg.Network
	}
	if caller.Phone != nil {
		x.Callers.Home = y.Domain
		x.Callers.Accounts = s.account(caller)
	}
	if called.Phone != nil && s.facing(called.system).Hop.Transport == wire.TCP {
		x.enrol(ctx, s, called)
	}
	x.Callers.From = x.take(c.lend(ctx, caller))
	x.Crowd.At = x.take(c.lend(ctx, called))
	return x, nil
}

// account gives the account of a player.
func (s *Stage) account(p *Player) []load.Account {
	for _, a := range s.cfg.Site.Accounts {
		if a.User == p.user {
			return []load.Account{{User: a.User, Password: a.Password}}
		}
	}
	return nil
}

// enrolled is for how long a crowd in the place of a phone binds its contact at
// a time.
const enrolled = 5 * time.Minute

// enrol has the crowd register in the place of a called phone, over TCP: a
// binding may be worth no more than the connection that it came over (RFC 5626
// §1), and that is closed with the phone. Over UDP what the phone has bound
// holds for the crowd.
func (x *Crowds) enrol(ctx context.Context, s *Stage, called *Player) {
	y := s.facing(called.system)
	_, _ = called.Phone.Unregister(ctx) // its outcome is in the record; the crowd's own tells whether all is well
	x.Crowd.Accounts = s.account(called)
	x.Crowd.Registrar, x.Crowd.Domain, x.Crowd.Expires = y.Hop.Addr, y.Domain, enrolled
	if s.cfg.Notes != nil {
		s.cfg.Notes.Bound(called.user, fmt.Sprintf("sip:%s@%s;transport=tcp", called.user, called.agent.Addr())) // until the phone is back, and removes it
	}
}

func (x *Crowds) take(at netip.AddrPort, back func() error) netip.AddrPort {
	x.back = append(x.back, back)
	return at
}

// Leave gives the players their places back.
func (x *Crowds) Leave() error {
	var faults []error
	for _, f := range x.back {
		faults = append(faults, f())
	}
	x.back = nil
	return errors.Join(faults...)
}

// ownOf tells of the numbers that were dialled in whatever form the called
// player may be shown them.
func (s *Stage) ownOf(called *Player, dialled []string) func([]byte) bool {
	own := map[string]bool{}
	t, trunk := s.cfg.Site.Trunk(called.trunk)
	for _, n := range dialled {
		if r, ok := s.route(n); trunk && ok {
			n = r.Arrives(n, t)
		}
		own[n] = true
	}
	if !trunk {
		own[called.user] = true
	}
	return func(number []byte) bool { return own[string(number)] }
}

// pairs tells who calls whom, in the forms that the called trunk is shown; nil
// where that is not known.
func (s *Stage) pairs(called *Player, from, to []string) *load.Pairing {
	t, trunk := s.cfg.Site.Trunk(called.trunk)
	if !trunk {
		return nil
	}
	var shown, arrive []string
	for _, n := range from {
		shown = append(shown, t.Shown(n))
	}
	for _, n := range to {
		if r, ok := s.route(n); ok {
			n = r.Arrives(n, t)
		}
		arrive = append(arrive, n)
	}
	return load.Pair(shown, arrive)
}

// mostNumbers is how many numbers of a range are called and calling in turn.
const mostNumbers = 10_000

// dialled gives the numbers that callers call from, and those that they call:
// such that the profile routes to the called trunk.
func (s *Stage) dialled(caller, called *Player, spread Spread) (from, to []string, words string, err error) {
	from, to, words = []string{caller.user}, []string{called.Number}, called.Number
	if t, ok := s.cfg.Site.Trunk(caller.trunk); ok && spread.Callers {
		from = nil
		for i := range min(t.Numbers.Len(), mostNumbers) {
			from = append(from, t.Numbers.At(i))
		}
	}
	if t, ok := s.cfg.Site.Trunk(called.trunk); ok && spread.Called {
		to = nil
		for i := range min(t.Numbers.Len(), mostNumbers) {
			n := t.Numbers.At(i)
			if r, routed := s.route(n); routed && r.Targets[0] == t.Name && s.mayDial(n) == nil {
				to = append(to, n)
			}
		}
		words = fmt.Sprintf("%d of %s in turn", len(to), t.Numbers)
	}
	if len(to) == 0 {
		return nil, nil, "", &UnprovableError{fmt.Sprintf("no number of %s may be called through a route of the profile: fill in routes[]", called.Name)}
	}
	for _, n := range to {
		if err := s.mayDial(n); err != nil {
			return nil, nil, "", fmt.Errorf("%s: %w", n, err)
		}
	}
	return from, to, words, nil
}

// lend closes a player's port, so that others can stand at its address, and
// gives what opens it again. What is bound there stays bound.
func (c *Cast) lend(ctx context.Context, p *Player) (at netip.AddrPort, back func() error) {
	at = p.agent.Addr()
	p.agent.Close(ctx)
	if p.Phone == nil {
		return at, func() error {
			if err := c.reopen(p.trunk, at); err != nil {
				return err
			}
			n := c.stage.peers[p.trunk]
			p.agent, p.behave = n.Agent, func(b ua.Behaviour) { n.Behave(p.called, b) }
			return nil
		}
	}
	return at, func() error { return c.reopenPhone(p, at) }
}

// reopen puts a trunk's peer back on its address.
func (c *Cast) reopen(name string, at netip.AddrPort) error {
	t, _ := c.stage.cfg.Site.Trunk(name)
	t.Address = at // with the port that the system knows
	p, err := c.stage.peer(t)
	if err != nil {
		return err
	}
	y := c.stage.facing(t.System)
	p.Face(y.Hop, y.Domain)
	c.stage.peers[name] = p
	return nil
}

// reopenPhone puts a phone back on its address, whose binding it removes when
// the scenario ends.
func (c *Cast) reopenPhone(p *Player, at netip.AddrPort) error {
	i := slices.IndexFunc(c.stage.cfg.Site.Accounts, func(a site.Account) bool { return a.User == p.user })
	n, err := c.stage.phoneAt(c.stage.cfg.Site.Accounts[i], p.Name, at)
	if err != nil {
		return err
	}
	n.Bound()
	c.phones[slices.Index(c.phones, p.Phone)] = n
	p.Phone, p.agent, p.behave = n, n.Agent, n.Behave
	return nil
}

// phoneAt opens an account's phone at an address, under a name for the record.
func (s *Stage) phoneAt(a site.Account, name string, at netip.AddrPort) (*phone.Phone, error) {
	cfg := s.agent(name, a.User, at)
	cfg.Username, cfg.Password = a.User, a.Password
	p, err := phone.New(cfg)
	if err != nil {
		return nil, err
	}
	y := s.facing(a.System)
	p.Face(y.Hop, y.Domain)
	return p, nil
}
