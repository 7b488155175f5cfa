package site

import (
	"fmt"
	"slices"
)

// Absence is a kind of thing that a site has not.
type Absence string

// The absences. Fallback is a route with a second target, ring a time after
// which a phone that nobody picks up stops ringing.
const (
	NoTrunks   Absence = "trunks"
	NoAccounts Absence = "accounts"
	NoGateways Absence = "gateways"
	NoFallback Absence = "fallback"
	NoRing     Absence = "ring"
)

// UnmarshalText reads an absence.
func (a *Absence) UnmarshalText(b []byte) error {
	switch *a = Absence(b); *a {
	case NoTrunks, NoAccounts, NoGateways, NoFallback, NoRing:
		return nil
	}
	return fmt.Errorf("no such part %q: want trunks, accounts, gateways, fallback or ring", string(b))
}

// Lacks tells whether the profile says that the site has none of a kind. Who
// has no trunks has no fallback either.
func (s *Site) Lacks(a Absence) bool {
	return slices.Contains(s.Without, a) || a == NoFallback && slices.Contains(s.Without, NoTrunks)
}

// validateWithout finds what is said to be absent and is there.
func (s *Site) validateWithout(fault faultFunc) {
	there := map[Absence]bool{
		NoTrunks:   len(s.Trunks) > 0,
		NoAccounts: len(s.Accounts) > 0,
		NoGateways: len(s.Gateways) > 0 || len(s.PhoneAccounts()) < len(s.Accounts),
		NoFallback: slices.ContainsFunc(s.Routes, func(r Route) bool { return len(r.Targets) > 1 }),
		NoRing: slices.ContainsFunc(s.Routes, func(r Route) bool { return r.Ring > 0 }) ||
			slices.ContainsFunc(s.Accounts, func(a Account) bool { return a.Ring > 0 }),
	}
	for i, a := range s.Without {
		if there[a] {
			fault(fmt.Sprintf("without[%d]", i), "%s are said not to be there, and are in the profile: want one of both", a)
		}
	}
}
