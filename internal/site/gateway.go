package site

import (
	"fmt"
	"net/netip"
	"slices"

	"ringproof/internal/numbering"
)

// Gateway is a camera gateway that we play as a trunk peer: behind each of its
// numbers stands a camera.
type Gateway struct {
	Name string `yaml:"name"`
	// Address is where the system under test expects the gateway. Port 0
	// takes a free one and goes with the bundled switch only.
	Address netip.AddrPort `yaml:"address"`
	// System names the system that it stands at, where several are under test.
	System string `yaml:"system"`
	// Cameras are the numbers of its cameras.
	Cameras numbering.Range `yaml:"cameras"`
	// Offline are those of them that are not there.
	Offline []numbering.Range `yaml:"offline"`
	// Unmapped are numbers that lead to the gateway and to no camera.
	Unmapped []numbering.Range `yaml:"unmapped"`
}

// longestCamera is how many signs of a camera's number its picture can show.
const longestCamera = 20

// Online gives the i-th camera that is there, counted from the first, or from
// the last backwards; false where there are not so many.
func (g Gateway) Online(i uint64, backwards bool) (string, bool) {
	for at := range g.Cameras.Len() {
		number := g.Cameras.At(at)
		if backwards {
			number = g.Cameras.At(g.Cameras.Len() - 1 - at)
		}
		if g.IsOffline(number) {
			continue
		}
		if i == 0 {
			return number, true
		}
		i--
	}
	return "", false
}

// IsOffline tells whether a camera is one that is not there.
func (g Gateway) IsOffline(number string) bool {
	return slices.ContainsFunc(g.Offline, func(r numbering.Range) bool { return r.Contains(number) })
}

// online counts the cameras that are there.
func (g Gateway) online() uint64 {
	n := g.Cameras.Len()
	for _, r := range g.Offline {
		n -= min(n, r.Len())
	}
	return n
}

// Gateway gives a gateway by name.
func (s *Site) Gateway(name string) (Gateway, bool) {
	for _, g := range s.Gateways {
		if g.Name == name {
			return g, true
		}
	}
	return Gateway{}, false
}

func (s *Site) validateGateways(fault faultFunc) {
	for i, g := range s.Gateways {
		at := fmt.Sprintf("gateways[%d]", i)
		_, trunk := s.Trunk(g.Name)
		switch {
		case g.Name == "":
			fault(at+".name", "missing: want one for routes to name")
		case trunk || slices.ContainsFunc(s.Gateways[:i], func(o Gateway) bool { return o.Name == g.Name }):
			fault(at+".name", "a second trunk or gateway %q: want another name", g.Name)
		}
		s.gatewayAddress(at+".address", i, fault)
		s.cameras(at, i, fault)
	}
}

func (s *Site) gatewayAddress(at string, i int, fault faultFunc) {
	_, real := s.Tested()
	a := s.Gateways[i].Address
	taken := ""
	for _, t := range s.Trunks {
		if t.Address.Addr() == a.Addr() {
			taken = fmt.Sprintf("trunk %q", t.Name)
		}
	}
	for _, g := range s.Gateways[:i] {
		if g.Address.Addr() == a.Addr() {
			taken = fmt.Sprintf("gateway %q", g.Name)
		}
	}
	if s.Harness.Phones == a.Addr() {
		taken = "harness.phones"
	}
	switch {
	case !a.IsValid():
		fault(at, "missing: want one like 192.0.2.11:5060")
	case a.Addr().IsUnspecified():
		fault(at, "%s is every address and none: want the one that the system under test expects", a.Addr())
	case a.Port() == 0 && real:
		fault(at, "port 0: want the port that the system under test expects")
	case taken != "":
		fault(at, "shares %s with %s: a system that trusts by address cannot tell them apart; want an address of its own", a.Addr(), taken)
	case slices.ContainsFunc(s.Systems, func(y System) bool { return y.SIP.Addr == a }):
		fault(at, "%s is the system's own: want one that is ours", a)
	}
}

// cameras finds what is wrong with the numbers of a gateway.
func (s *Site) cameras(at string, i int, fault faultFunc) {
	g := s.Gateways[i]
	if g.Cameras.Len() == 0 {
		fault(at+".cameras", "missing: want a range, as in 940000-989999")
		return
	}
	if len(g.Cameras.At(0)) > longestCamera {
		fault(at+".cameras", "numbers of more than %d signs: a camera's picture shows no more", longestCamera)
	}
	if g.Cameras.Len() > mostCameras {
		fault(at+".cameras", "%d cameras: want %d at most", g.Cameras.Len(), mostCameras)
	}
	s.elsewhere(at+".cameras", i, g.Cameras, fault)
	s.forbidden(at+".cameras", g.Cameras.At, g.Cameras.Len(), fault)
	for j, r := range g.Offline {
		if r.Len() == 0 { // what was written is no range: that has been said
			continue
		}
		if !g.Cameras.Contains(r.At(0)) || !g.Cameras.Contains(r.At(r.Len()-1)) {
			fault(fmt.Sprintf("%s.offline[%d]", at, j), "%s is not within the cameras %s", r, g.Cameras)
		}
		for _, o := range g.Offline[:j] {
			if o.Overlaps(r) {
				fault(fmt.Sprintf("%s.offline[%d]", at, j), "%s overlaps %s: want each camera once", r, o)
			}
		}
	}
	if g.online() == 0 {
		fault(at+".offline", "no camera is left: want one at least that is online")
	}
	for j, r := range g.Unmapped {
		if r.Len() == 0 {
			continue
		}
		here := fmt.Sprintf("%s.unmapped[%d]", at, j)
		if g.Cameras.Overlaps(r) {
			fault(here, "%s overlaps the cameras %s: want numbers that lead to none", r, g.Cameras)
		}
		s.elsewhere(here, i, r, fault)
		s.forbidden(here, r.At, r.Len(), fault)
	}
}

// mostCameras bounds a gateway: each camera has its entry in a table.
const mostCameras = 2_000_000

// elsewhere finds numbers of a gateway that are also somebody else's.
func (s *Site) elsewhere(at string, i int, r numbering.Range, fault faultFunc) {
	for _, t := range s.Trunks {
		if t.Numbers.Overlaps(r) {
			fault(at, "%s overlaps %s of trunk %q: want each number at one place", r, t.Numbers, t.Name)
		}
	}
	for _, o := range s.Gateways[:i] {
		if slices.ContainsFunc(append([]numbering.Range{o.Cameras}, o.Unmapped...), r.Overlaps) {
			fault(at, "%s overlaps numbers of gateway %q: want each number at one place", r, o.Name)
		}
	}
	for _, a := range s.Accounts {
		if r.Contains(a.Dialled()) {
			fault(at, "%s has %q, which reaches an account: want each number at one place", r, a.Dialled())
		}
	}
}
