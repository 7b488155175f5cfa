package record

import "strings"

// Site is the interconnect as it was tested and is to be accepted, without
// secrets.
type Site struct {
	Name       string    `json:"name"`
	Profile    string    `json:"profile,omitempty"` // its file
	Systems    []System  `json:"systems"`
	Trunks     []Trunk   `json:"trunks,omitempty"`
	Accounts   []Account `json:"accounts,omitempty"`
	Routing    []Route   `json:"routing,omitempty"`
	NeverDial  []string  `json:"never_dial,omitempty"` // numbers, or starts of numbers
	Firewall   []Flow    `json:"firewall,omitempty"`
	Thresholds []Setting `json:"thresholds,omitempty"`
	Expected   []Setting `json:"expected,omitempty"`
	Waivers    []Waiver  `json:"waivers,omitempty"`

	// Lines that say the same in older records; no longer written.
	Numbers []string `json:"numbers,omitempty"` // "trunk west: 6000-6099"
	Routes  []string `json:"routes,omitempty"`  // "7 → south, then east after 1s"
	Parties []string `json:"parties,omitempty"` // "trunk west at 127.0.0.11:5060"
}

// System is one system of the interconnect.
type System struct {
	Name    string    `json:"name"`
	Product string    `json:"product,omitempty"`
	Address string    `json:"address"` // "udp:192.0.2.1:5060"
	Domain  string    `json:"domain,omitempty"`
	Tested  bool      `json:"under_test"`
	More    []Setting `json:"more,omitempty"`
}

// Trunk is a peer at a fixed address, with the numbers that it answers for.
type Trunk struct {
	Name    string    `json:"name"`
	Address string    `json:"address"`
	Numbers string    `json:"numbers,omitempty"`
	Trusted bool      `json:"trusted,omitempty"` // by its address, without a password
	More    []Setting `json:"more,omitempty"`
}

// Account is a registration: who registers from where, and which number
// reaches it. It never holds the password.
type Account struct {
	User     string    `json:"user"`
	Number   string    `json:"number"`
	Address  string    `json:"address,omitempty"`
	Password string    `json:"password_from,omitempty"` // where it came from, not what it is
	More     []Setting `json:"more,omitempty"`
}

// Route is one routing rule: numbers that start so go to the first target
// that answers.
type Route struct {
	Prefix  string    `json:"prefix"`
	Targets []string  `json:"targets"`            // names of trunks, in order
	Guard   int64     `json:"guard_ns,omitempty"` // how long a target may stay silent
	Numbers string    `json:"test_numbers,omitempty"`
	More    []Setting `json:"more,omitempty"`
}

// Flow is traffic that firewalls must let pass.
type Flow struct {
	From     string `json:"from"`      // who
	FromAddr string `json:"from_addr"` // "192.0.2.11"; empty where it is not known before
	To       string `json:"to"`
	ToAddr   string `json:"to_addr"`
	Protocol string `json:"protocol"` // "UDP", "TCP"
	Ports    string `json:"ports"`    // of To
	Purpose  string `json:"purpose"`
}

// Setting is one thing that was agreed on, in the words of the profile.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Waiver excuses a scenario that was not proved.
type Waiver struct {
	Scenario string `json:"scenario"`
	Reason   string `json:"reason"`
	By       string `json:"by"`
}

// Waiver gives what excuses a scenario.
func (s *Site) Waiver(scenario string) (Waiver, bool) {
	for _, w := range s.Waivers {
		if w.Scenario == scenario {
			return w, true
		}
	}
	return Waiver{}, false
}

// Under gives the systems under test, in the order of the profile.
func (s *Site) Under() (out []System) {
	for _, y := range s.Systems {
		if y.Tested {
			out = append(out, y)
		}
	}
	return out
}

// Route gives the rule for a number, by the longest prefix.
func (s *Site) Route(number string) (Route, bool) {
	best, found := Route{}, false
	for _, r := range s.Routing {
		if strings.HasPrefix(number, r.Prefix) && (!found || len(r.Prefix) > len(best.Prefix)) {
			best, found = r, true
		}
	}
	return best, found
}
