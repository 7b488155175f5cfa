package refswitch

import (
	"errors"

	"ringproof/refswitch/access"
	"ringproof/refswitch/internal/seam"
	"ringproof/refswitch/routing"
)

// plan is who may call and where calls go: what a configuration says that can
// change while calls go on. It is built once and then only read.
type plan struct {
	cfg    Config
	routes routing.Table
	trust  access.Trust
	trunks map[string]Trunk
	owner  *owners // of numbers
	// accounts by user
	accounts map[string]Account
}

// newPlan builds the tables of a valid configuration.
func newPlan(cfg Config, hooks *seam.Hooks) *plan {
	p := &plan{cfg: cfg, trunks: map[string]Trunk{}, owner: newOwners(cfg.Accounts, hooks), accounts: map[string]Account{}}
	for _, a := range cfg.Accounts {
		p.accounts[a.User] = a
	}
	for _, t := range cfg.Trunks {
		p.trunks[t.Name] = t
		for _, from := range t.sources() {
			p.trust.Add(from, t.Name)
		}
	}
	for _, r := range cfg.Routes {
		p.routes.Add(p.route(r))
	}
	return p
}

func (p *plan) route(r Route) routing.Route {
	out := routing.Route{
		Prefix: r.Prefix, Guard: r.Guard, GuardDown: r.GuardDown, Ring: r.Ring, MinDigits: r.MinDigits, Advance: r.Advance,
		Called: r.translation().table(), Bypass: r.Bypass,
	}
	if out.Guard == 0 {
		out.Guard = defaultGuard
	}
	if out.GuardDown == 0 {
		out.GuardDown = defaultGuardDown
	}
	out.GuardDown = min(out.GuardDown, out.Guard)
	for _, name := range r.Targets {
		t := p.trunks[name]
		out.Targets = append(out.Targets, routing.Target{
			Name: name, Addr: t.Address, Called: t.Called.table(), Caller: t.Caller.table(),
		})
	}
	return out
}

func (t Translation) table() routing.Translation {
	return routing.Translation{Strip: t.Strip, Prepend: t.Prepend, Plus: routing.Plus(t.Plus)}
}

func (c *Config) secrets() map[string]access.Secret {
	out := map[string]access.Secret{}
	for _, a := range c.Accounts {
		out[a.User] = access.Secret{Password: a.Password, Algorithms: a.Algorithms}
	}
	return out
}

// Reload takes the accounts, trunks and routes of another configuration. Calls
// in progress go on as they were; a configuration with a fault, or with
// another address, domain, media, registration or defect, changes nothing.
func (s *Switch) Reload(cfg Config) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	old := s.plan.Load().cfg
	if cfg.Listen != old.Listen || cfg.Domain != old.Domain || cfg.Media != old.Media || cfg.Registration != old.Registration || cfg.Defect != old.Defect {
		return errors.New("reload: listen, domain, media, registration and defect stay as they are while the switch runs")
	}
	p := newPlan(cfg, s.hooks)
	s.guard.SetAccounts(cfg.secrets())
	s.plan.Store(p)
	s.targets.Watch(s.supervised(p))
	return nil
}
