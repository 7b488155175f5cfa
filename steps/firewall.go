package steps

import (
	"net/netip"
	"strconv"
	"strings"

	"ringproof/internal/wire"
	"ringproof/reports/record"
)

// What is settled call by call cannot stand in a firewall's rules as one port.
const (
	toldInSDP     = "as told in SDP"
	toldInContact = "as told in Contact"
)

// firewall says which flows must be open for what the profile describes: SIP
// and RTP between the system under test and each of the parties, both ways.
// RTP stands on the system's SIP address here; where its SDP tells another,
// that is the address to open.
func (d description) firewall(tested record.System) (out []record.Flow) {
	hop, err := wire.ParseHop(tested.Address)
	if err != nil || !hop.Addr.IsValid() {
		return nil // not started yet
	}
	sys, protocol := hop.Addr.Addr().String(), strings.ToUpper(string(hop.Transport))
	between := func(party, addr, port string) {
		out = append(
			out,
			record.Flow{From: party, FromAddr: addr, To: tested.Name, ToAddr: sys, Protocol: protocol, Ports: portOf(hop.Addr), Purpose: "SIP"},
			record.Flow{From: tested.Name, FromAddr: sys, To: party, ToAddr: addr, Protocol: protocol, Ports: port, Purpose: "SIP"},
			record.Flow{From: party, FromAddr: addr, To: tested.Name, ToAddr: sys, Protocol: "UDP", Ports: toldInSDP, Purpose: "RTP"},
			record.Flow{From: tested.Name, FromAddr: sys, To: party, ToAddr: addr, Protocol: "UDP", Ports: toldInSDP, Purpose: "RTP"},
		)
	}
	for _, x := range d.site.Trunks {
		at := d.trunkAddr(x)
		between("trunk "+x.Name, at.Addr().String(), portOf(at))
	}
	for _, g := range d.site.Gateways {
		at := d.gatewayAddr(g)
		between("gateway "+g.Name, at.Addr().String(), portOf(at))
	}
	if p := d.site.Harness.Phones; p.IsValid() && len(d.site.Accounts) > 0 {
		between("phones", p.String(), toldInContact)
	}
	return out
}

func portOf(a netip.AddrPort) string { return strconv.Itoa(int(a.Port())) }
