package site

import (
	"slices"
	"strings"
)

// Arrives gives the form in which a number dialled arrives at a trunk of the
// route.
func (r Route) Arrives(number string, at Trunk) string {
	return at.Called.of(Format{Strip: r.Strip, Prepend: r.Prepend, Plus: r.Plus}.of(number))
}

// Changes tells whether the route changes numbers.
func (r Route) Changes() bool { return r.Strip > 0 || r.Prepend != "" || r.Plus != "" }

// AdvancesOn tells whether the profile has the response lead to the next target.
func (r Route) AdvancesOn(code int) bool { return slices.Contains(r.Advance, code) }

// Shown gives the form in which a caller's number arrives at the trunk.
func (t Trunk) Shown(number string) string { return t.Caller.of(number) }

func (f Format) of(number string) string {
	out := number
	if f.Strip > 0 {
		digits := strings.TrimLeft(number, "+")
		if f.Strip >= len(digits) {
			digits = ""
		} else {
			digits = digits[f.Strip:]
		}
		out = digits
	}
	out = f.Prepend + out
	switch f.Plus {
	case "add":
		out = "+" + strings.TrimLeft(out, "+")
	case "remove":
		out = strings.TrimLeft(out, "+")
	}
	return out
}

// Supervised tells whether the system asks the peer whether it is there.
func (t Trunk) Supervised() bool { return t.Options > 0 }

// faults finds what is wrong with a change of numbers.
func (f Format) faults(at string, fault faultFunc) {
	if f.Strip < 0 {
		fault(at+".strip", "%d: want a count of digits", f.Strip)
	}
	if strings.Trim(strings.TrimPrefix(f.Prepend, "+"), "0123456789") != "" {
		fault(at+".prepend", "%q: want digits, with or without a + before them", f.Prepend)
	}
	if f.Plus != "" && f.Plus != "add" && f.Plus != "remove" {
		fault(at+".plus", "%q: want add or remove", f.Plus)
	}
}
