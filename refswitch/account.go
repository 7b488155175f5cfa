package refswitch

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"ringproof/internal/numbering"
	"ringproof/refswitch/access"
)

// Registration says what accounts may register.
type Registration struct {
	// MinExpiry is the shortest expiry that is granted; a shorter wish is
	// answered 423 (RFC 3261 §10.2.8). Any is granted if zero.
	MinExpiry time.Duration `yaml:"min_expiry"`
	// MaxExpiry is the longest; 2 h if zero.
	MaxExpiry time.Duration `yaml:"max_expiry"`
	// Contacts is how many an account may have; one more takes the place of
	// the one that was renewed longest ago. 10 if zero.
	Contacts int `yaml:"contacts"`
}

// Account is a user with a password and the numbers that reach them; the
// user's name is always one of them.
type Account struct {
	User     string `yaml:"user"`
	Password string `yaml:"password"`
	// Numbers are bound to the account one by one, or as a range:
	// "8000-8099".
	Numbers []string `yaml:"numbers"`
	// MaxExpiry is the longest expiry that is granted to the account, if
	// shorter than everybody's.
	MaxExpiry time.Duration `yaml:"max_expiry"`
	// RequestURI says what calls to the account are addressed to: the user of
	// its contact, or the number dialled. Contact if empty.
	RequestURI RequestURI `yaml:"request_uri"`
	// Bulk lets one contact stand for all of the account's numbers, which
	// must be global ones then: +49... (RFC 6140).
	Bulk bool `yaml:"bulk"`
	// Ring is how long its phone may ring; 181 s if zero.
	Ring time.Duration `yaml:"ring"`
	// Algorithms are the digests that the account may use: SHA-256, MD5. All
	// if empty.
	Algorithms []string `yaml:"algorithms"`
}

// RequestURI is what calls to an account are addressed to.
type RequestURI string

// What calls to an account are addressed to (RFC 3261 §16.6 step 2 has the
// contact; a gateway with many numbers behind it wants the number).
const (
	Contact RequestURI = "contact"
	Dialled RequestURI = "dialled"
)

func (r Registration) faults(add addFault) {
	if r.MinExpiry < 0 || r.MinExpiry%time.Second != 0 || r.MinExpiry > time.Hour {
		add("registration.min_expiry", "%s: want whole seconds, an hour at most (RFC 3261 §10.3)", r.MinExpiry)
	}
	if most := cmp.Or(r.MaxExpiry, 2*time.Hour); most < max(r.MinExpiry, time.Second) || most%time.Second != 0 {
		add("registration.max_expiry", "%s: want whole seconds, and no less than the shortest", r.MaxExpiry)
	}
	if r.Contacts < 0 {
		add("registration.contacts", "%d: want one at least", r.Contacts)
	}
}

func (c *Config) accountFaults(add addFault) {
	for i, a := range c.Accounts {
		at := fmt.Sprintf("accounts[%d]", i)
		if a.User == "" || a.Password == "" {
			add(at, "want a user and a password")
		}
		switch a.RequestURI {
		case "", Contact, Dialled:
		default:
			add(at+".request_uri", "%q: want contact or dialled", a.RequestURI)
		}
		if a.MaxExpiry < 0 || a.MaxExpiry%time.Second != 0 || a.MaxExpiry > 0 && a.MaxExpiry < c.Registration.MinExpiry {
			add(at+".max_expiry", "%s: want whole seconds, and no less than the shortest", a.MaxExpiry)
		}
		for j, x := range a.Algorithms {
			if !slices.Contains(access.Algorithms(), x) {
				add(fmt.Sprintf("%s.algorithms[%d]", at, j), "no digest %q: want one of %q", x, access.Algorithms())
			}
		}
	}
	c.numberFaults(add)
}

// numberFaults finds numbers that are not one account's alone.
func (c *Config) numberFaults(add addFault) {
	owner := map[string]int{}
	var ranges []ownedRange
	for i, a := range c.Accounts {
		at := fmt.Sprintf("accounts[%d]", i)
		for _, n := range append([]string{a.User}, a.Numbers...) {
			r, err := numbering.ParseRange(n)
			isRange := rangeForm.MatchString(n) && n != a.User
			if isRange && err != nil {
				add(at, "%v", err)
			}
			if a.Bulk && n != a.User && (err != nil || !strings.HasPrefix(n, "+")) {
				add(at, "%q: want global numbers, +49..., where they are registered in bulk (RFC 6140 §5.2)", n)
			}
			before, taken := owner[n]
			shared := taken && before != i || err == nil && slices.ContainsFunc(ranges, func(o ownedRange) bool {
				return o.user != a.User && o.numbers.Overlaps(r)
			})
			if shared {
				add(at, "%q belongs to two accounts", n)
			}
			owner[n] = i
			if err == nil {
				ranges = append(ranges, ownedRange{a.User, r})
			}
		}
	}
}
