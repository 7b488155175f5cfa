package refswitch

import (
	"regexp"

	"ringproof/internal/numbering"
	"ringproof/refswitch/internal/seam"
)

// owners says which account a number is bound to: numbers one by one, and
// ranges of them.
type owners struct {
	one    map[string]string // account by number
	ranges []ownedRange
	bulk   map[string]bool // accounts with bulk registration
	hooks  *seam.Hooks
}

type ownedRange struct {
	user    string
	numbers numbering.Range
}

// rangeForm tells a range from a name or number with a hyphen in it.
var rangeForm = regexp.MustCompile(`^\+?\d+-\+?\d+$`)

func newOwners(accounts []Account, hooks *seam.Hooks) *owners {
	o := &owners{one: map[string]string{}, bulk: map[string]bool{}, hooks: hooks}
	for _, a := range accounts {
		o.one[a.User] = a.User
		o.bulk[a.User] = a.Bulk
		for _, n := range a.Numbers {
			if r, err := numbering.ParseRange(n); rangeForm.MatchString(n) && err == nil {
				o.ranges = append(o.ranges, ownedRange{a.User, r})
				continue
			}
			o.one[n] = a.User
		}
	}
	return o
}

// of gives the account of a number; "" where it is nobody's.
func (o *owners) of(number string) string {
	if user, ok := o.one[number]; ok {
		if user != number && !o.hooks.Bound(seam.Number{Bulk: o.bulk[user], First: true, Last: true}) {
			return ""
		}
		return user
	}
	for _, r := range o.ranges {
		if !r.numbers.Contains(number) {
			continue
		}
		n := seam.Number{Bulk: o.bulk[r.user], First: number == r.numbers.At(0), Last: number == r.numbers.At(r.numbers.Len()-1)}
		if !o.hooks.Bound(n) {
			return ""
		}
		return r.user
	}
	return ""
}
