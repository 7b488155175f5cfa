package site

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"ringproof/internal/wire"
)

// Flow is what a firewall must let pass one way: packets, not sessions.
type Flow struct {
	From, FromAddr string // "trunk west", "192.0.2.11"
	To, ToAddr     string
	Protocol       string // "UDP", "TCP"
	Ports          string // of To
	Purpose        string // "SIP", "RTP"
}

// What is settled call by call cannot stand in a firewall's rules as one port.
const (
	freePorts  = "1024-65535"       // those that the kernel gives us
	mediaPorts = "as its SDP tells" // the system's own
)

// Flows lists what must pass between the system under test, reached at a hop,
// and our parties, both ways. A trunk or gateway stands where at says or else
// at its address in the profile. RTP is taken to stand on the system's SIP
// address: where its SDP tells another, that is the one to open. There are
// none before the hop's address is known, nor within one address.
func (s *Site) Flows(system string, hop wire.Hop, at func(name string) (netip.AddrPort, bool)) (out []Flow) {
	if !hop.Addr.IsValid() {
		return nil
	}
	sys, protocol := hop.Addr.Addr().String(), strings.ToUpper(string(hop.Transport))
	between := func(party string, addr netip.Addr, port string) {
		a := addr.String()
		if a == sys {
			return
		}
		out = append(out,
			Flow{party, a, system, sys, protocol, portOf(hop.Addr), "SIP"},
			Flow{system, sys, party, a, protocol, port, "SIP"},
			Flow{party, a, system, sys, "UDP", mediaPorts, "RTP"},
			Flow{system, sys, party, a, "UDP", freePorts, "RTP"},
		)
	}
	for _, x := range s.sides() {
		if x.system != "" && x.system != system {
			continue
		}
		a := x.address
		if now, ok := at(x.name); ok {
			a = now
		}
		between(x.title, a.Addr(), portOf(a))
	}
	if p := s.Harness.Phones; p.IsValid() && slices.ContainsFunc(s.Accounts, func(a Account) bool { return a.System == "" || a.System == system }) {
		between("phones", p, freePorts)
	}
	return out
}

func portOf(a netip.AddrPort) string { return strconv.Itoa(int(a.Port())) }
