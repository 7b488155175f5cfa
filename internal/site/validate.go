package site

import (
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strings"
	"time"

	"ringproof/internal/numbering"
)

type faultFunc = func(path, format string, args ...any)

// validate finds what is wrong with values that decoded well.
func (s *Site) validate(fault faultFunc) {
	switch s.Version {
	case Version:
	case 0:
		fault("version", "missing: want %d", Version)
	default:
		fault("version", "%d: want %d", s.Version, Version)
	}
	if s.Name == "" {
		fault("name", "missing: want a name for the report")
	}
	s.validateSystems(fault)
	s.validateTrunks(fault)
	s.validateGateways(fault)
	s.validateRoutes(fault)
	s.validateAccounts(fault)
	s.validateTestNumbers(fault)
	s.validateExpect(fault)
	s.validateWithout(fault)
	s.validateLoad(fault)
	for i, p := range s.NeverDial {
		if p == "" {
			fault(fmt.Sprintf("never_dial[%d]", i), "empty: it would forbid every number")
		}
	}
	if len(s.Trunks) == 0 && len(s.Accounts) == 0 {
		fault("", "neither trunks nor accounts: nothing to prove; want two of one kind at least")
	}
}

func (s *Site) validateSystems(fault faultFunc) {
	tested := 0
	for i, y := range s.Systems {
		at := fmt.Sprintf("systems[%d]", i)
		if y.Name == "" {
			fault(at+".name", "missing: want one for the report")
		}
		if y.UnderTest {
			tested++
			if !y.SIP.Addr.IsValid() {
				fault(at+".sip", "missing: want its address, as in udp:192.0.2.1:5060")
			}
		}
		switch c := y.Container; {
		case c.Image == "" && (len(c.Command) > 0 || len(c.Mounts) > 0):
			fault(at+".container.image", "missing: want a local image, as docker images names it")
		case c.Image != "" && len(y.Process) > 0:
			fault(at+".container", "a process too: want one of both")
		}
		y.Container.validateNetwork(at, y.SIP.Addr.Addr(), fault)
		for inside := range y.Container.Mounts {
			if !path.IsAbs(inside) {
				fault(at+".container.mounts", "%q: want a path in the container, as in /etc/asterisk", inside)
			}
		}
		for j, words := range y.Process {
			if len(words) == 0 || words[0] == "" {
				fault(fmt.Sprintf("%s.process[%d]", at, j), "no program: want one and its arguments, as in [kamailio, -f, kamailio.cfg, -DD, -E]")
			}
		}
	}
	if len(s.Systems) > 0 && tested == 0 {
		fault("systems", "none under test: want under_test: true at one of them, or at those that are connected with each other")
	}
	s.validateSides(fault)
}

// validateNetwork looks at a network that is made for a container.
func (c Container) validateNetwork(at string, sip netip.Addr, fault faultFunc) {
	n := c.Network
	switch {
	case !n.IsValid():
	case c.Image == "":
		fault(at+".container.network", "a network for no container: want image beside it")
	case n != n.Masked() || !n.Addr().Is4() || n.Bits() > 29 || n.Bits() < 16:
		fault(at+".container.network", "%s: want an IPv4 network of 16 to 29 bits, as in 198.18.40.0/24", n)
	case !n.Contains(sip) || sip == n.Addr() || sip == n.Addr().Next():
		fault(at+".container.network", "%s: want sip at an address in it, and not its first, which is this machine's", n)
	}
}

// validateSides looks at which system each of our parties belongs to.
func (s *Site) validateSides(fault faultFunc) {
	var names []string
	for _, y := range s.Under() {
		if slices.Contains(names, y.Name) {
			fault("systems", "a second system %q: want another name", y.Name)
		}
		names = append(names, y.Name)
	}
	at := func(where, system string) {
		switch {
		case system == "" && len(names) > 1:
			fault(where, "no system: %d are under test, want one of %s", len(names), strings.Join(names, ", "))
		case system != "" && !slices.Contains(names, system):
			fault(where+".system", "no system %q is under test: want one of %s", system, strings.Join(names, ", "))
		}
	}
	for i, t := range s.Trunks {
		at(fmt.Sprintf("trunks[%d]", i), t.System)
	}
	for i, g := range s.Gateways {
		at(fmt.Sprintf("gateways[%d]", i), g.System)
	}
	for i, a := range s.Accounts {
		at(fmt.Sprintf("accounts[%d]", i), a.System)
		if j := slices.IndexFunc(s.Accounts, func(b Account) bool { return a.Branch != "" && b.Branch == a.Branch }); j >= 0 && s.Accounts[j].System != a.System {
			fault(fmt.Sprintf("accounts[%d].system", i), "branch %q is registered with %q too: want a branch gateway with one registrar", a.Branch, s.Accounts[j].System)
		}
	}
}

