package site

import (
	"fmt"
	"slices"
)

// Expect is which responses are accepted where healthy systems differ. A case
// that is not said has the codes of the preset.
type Expect struct {
	Preset Preset `yaml:"preset"`
	// Busy are the codes that tell a caller of a busy callee.
	Busy []int `yaml:"busy"`
	// Offline: the account is known, its phone is not registered.
	Offline []int `yaml:"offline"`
	// Unallocated: nobody has the number.
	Unallocated []int `yaml:"unallocated"`
	// Incomplete: digits are missing.
	Incomplete []int `yaml:"incomplete"`
	// Rejected: the callee declined with 603.
	Rejected []int `yaml:"rejected"`
	// NoAnswer: it rang for as long as the system lets it.
	NoAnswer []int `yaml:"no_answer"`
	// NoCodec: offer and callee have no codec in common.
	NoCodec []int `yaml:"no_codec"`
	// Untrusted: the caller is neither a trunk nor an account.
	Untrusted []int `yaml:"untrusted"`
	// WrongPassword: the credentials are wrong.
	WrongPassword []int `yaml:"wrong_password"`
	// Cancelled: the caller gave up.
	Cancelled []int `yaml:"cancelled"`
	// AllDown: every target of the route is silent.
	AllDown []int `yaml:"all_down"`
	// Loop: the call came back, or its hops are used up.
	Loop []int `yaml:"loop"`

	own []string // the cases that the profile names itself
}

// Case is one case of Expect.
type Case struct {
	Name  string // of its field in the profile
	Codes *[]int
}

// Cases gives all cases, in the order of the profile.
func (e *Expect) Cases() []Case {
	return []Case{
		{"busy", &e.Busy},
		{"offline", &e.Offline},
		{"unallocated", &e.Unallocated},
		{"incomplete", &e.Incomplete},
		{"rejected", &e.Rejected},
		{"no_answer", &e.NoAnswer},
		{"no_codec", &e.NoCodec},
		{"untrusted", &e.Untrusted},
		{"wrong_password", &e.WrongPassword},
		{"cancelled", &e.Cancelled},
		{"all_down", &e.AllDown},
		{"loop", &e.Loop},
	}
}

// fill completes the cases that the profile leaves to the preset.
func (e *Expect) fill() {
	def := e.Preset.codes()
	from := def.Cases()
	for i, c := range e.Cases() {
		if len(*c.Codes) == 0 {
			*c.Codes = *from[i].Codes
			continue
		}
		e.own = append(e.own, c.Name)
	}
}

// Of gives the codes of a case by the name of its field, and the preset that
// they are of, none where the profile names them itself. A name that is no
// field's is a mistake in the program.
func (e *Expect) Of(name string) ([]int, Preset) {
	for _, c := range e.Cases() {
		if c.Name != name {
			continue
		}
		if slices.Contains(e.own, name) {
			return *c.Codes, ""
		}
		return *c.Codes, e.Preset
	}
	panic(fmt.Sprintf("site: no case %q in expect", name))
}

func (e *Expect) validate(fault faultFunc) {
	for _, k := range e.Cases() {
		for i, c := range *k.Codes {
			if c < 300 || c > 699 {
				fault(fmt.Sprintf("expect.%s[%d]", k.Name, i), "%d refuses nothing: want a code from 300 to 699", c)
			}
		}
	}
}

// union joins lists of codes, in rising order.
func union(lists ...[]int) []int {
	var out []int
	for _, l := range lists {
		out = append(out, l...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
