package stage

import (
	"slices"

	"ringproof/internal/site"
)

// Where several systems are under test, each is the near one in its turn: what
// a scenario proves of one side, it proves of each.

// phones are the accounts that are phones of their own, in the order in which
// scenarios take them: one of each system in turn, the near one's first, so that
// a call from the first to the second crosses from one system to the other.
func (s *Stage) phones() []site.Account {
	all := s.cfg.Site.PhoneAccounts()
	if len(s.faces) < 2 {
		return all
	}
	var out []site.Account
	for n := range all {
		for _, y := range s.faces {
			if a, ok := nth(all, y.Name, n); ok {
				out = append(out, a)
			}
		}
	}
	return out
}

// nth gives the n-th account of a system.
func nth(all []site.Account, system string, n int) (site.Account, bool) {
	for _, a := range all {
		if a.System != system {
			continue
		}
		if n == 0 {
			return a, true
		}
		n--
	}
	return site.Account{}, false
}

// far gives accounts such that those of the near system come last.
func (s *Stage) far(all []site.Account) []site.Account {
	return last(all, func(a site.Account) bool { return a.System == s.faces[0].Name })
}

// farGateways gives the gateways such that those of the near system come last.
func (s *Stage) farGateways() []site.Gateway {
	return last(s.cfg.Site.Gateways, func(g site.Gateway) bool { return g.System == s.faces[0].Name })
}

// last gives a list in its order, but for those that come last.
func last[T any](all []T, comes func(T) bool) []T {
	rest := slices.DeleteFunc(slices.Clone(all), comes)
	for _, x := range all {
		if comes(x) {
			rest = append(rest, x)
		}
	}
	return rest
}
