package bundled

import (
	"fmt"
	"net/netip"
	"slices"

	"ringproof/internal/site"
	"ringproof/refswitch"
)

// configure gives the switch that a site needs, with its trunks where they
// really stand.
func configure(s *site.Site, trunks map[string]netip.AddrPort, passwords map[string]string) refswitch.Config {
	var cfg refswitch.Config
	for _, a := range slices.Concat(s.Accounts, s.Real) {
		cfg.Accounts = append(cfg.Accounts, refswitch.Account{
			User: a.User, Password: passwords[a.User], Numbers: numbers(a),
			RequestURI: refswitch.RequestURI(a.RequestURI), Bulk: a.Bulk, Ring: a.Ring,
		})
	}
	for _, x := range s.Trunks {
		trusted := x.Identity == site.Trusted
		cfg.Trunks = append(cfg.Trunks, refswitch.Trunk{
			Name: x.Name, Address: trunks[x.Name], Called: refswitch.Translation(x.Called), Caller: refswitch.Translation(x.Caller),
			IdentityFrom: trusted, IdentityTo: trusted, Options: x.Options, Misses: x.Misses,
		})
	}
	for _, g := range s.Gateways {
		cfg.Trunks = append(cfg.Trunks, refswitch.Trunk{Name: g.Name, Address: trunks[g.Name]})
	}
	for _, r := range s.Routes {
		cfg.Routes = append(cfg.Routes, refswitch.Route{
			Prefix: string(r.Prefix), Targets: r.Targets, Guard: r.Guard, Ring: r.Ring,
			Strip: r.Strip, Prepend: r.Prepend, Plus: r.Plus, MinDigits: r.MinDigits, Advance: r.Advance,
		})
	}
	return cfg
}

func numbers(a site.Account) (out []string) {
	if a.Number != "" && a.Number != a.User {
		out = append(out, a.Number)
	}
	for _, r := range a.Numbers {
		out = append(out, r.String())
	}
	return out
}

// Standalone gives the configuration of a switch that stands in for the
// system under test of a profile, at its address: a harness that reads the
// same profile finds it there.
func Standalone(profile string) (refswitch.Config, error) {
	s, err := site.LoadForSwitch(profile)
	if err != nil {
		return refswitch.Config{}, err
	}
	y, real := s.Tested()
	if !real {
		return refswitch.Config{}, fmt.Errorf("%s names no system: want one with under_test: true, at the address where the switch is to answer", profile)
	}
	trunks, passwords := map[string]netip.AddrPort{}, map[string]string{}
	for _, t := range s.Trunks {
		trunks[t.Name] = t.Address
	}
	for _, g := range s.Gateways {
		trunks[g.Name] = g.Address
	}
	for _, a := range slices.Concat(s.Accounts, s.Real) {
		passwords[a.User] = a.Password
	}
	cfg := configure(s, trunks, passwords)
	cfg.Listen, cfg.Domain = y.SIP.Addr, y.Domain
	return cfg, nil
}
