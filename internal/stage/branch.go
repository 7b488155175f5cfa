package stage

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"ringproof/internal/site"
	"ringproof/reports/record"
	"ringproof/simulators/branch"
	"ringproof/simulators/ua"
)

// Branch is a branch gateway: a player that registers accounts and is called
// at the numbers behind it.
type Branch struct {
	*Player
	// Bound are its numbers, in the order of the profile: of each account its
	// own, and the first and the last of each of its ranges.
	Bound []Bound
	// Unknown is a number that leads to the gateway, and that it does not
	// know; "" where the profile has none to spare.
	Unknown string

	branch   *branch.Branch
	accounts []site.Account
}

// Bound is a number behind a gateway.
type Bound struct {
	Number string
	// Arrives is what calls to it may arrive with.
	Arrives []string
}

// Kind is how a gateway's numbers are registered.
type Kind int

// The kinds: an account for each number, one account for many numbers, many
// numbers in bulk (RFC 6140), one account for many cameras.
const (
	EachNumber Kind = iota
	OneForMany
	InBulk
	Filming
)

func kindOf(a site.Account) Kind {
	switch {
	case a.Cameras:
		return Filming
	case a.Bulk:
		return InBulk
	case len(a.Numbers) > 0:
		return OneForMany
	}
	return EachNumber
}

var missing = map[Kind]string{
	EachNumber: "the profile has no branch gateway with two accounts of one number each: fill in accounts[].branch at two of them",
	OneForMany: "the profile has no branch gateway with an account for many numbers: fill in accounts[].branch and accounts[].numbers",
	Filming:    "the profile has no branch gateway with an account for cameras: fill in accounts[].branch and accounts[].cameras",
	InBulk:     "the profile has no branch gateway whose numbers are registered in bulk: fill in accounts[].branch and accounts[].bulk",
}

// Branch gives the first branch gateway of that kind, not registered yet.
func (c *Cast) Branch(k Kind) (*Branch, error) {
	for _, first := range c.stage.far(c.stage.cfg.Site.Accounts) {
		if first.Branch == "" || kindOf(first) != k {
			continue
		}
		var accounts []site.Account
		for _, a := range c.stage.cfg.Site.Accounts {
			if a.Branch == first.Branch && kindOf(a) == k {
				accounts = append(accounts, a)
			}
		}
		if k == EachNumber && len(accounts) < 2 {
			continue
		}
		return c.branch(first.Branch, accounts)
	}
	return nil, c.stage.lacks(site.NoGateways, missing[k])
}

func (c *Cast) branch(name string, accounts []site.Account) (*Branch, error) {
	for _, a := range accounts {
		if why := c.stage.left(a.User); why != "" {
			return nil, &UnprovableError{why}
		}
	}
	cfg := c.stage.agent("branch "+name, accounts[0].User, netip.AddrPortFrom(c.stage.cfg.Site.Harness.Phones, 0))
	cfg.Username, cfg.Password = accounts[0].User, accounts[0].Password
	if accounts[0].Cameras {
		cfg.Video = func(camera string) (ua.Video, error) { return c.stage.video(cfg.Addr.Addr(), camera) }
	}
	b, err := branch.New(cfg)
	if err != nil {
		return nil, err
	}
	y := c.stage.facing(accounts[0].System)
	b.Face(y.Hop, y.Domain)
	c.guests = append(c.guests, b)
	g := &Branch{branch: b, accounts: accounts, Player: &Player{
		Name: b.Party(), Number: accounts[0].Dialled(), user: accounts[0].User, system: accounts[0].System, agent: b.Agent, behave: func(ua.Behaviour) {}, look: func() {},
	}}
	for _, a := range accounts {
		g.bind(a)
	}
	return g, nil
}

// bind maps an account's numbers at the gateway.
func (g *Branch) bind(a site.Account) {
	numbers := []string{a.Dialled()}
	if len(a.Numbers) > 0 {
		numbers = nil // that of a pilot account is nobody's
	}
	for _, r := range a.Numbers {
		last := r.Len() - 1
		numbers = append(numbers, r.At(0))
		if last > 0 {
			numbers = append(numbers, r.At(last))
		}
		if last > 1 && g.Unknown == "" && (a.Bulk || a.RequestURI == site.Dialled) {
			g.Unknown = r.At(last / 2)
		}
	}
	for _, n := range numbers {
		g.Map(n, a)
	}
}

// Map lets the gateway answer for one more number of an account.
func (g *Branch) Map(number string, a site.Account) {
	b := Bound{Number: number, Arrives: a.Arrives(number)}
	g.Bound = append(g.Bound, b)
	for _, user := range b.Arrives {
		g.branch.Map(user, ua.Behaviour{})
	}
}

// registration is the expiry that a gateway asks for: longer than any scenario.
const registration = 5 * time.Minute

// Register binds the gateway's accounts, one after the other, until one is
// refused.
func (g *Branch) Register(ctx context.Context) (f record.Registration) {
	for _, a := range g.accounts {
		f, _ = g.branch.Enrol(ctx, ua.Enrolment{ // its error is in the fact
			User: a.User, Username: a.User, Password: a.Password, Bulk: a.Bulk, Expires: registration,
		})
		if f.Code < 200 || f.Code >= 300 {
			break
		}
	}
	return f
}

// atBranch plays a number behind a branch gateway, for one call to it.
func (c *Cast) atBranch(a site.Account, number string) (*Player, error) {
	g, err := c.branch(a.Branch, []site.Account{a})
	if err != nil {
		return nil, err
	}
	g.Map(number, a)
	g.Number, g.register = number, g.Register
	return g.Player, nil
}

// Again gives a second phone of a player's account, at an address of its own:
// a phone that has moved.
func (c *Cast) Again(p *Player) (*Player, error) {
	for _, a := range c.stage.phones() {
		if p.Phone != nil && a.User == p.user {
			return c.phoneOf(a, p.Name+" at its new address")
		}
	}
	return nil, fmt.Errorf("%s is no phone that could move", p.Name)
}

// Spare gives the phone of the last account, which nothing else needs where
// the profile has three, not registered.
func (c *Cast) Spare() (*Player, error) {
	n := len(c.stage.phones())
	if n < 2 {
		return nil, &UnprovableError{"the profile has no second account for a phone that is not registered: fill in another of accounts[]"}
	}
	return c.PhoneOf(n - 1)
}

// Foreign gives a number of an account that is none of these players'.
func (c *Cast) Foreign(not ...*Player) (string, error) {
next:
	for _, a := range c.stage.phones() {
		for _, p := range not {
			if p.user == a.User {
				continue next
			}
		}
		return a.Dialled(), nil
	}
	return "", &UnprovableError{"the profile has no third account whose number could be stolen: fill in another of accounts[]"}
}