func (s *Site) validateTrunks(fault faultFunc) {
	_, real := s.Tested()
	names, addrs, outside := map[string]bool{}, map[netip.Addr]string{}, map[netip.Addr]string{}
	for i, t := range s.Trunks {
		at := fmt.Sprintf("trunks[%d]", i)
		switch {
		case t.Name == "":
			fault(at+".name", "missing: want one for routes to name")
		case names[t.Name]:
			fault(at+".name", "a second trunk %q: want another name", t.Name)
		}
		names[t.Name] = true
		if slices.ContainsFunc(s.Systems, func(y System) bool { return t.Address.IsValid() && y.SIP.Addr == t.Address }) {
			fault(at+".address", "%s is the system's own: want one that is ours", t.Address)
		}
		switch {
		case !t.Address.IsValid():
			fault(at+".address", "missing: want one like 192.0.2.11:5060")
		case t.Address.Addr().IsUnspecified():
			fault(at+".address", "%s is every address and none: want the one that the system under test expects", t.Address.Addr())
		case t.Address.Port() == 0 && real:
			fault(at+".address", "port 0: want the port that the system under test expects")
		case addrs[t.Address.Addr()] != "":
			fault(at+".address", "shares %s with trunk %q: a system that trusts by address cannot tell them apart; want an address of its own", t.Address.Addr(), addrs[t.Address.Addr()])
		}
		addrs[t.Address.Addr()] = t.Name
		switch a := t.Outside().Addr(); {
		case !t.Advertise.IsValid():
		case a.IsUnspecified():
			fault(at+".advertise", "%s is every address and none: want the one that the system under test knows the peer by", a)
		case outside[a] != "":
			fault(at+".advertise", "shares %s with trunk %q: a system that trusts by address cannot tell them apart; want an address of its own", a, outside[a])
		}
		outside[t.Outside().Addr()] = t.Name
		if t.Numbers.Len() == 0 {
			fault(at+".numbers", "missing: want a range, as in 6000-6099")
		}
		for _, other := range s.Trunks[:i] {
			if other.Numbers.Overlaps(t.Numbers) {
				fault(at+".numbers", "%s overlaps %s of trunk %q: want each number at one trunk", t.Numbers, other.Numbers, other.Name)
			}
		}
		s.forbidden(at+".numbers", t.Numbers.At, t.Numbers.Len(), fault)
	}
	s.validateShown(fault)
	switch p := s.Harness.Intruder; {
	case !p.IsValid():
	case addrs[p] != "":
		fault("harness.intruder", "%s is also trunk %q's: want an address that nobody trusts", p, addrs[p])
	case p == s.Harness.Phones:
		fault("harness.intruder", "%s is also the phones': want an address of its own", p)
	}
	if p := s.Harness.Phones; len(s.Accounts) > 0 {
		switch {
		case !p.IsValid():
			fault("harness.phones", "missing: want the address that the phones bind")
		case addrs[p] != "":
			fault("harness.phones", "%s is also trunk %q's: a system that trusts it would let every phone pass; want an address of its own", p, addrs[p])
		}
	}
}

// validateShown looks at what the system shows its peers, and asks them.
func (s *Site) validateShown(fault faultFunc) {
	for i, t := range s.Trunks {
		at := fmt.Sprintf("trunks[%d]", i)
		t.Called.faults(at+".called", fault)
		t.Caller.faults(at+".caller", fault)
		if t.Identity != "" && t.Identity != Trusted && t.Identity != Untrusted {
			fault(at+".identity", "%q: want trusted or untrusted", t.Identity)
		}
		if t.Misses < 0 || t.Misses > 0 && !t.Supervised() {
			fault(at+".misses", "%d: want 1 at least, and options beside it", t.Misses)
		}
	}
}

// validateTestNumbers looks at the numbers by purpose.
func (s *Site) validateTestNumbers(fault faultFunc) {
	for name, n := range map[string]string{"unallocated": s.TestNumbers.Unallocated, "incomplete": s.TestNumbers.Incomplete} {
		at := "test_numbers." + name
		switch {
		case n == "":
			continue
		case new(numbering.Prefix).UnmarshalText([]byte(n)) != nil:
			fault(at, "%q is no number: want digits, with or without a + before them", n)
		case s.Plays(n):
			fault(at, "%q is a number that we play: want one that leads nowhere", n)
		}
		s.forbidden(at, func(uint64) string { return n }, 1, fault)
	}
}

