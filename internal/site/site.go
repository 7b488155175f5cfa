// Package site is the site profile: one YAML file that says what the
// interconnect under test is, which of its parties are ours to play, and what
// is expected of it. [Load] reads and validates it, all faults at once;
// [Demo] is the profile of `ringproof demo`.
package site

import (
	"net/netip"
	"slices"
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
	// Systems are the systems of the interconnect, one of them under test, or
	// several that are connected with each other. None at all means the bundled
	// switch.
	Systems []System `yaml:"systems"`
	// Harness says which addresses are ours.
	Harness Harness `yaml:"harness"`
	// Trunks are the peers that we play.
	Trunks []Trunk `yaml:"trunks"`
	// Gateways are the camera gateways that we play.
	Gateways []Gateway `yaml:"gateways"`
	// Routes are the system's routes to them.
	Routes []Route `yaml:"routes"`
	// Registration says how registrations are tried.
	Registration Registration `yaml:"registration"`
	// Accounts are the registrations that we play.
	Accounts []Account `yaml:"accounts"`
	// Real are those of phones that are not ours, which are none of Accounts
	// once the profile is read.
	Real []Account `yaml:"-"`
	// Without names what the site has not, by intent: scenarios that need it
	// are not applicable, where else they would be unprovable.
	Without []Absence `yaml:"without"`
	// NeverDial are numbers that no test may call, or the starts of such.
	NeverDial []numbering.Prefix `yaml:"never_dial"`
	// TestNumbers are numbers by purpose.
	TestNumbers TestNumbers `yaml:"test_numbers"`
	// Consent to what may do harm, by whoever answers for the system.
	Consent    Consent    `yaml:"consent"`
	Limits     Limits     `yaml:"limits"`
	Options    Options    `yaml:"options"`
	Expect     Expect     `yaml:"expect"`
	Thresholds Thresholds `yaml:"thresholds"`
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
	// Process are the commands that start it, where it is ours to start: each
	// a program and its arguments, in the profile's directory, in their order.
	Process [][]string `yaml:"process"`
	// Container starts it as a container, where it is ours to start.
	Container Container `yaml:"container"`
}

// Container is a container of this machine's Docker.
type Container struct {
	Image string `yaml:"image"` // a local one; it is not fetched
	// Command are the arguments of the image's program, or what is run in its
	// place.
	Command []string `yaml:"command"`
	// Mounts are files and directories beside the profile that are seen in the
	// container, by their paths there, and cannot be changed from there.
	Mounts map[string]string `yaml:"mounts"`
	// Network is one of the container's own, made for the run, in which it has
	// the system's SIP address, and this machine the first. The machine's own
	// network if it is not said.
	Network netip.Prefix `yaml:"network"`
}

// Starts tells whether the system is ours to start.
func (y System) Starts() bool { return len(y.Process) > 0 || y.Container.Image != "" }

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
	// Intruder is where calls come from that nobody trusts.
	Intruder netip.Addr `yaml:"intruder"`
}

// TestNumbers are numbers that lead nowhere.
type TestNumbers struct {
	Unallocated string `yaml:"unallocated"` // no route leads there
	Incomplete  string `yaml:"incomplete"`  // the start of numbers that exist
}

// Format is what becomes of a number: first Strip digits are taken off its
// front, with a + before them, then Prepend is put before it, then Plus puts a
// + before it ("add") or takes it away ("remove").
type Format struct {
	Strip   int    `yaml:"strip"`
	Prepend string `yaml:"prepend"`
	Plus    string `yaml:"plus"`
}

// Trunk is a peer that we play, with the numbers it answers for.
type Trunk struct {
	Name string `yaml:"name"`
	// Address is where the system under test expects the peer. Port 0 takes
	// a free one and goes with the bundled switch only.
	Address netip.AddrPort `yaml:"address"`
	// Advertise is the address that the peer names in Via, Contact and SDP,
	// and the system knows it by, where a NAT maps it to that of Address, port
	// by port.
	Advertise netip.Addr      `yaml:"advertise"`
	Numbers   numbering.Range `yaml:"numbers"`
	// System names the system whose trunk it is, where several are under test.
	System string `yaml:"system"`
	// Called and Caller are what the system makes of the numbers that it
	// shows the peer.
	Called Format `yaml:"called"`
	Caller Format `yaml:"caller"`
	// Identity says whether system and peer trust each other with who calls
	// (RFC 3325): trusted or untrusted; nothing is expected if empty.
	Identity string `yaml:"identity"`
	// Options is how often the system asks the peer whether it is there,
	// Misses after how many silences it takes it for down.
	Options time.Duration `yaml:"options"`
	Misses  int           `yaml:"misses"`
}

