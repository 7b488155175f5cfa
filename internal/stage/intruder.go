package stage

import (
	"net/netip"

	"ringproof/internal/site"
	"ringproof/simulators/branch"
	"ringproof/simulators/phone"
	"ringproof/simulators/ua"
)

// Intruder gives a caller whom nobody trusts, and who says to call from a
// number.
func (c *Cast) Intruder(from string) (*Player, error) {
	at := c.stage.cfg.Site.Harness.Intruder
	if !at.IsValid() {
		return nil, &UnprovableError{"the profile has no address for strangers: fill in harness.intruder"}
	}
	p, err := phone.New(c.stage.agent("intruder", from, netip.AddrPortFrom(at, 0)))
	if err != nil {
		return nil, err
	}
	y := c.stage.faces[0]
	p.Face(y.Hop, y.Domain)
	c.phones = append(c.phones, p)
	return &Player{Name: p.Party(), Number: from, Phone: p, user: from, agent: p.Agent, behave: p.Behave}, nil
}

// Eavesdropper is somebody at an address of their own who has read what a
// phone sent, but knows no password.
func (c *Cast) Eavesdropper(victim *Player) (*Player, error) {
	at := c.stage.cfg.Site.Harness.Intruder
	if !at.IsValid() {
		return nil, &UnprovableError{"the profile has no address of its own for somebody who is neither trunk nor phone: fill in harness.intruder"}
	}
	cfg := c.stage.agent("intruder", victim.user, netip.AddrPortFrom(at, 0))
	b, err := branch.New(cfg)
	if err != nil {
		return nil, err
	}
	y := c.stage.facing(victim.system)
	b.Face(y.Hop, y.Domain)
	c.guests = append(c.guests, b)
	b.Map(victim.user, ua.Behaviour{})
	b.Map(victim.Number, ua.Behaviour{})
	return &Player{Name: b.Party(), Number: victim.Number, user: victim.user, agent: b.Agent, behave: func(ua.Behaviour) {}, look: func() {}}, nil
}

// Demand is a REGISTER that is not its sender's to send. Undo removes what it
// may have bound, at either account.
type Demand struct {
	What string
	Ask  ua.Enrolment
	Undo []ua.Enrolment
}

// Demands are those that would take a victim's calls away, with the credentials
// of another account: a contact of the sender's own, under the victim's name
// and under the sender's, and the removal of the victim's.
func (c *Cast) Demands(victim, with *Player) []Demand {
	base := ua.Enrolment{User: victim.user, Username: with.user, Password: c.password(with)}
	undo := []ua.Enrolment{
		{User: victim.user, Username: victim.user, Password: c.password(victim)},
		{User: with.user, Username: with.user, Password: base.Password},
	}
	bind, third := base, base
	bind.Expires = c.stage.cfg.Site.Registration.Expiry // no longer than a scenario needs
	third.Expires, third.From = bind.Expires, with.user
	out := []Demand{{"a contact at account " + victim.user, bind, undo}, {"a contact, From " + with.user + ", at account " + victim.user, third, undo}}
	for _, d := range c.Removals(victim) {
		d.Ask.Username, d.Ask.Password = base.Username, base.Password
		out = append(out, d)
	}
	for i := range out {
		out[i].What += " with the credentials of " + with.user
	}
	return out
}

// Removals are those of a phone's contact, in either of the ways of RFC 3261
// §10.2.2, without credentials.
func (c *Cast) Removals(victim *Player) []Demand {
	ask := ua.Enrolment{User: victim.user, Contact: victim.Phone.Contact()}
	own := ask
	own.ByContact = true
	return []Demand{
		{What: "the removal, by Expires: 0, of the contact of account " + victim.user, Ask: ask},
		{What: "the removal, by expires=0, of the contact of account " + victim.user, Ask: own},
	}
}

func (c *Cast) password(p *Player) string {
	for _, a := range c.stage.phones() {
		if a.User == p.user && a.System == p.system {
			return a.Password
		}
	}
	return ""
}

// Unproved is somebody without a password, and the accounts of a system that
// have one.
type Unproved struct {
	Accounts []site.Account
	*Player
}

// Faces tells whether it is the system of a player.
func (u *Unproved) Faces(p *Player) bool { return u.system == p.system }

// Unproved gives somebody at the address of the phones who knows no password,
// for each system, with the accounts there that have one.
func (c *Cast) Unproved() (all []Unproved, err error) {
	for _, y := range c.stage.faces {
		var locked []site.Account
		for _, a := range c.stage.cfg.Site.Accounts {
			if a.Password != "" && (len(c.stage.faces) == 1 || a.System == y.Name) {
				locked = append(locked, a)
			}
		}
		if len(locked) == 0 {
			continue
		}
		b, err := branch.New(c.stage.agent("somebody", locked[0].User, netip.AddrPortFrom(c.stage.cfg.Site.Harness.Phones, 0)))
		if err != nil {
			return nil, err
		}
		b.Face(y.Hop, y.Domain)
		c.guests = append(c.guests, b)
		all = append(all, Unproved{locked, &Player{Name: b.Party(), system: locked[0].System, agent: b.Agent, behave: func(ua.Behaviour) {}, look: func() {}}})
	}
	if len(all) == 0 {
		return nil, c.stage.lacks(site.NoAccounts, "the profile has no account with a password: fill in accounts[]")
	}
	return all, nil
}
