package site

import (
	"fmt"
	"strings"
	"time"

	"ringproof/internal/numbering"
)

// Registration says how registrations are tried.
type Registration struct {
	// Expiry is what a phone asks for where a scenario waits for the end of
	// it; a registrar that wants more says so (RFC 3261 §10.2.8). 60 s if
	// zero.
	Expiry time.Duration `yaml:"expiry"`
	// Grace is how long after its expiry a contact may still be called; 1 s
	// if zero.
	Grace time.Duration `yaml:"grace"`
	// Idle is how long a registered phone says nothing before a late call to
	// it; such calls are not tried if zero.
	Idle time.Duration `yaml:"idle"`
}

// Account is a registration that we play: a phone, or a branch gateway with
// numbers behind it.
type Account struct {
	User string `yaml:"user"`
	// System names the registrar, where several systems are under test.
	System string `yaml:"system"`
	Number string `yaml:"number"` // that reaches it; the user if empty
	// Branch names the branch gateway that the account is registered by; a
	// phone of its own if empty. A branch may have several accounts.
	Branch string `yaml:"branch"`
	// Numbers are those bound to a branch's account beside its own, ranges
	// and single ones.
	Numbers []numbering.Range `yaml:"numbers"`
	// RequestURI is what calls to the account arrive with: the user of its
	// contact, or the number that was dialled. Either if empty.
	RequestURI RequestURI `yaml:"request_uri"`
	// Bulk registers all numbers of the account by one contact (RFC 6140).
	Bulk bool `yaml:"bulk"`
	// Cameras says that the numbers are cameras'.
	Cameras bool `yaml:"cameras"`
	// Ring is how long the system lets its phone ring; zero is not known.
	Ring time.Duration `yaml:"ring"`
	// The password comes from one of these; the file is looked for beside
	// the profile. Neither means a random one, which only the bundled switch
	// can share.
	PasswordEnv  string `yaml:"password_env"`
	PasswordFile string `yaml:"password_file"`
	// Shared says that other phones may be bound to the account, and that
	// ours may stand beside them or displace them.
	Shared bool `yaml:"shared"`
	// PlayedBy says whose phone it is: ours, or a real one that registers
	// itself, and whose password need not be known.
	PlayedBy PlayedBy  `yaml:"played_by"`
	Phone    RealPhone `yaml:"phone"`

	Password string `yaml:"-"`
}

// RequestURI is what calls to an account arrive with.
type RequestURI string

// What calls to an account arrive with.
const (
	Contact RequestURI = "contact"
	Dialled RequestURI = "dialled"
)

// UnmarshalText reads it.
func (r *RequestURI) UnmarshalText(b []byte) error {
	switch *r = RequestURI(b); *r {
	case Contact, Dialled:
		return nil
	}
	return fmt.Errorf("%q: want contact or dialled", string(b))
}

// Dialled gives the number that reaches the account.
func (a Account) Dialled() string {
	if a.Number != "" {
		return a.Number
	}
	return a.User
}

// Reaches tells whether the number is one of the account's.
func (a Account) Reaches(number string) bool {
	if a.Dialled() == number {
		return true
	}
	for _, r := range a.Numbers {
		if r.Contains(number) {
			return true
		}
	}
	return false
}

// Arrives gives what a call to one of the account's numbers may arrive with.
// A bulk contact has no user: such calls arrive with the number
// (RFC 6140 §5.2).
func (a Account) Arrives(number string) []string {
	switch {
	case a.Bulk || a.RequestURI == Dialled:
		return []string{number}
	case a.RequestURI == Contact:
		return []string{a.User}
	}
	return []string{number, a.User}
}

// PhoneAccounts are the accounts that are phones of their own.
func (s *Site) PhoneAccounts() []Account {
	var out []Account
	for _, a := range s.Accounts {
		if a.Branch == "" {
			out = append(out, a)
		}
	}
	return out
}

func (s *Site) validateAccounts(fault faultFunc) {
	seen := map[string]bool{}
	for i, a := range s.Accounts {
		at := fmt.Sprintf("accounts[%d]", i)
		if a.User == "" {
			fault(at+".user", "missing: want the account's user name")
			continue
		}
		if seen[a.Dialled()] {
			fault(at, "%q is reached by two accounts", a.Dialled())
		}
		seen[a.Dialled()] = true
		for _, t := range s.Trunks {
			if t.Numbers.Contains(a.Dialled()) {
				fault(at, "%q is also a number of trunk %q: want it at one of them", a.Dialled(), t.Name)
			}
		}
		s.forbidden(at, func(uint64) string { return a.Dialled() }, 1, fault)
		s.validateBound(at, i, fault)
		a.validateReal(at, fault)
	}
	if i := s.Registration.Idle; i < 0 || i > longestIdle {
		fault("registration.idle", "%s: want %s at most, for it is waited for, and phones register for 5m", i, longestIdle)
	}
	if e := s.Registration.Expiry; e < 0 || e%time.Second != 0 || e > longestExpiry {
		fault("registration.expiry", "%s: want whole seconds, %s at most, for it is waited for", e, longestExpiry)
	}
}

// longestIdle is the longest time that a phone is to be idle: its registration
// must not end in it.
const longestIdle = 4 * time.Minute

// longestExpiry is the longest expiry that a scenario is to wait for.
const longestExpiry = 5 * time.Minute

// validateBound finds what is wrong with the numbers behind the i-th account.
func (s *Site) validateBound(at string, i int, fault faultFunc) {
	a := s.Accounts[i]
	if a.Branch == "" && (len(a.Numbers) > 0 || a.Bulk) {
		fault(at, "numbers behind a phone: want the name of a branch that has them")
	}
	if a.Cameras && (len(a.Numbers) == 0 || a.Bulk || a.RequestURI != Dialled) {
		fault(at+".cameras", "want numbers, and request_uri: dialled, by which the gateway tells its cameras apart")
	}
	if a.Bulk && len(a.Numbers) == 0 {
		fault(at+".numbers", "missing: want those that are registered in bulk")
	}
	for j, r := range a.Numbers {
		where := fmt.Sprintf("%s.numbers[%d]", at, j)
		if a.Bulk && !strings.HasPrefix(r.At(0), "+") {
			fault(where, "%s: want global numbers, +49..., where they are registered in bulk (RFC 6140 §5.2)", r)
		}
		for _, t := range s.Trunks {
			if t.Numbers.Overlaps(r) {
				fault(where, "%s overlaps %s of trunk %q: want each number at one place", r, t.Numbers, t.Name)
			}
		}
		for k, other := range s.Accounts {
			if k == i {
				continue
			}
			for _, o := range other.Numbers {
				if k < i && o.Overlaps(r) {
					fault(where, "%s overlaps %s of account %q: want each number at one place", r, o, other.User)
				}
			}
			if r.Contains(other.Dialled()) {
				fault(where, "%s has the number of account %q: want each number at one place", r, other.User)
			}
		}
		s.forbidden(where, r.At, r.Len(), fault)
	}
}
