// Package site is the site profile: one YAML file that says what the
// interconnect under test is, which of its parties are ours to play, and what
// is expected of it. [Load] reads and validates it, all faults at once;
// [Demo] is the profile of `ringproof demo`.
package site

import (
	"net/netip"
	"time"

	"ringproof/internal/numbering"
	"ringproof/internal/wire"
)

// Version is the version of the profile's form.
const Version = 1

// Site is a profile. docs/site-profile.md says the same in words.
type Site struct {
	Version int    `yaml:"version"`
	Name    string `yaml:"name"`
	// Systems are the systems of the interconnect, one of them under test.
	// None at all means the bundled switch.
	Systems []System `yaml:"systems"`
	// Harness says which addresses are ours.
	Harness Harness `yaml:"harness"`
	// Trunks are the peers that we play.
	Trunks []Trunk `yaml:"trunks"`
	// Routes are the system's routes to them.
	Routes []Route `yaml:"routes"`
	// Accounts are the registrations that we play.
	Accounts []Account `yaml:"accounts"`
	// NeverDial are numbers that no test may call, or the starts of such.
	NeverDial  []numbering.Prefix `yaml:"never_dial"`
	Expect     Expect             `yaml:"expect"`
	Thresholds Thresholds         `yaml:"thresholds"`
	// Waivers say which scenarios need not be proved, why, and who says so.
	Waivers []Waiver `yaml:"waivers"`
}

// System is one system of the interconnect.
type System struct {
	Name      string `yaml:"name"`
	Product   string `yaml:"product"`
	UnderTest bool   `yaml:"under_test"`
	SIP       SIP    `yaml:"sip"`
	// Domain is the SIP domain of its accounts; its address if empty.
	Domain string `yaml:"domain"`
}

// SIP is a system's SIP address: "udp:192.0.2.1:5060".
type SIP struct{ wire.Hop }

// UnmarshalText reads the address.
func (s *SIP) UnmarshalText(b []byte) (err error) {
	s.Hop, err = wire.ParseHop(string(b))
	return err
}

// Harness says which addresses are ours, by role. A system that trusts by
// address takes parties with one address for one.
type Harness struct {
	Phones netip.Addr `yaml:"phones"`
}

// Trunk is a peer that we play, with the numbers it answers for.
type Trunk struct {
	Name string `yaml:"name"`
	// Address is where the system under test expects the peer. Port 0 takes
	// a free one and goes with the bundled switch only.
	Address netip.AddrPort  `yaml:"address"`
	Numbers numbering.Range `yaml:"numbers"`
}

// Route is a route of the system under test.
type Route struct {
	Prefix  numbering.Prefix `yaml:"prefix"`
	Targets []string         `yaml:"targets"` // trunks, in the order in which they are tried
	// Guard is how long the system waits for a silent target.
	Guard time.Duration `yaml:"guard"`
	// Numbers are test numbers under the prefix, for a route with a second
	// target.
	Numbers numbering.Range `yaml:"numbers"`
}

// Account is a registration that we play.
type Account struct {
	User   string `yaml:"user"`
	Number string `yaml:"number"` // that reaches it; the user if empty
	// The password comes from one of these; the file is looked for beside
	// the profile. Neither means a random one, which only the bundled switch
	// can share.
	PasswordEnv  string `yaml:"password_env"`
	PasswordFile string `yaml:"password_file"`

	Password string `yaml:"-"`
}

// Dialled gives the number that reaches the account.
func (a Account) Dialled() string {
	if a.Number != "" {
		return a.Number
	}
	return a.User
}

// Expect is what healthy systems do differently. Empty means the default.
type Expect struct {
	// Busy are the codes that tell a caller of a busy callee.
	Busy []int `yaml:"busy"`
	// WrongPassword are the codes that refuse wrong credentials.
	WrongPassword []int `yaml:"wrong_password"`
	// Cancelled are the codes that end a cancelled call.
	Cancelled []int `yaml:"cancelled"`
}

// Thresholds are the bounds of waits. Zero means the default.
type Thresholds struct {
	// Answer is how long a call that is answered at once may take.
	Answer time.Duration `yaml:"answer"`
	// Voice is how long after the answer each side must have been heard.
	Voice time.Duration `yaml:"voice"`
	// Release is how long until both sides know that a call ended.
	Release time.Duration `yaml:"release"`
	// Fallback is how long a route with a silent first target may take,
	// beyond the guard time.
	Fallback time.Duration `yaml:"fallback"`
}

// Waiver excuses a scenario.
type Waiver struct {
	Scenario string `yaml:"scenario"`
	Reason   string `yaml:"reason"`
	By       string `yaml:"by"`
}

// Tested gives the system under test; false where it is the bundled switch.
func (s *Site) Tested() (System, bool) {
	for _, y := range s.Systems {
		if y.UnderTest {
			return y, true
		}
	}
	return System{}, false
}

// Trunk gives a trunk by name.
func (s *Site) Trunk(name string) (Trunk, bool) {
	for _, t := range s.Trunks {
		if t.Name == name {
			return t, true
		}
	}
	return Trunk{}, false
}

// Plays tells whether the number is one that we play.
func (s *Site) Plays(number string) bool {
	for _, a := range s.Accounts {
		if a.Dialled() == number {
			return true
		}
	}
	for _, t := range s.Trunks {
		if t.Numbers.Contains(number) {
			return true
		}
	}
	return false
}

// Secrets gives every password, for redaction.
func (s *Site) Secrets() []string {
	var out []string
	for _, a := range s.Accounts {
		out = append(out, a.Password)
	}
	return out
}