// Outside gives where the system under test reaches the peer.
func (t Trunk) Outside() netip.AddrPort {
	if t.Advertise.IsValid() {
		return netip.AddrPortFrom(t.Advertise, t.Address.Port())
	}
	return t.Address
}

// What Trunk.Identity may be.
const (
	Trusted   = "trusted"
	Untrusted = "untrusted"
)

// Route is a route of the system under test.
type Route struct {
	Prefix  numbering.Prefix `yaml:"prefix"`
	Targets []string         `yaml:"targets"` // trunks and gateways, in the order in which they are tried
	// Guard is how long the system waits for a silent target.
	Guard time.Duration `yaml:"guard"`
	// Ring is how long the system lets a target ring; zero is not known.
	Ring time.Duration `yaml:"ring"`
	// Numbers are test numbers under the prefix, for a route with a second
	// target, a ring time, or one that changes numbers.
	Numbers numbering.Range `yaml:"numbers"`
	// Strip, Prepend and Plus are what the route makes of the called number,
	// as in a Format.
	Strip   int    `yaml:"strip"`
	Prepend string `yaml:"prepend"`
	Plus    string `yaml:"plus"`
	// MinDigits is how many digits its numbers have at least.
	MinDigits int `yaml:"min_digits"`
	// Advance are responses that lead to the next target besides 408, 500,
	// 502, 503 and 504.
	Advance []int `yaml:"advance"`
}

// Thresholds are the bounds of waits. Zero means the default.
type Thresholds struct {
	// Answer is how long a call that is answered at once may take.
	Answer time.Duration `yaml:"answer"`
	// Voice is how long after the answer each side must have been heard.
	Voice time.Duration `yaml:"voice"`
	// Picture is how long after the answer a camera must have been seen.
	Picture time.Duration `yaml:"picture"`
	// Release is how long until both sides know that a call ended.
	Release time.Duration `yaml:"release"`
	// Fallback is how long a route with a silent first target may take,
	// beyond the guard time.
	Fallback time.Duration `yaml:"fallback"`
	// Delay is the longest time from one party's mouth to the other's ear.
	Delay time.Duration `yaml:"delay"`
	// Loss is the largest share of a voice that may be missing, in percent.
	Loss float64 `yaml:"loss"`
	// Load is what calls under load are held to.
	Load LoadThresholds `yaml:"load"`
}

// Waiver excuses a scenario.
type Waiver struct {
	Scenario string `yaml:"scenario"`
	Reason   string `yaml:"reason"`
	By       string `yaml:"by"`
}

// Starts tells whether a system is ours to start.
func (s *Site) Starts() bool {
	return slices.ContainsFunc(s.Systems, System.Starts)
}

// Under gives the systems under test, in the order of the profile.
func (s *Site) Under() (out []System) {
	for _, y := range s.Systems {
		if y.UnderTest {
			out = append(out, y)
		}
	}
	return out
}

// Tested gives the first system under test; false where it is the bundled
// switch.
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

// Forbids gives the entry of never_dial that the number starts with; false
// where it may be dialled.
func (s *Site) Forbids(number string) (numbering.Prefix, bool) {
	for _, p := range s.NeverDial {
		if p.Starts(number) {
			return p, true
		}
	}
	return "", false
}

// Plays tells whether the number is one that we play.
func (s *Site) Plays(number string) bool { return s.PlayedBy(number) != "" }

// PlayedBy names the party of ours that has the number; empty if none has.
func (s *Site) PlayedBy(number string) string {
	for _, a := range s.Accounts {
		switch {
		case !a.Reaches(number):
		case a.Branch != "":
			return "branch " + a.Branch
		default:
			return "phone " + a.User
		}
	}
	for _, t := range s.Trunks {
		if t.Numbers.Contains(number) {
			return "trunk " + t.Name
		}
	}
	for _, g := range s.Gateways {
		if g.Cameras.Contains(number) {
			return "gateway " + g.Name
		}
	}
	return ""
}

// Secrets gives every password, for redaction.
func (s *Site) Secrets() []string {
	var out []string
	for _, a := range slices.Concat(s.Accounts, s.Real) {
		if a.Password != "" {
			out = append(out, a.Password)
		}
	}
	return out
}