func (s *Site) validateRoutes(fault faultFunc) {
	for i, r := range s.Routes {
		at := fmt.Sprintf("routes[%d]", i)
		if slices.ContainsFunc(s.Routes[:i], func(o Route) bool { return o.Prefix == r.Prefix }) {
			fault(at+".prefix", "a second route for %q: want one, with its targets in order", r.Prefix)
		}
		if len(r.Targets) == 0 {
			fault(at+".targets", "missing: want at least one trunk")
		}
		for j, name := range r.Targets {
			if slices.Contains(r.Targets[:j], name) {
				fault(fmt.Sprintf("%s.targets[%d]", at, j), "%q a second time: want each target once", name)
			}
			_, trunk := s.Trunk(name)
			_, gateway := s.Gateway(name)
			if !trunk && !gateway {
				fault(fmt.Sprintf("%s.targets[%d]", at, j), "no trunk %q: want one of %s", name, strings.Join(s.trunkNames(), ", "))
			}
		}
		if r.Numbers.Len() > 0 && (!r.Prefix.Starts(r.Numbers.At(0)) || !r.Prefix.Starts(r.Numbers.At(r.Numbers.Len()-1))) {
			fault(at+".numbers", "%s do not all start with %s", r.Numbers, r.Prefix)
		}
		if r.Ring > 0 && len(r.Targets) == 1 && r.Numbers.Len() == 0 {
			fault(at+".numbers", "missing: a route with a ring time wants test numbers under its prefix")
		}
		if len(r.Targets) > 1 && r.Numbers.Len() == 0 {
			fault(at+".numbers", "missing: a route with a second target wants test numbers under its prefix")
		}
		Format{Strip: r.Strip, Prepend: r.Prepend, Plus: r.Plus}.faults(at, fault)
		if r.MinDigits < 0 {
			fault(at+".min_digits", "%d: want a count of digits", r.MinDigits)
		}
		for j, c := range r.Advance {
			if c < 400 || c > 699 {
				fault(fmt.Sprintf("%s.advance[%d]", at, j), "%d is no refusal: want a code from 400 to 699", c)
			}
		}
		s.forbidden(at+".numbers", r.Numbers.At, r.Numbers.Len(), fault)
	}
}

// shortestVoice is the least bound in which a voice can be heard for long
// enough to be sure of it (check.Enough).
const shortestVoice = 500 * time.Millisecond

// longestDelay is what the code of a voice can tell (media.Period), with
// something to spare.
const longestDelay = 1500 * time.Millisecond

// mostLoss is the loss in percent beyond which speech is not understood, and a
// voice not counted as heard (record.Heard.Whole).
const mostLoss = 20.0

func (s *Site) validateExpect(fault faultFunc) {
	s.Expect.validate(fault)
	s.Consent.validate(fault)
	if v := s.Thresholds.Voice; v > 0 && v < shortestVoice {
		fault("thresholds.voice", "%s: want %s at least, for a voice must be heard for 400ms", v, shortestVoice)
	}
	if d := s.Thresholds.Delay; d > longestDelay {
		fault("thresholds.delay", "%s: want %s at most, for a voice's code tells no more", d, longestDelay)
	}
	if l := s.Thresholds.Loss; l < 0 || l > mostLoss {
		fault("thresholds.loss", "%g: want percent, above 0 and %g at most, beyond which nobody understands a voice", l, mostLoss)
	}
	for i, w := range s.Waivers {
		if w.Scenario == "" || w.Reason == "" || w.By == "" {
			fault(fmt.Sprintf("waivers[%d]", i), "want scenario, reason and by")
		}
	}
}

// forbidden finds test numbers that must never be dialled, wherever in the
// range they stand.
func (s *Site) forbidden(at string, number func(uint64) string, count uint64, fault faultFunc) {
	if count == 0 {
		return
	}
	first, last := number(0), number(count-1)
	for _, p := range s.NeverDial {
		rest := max(len(first)-len(p), 0)
		low, high := string(p)+strings.Repeat("0", rest), string(p)+strings.Repeat("9", rest)
		if p != "" && len(low) == len(first) && low <= last && high >= first {
			fault(at, "has numbers that start with %q, which never_dial forbids", p)
		}
	}
}

func (s *Site) trunkNames() []string {
	var out []string
	for _, t := range s.Trunks {
		out = append(out, t.Name)
	}
	for _, g := range s.Gateways {
		out = append(out, g.Name)
	}
	slices.Sort(out)
	return out
}
