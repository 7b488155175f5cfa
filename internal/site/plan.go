package site

import (
	"fmt"
	"net/netip"
	"strings"

	"ringproof/internal/numbering"
)

// Plan is what a profile comes to on paper: its number plan with what is
// wrong in it, what the other side must configure for us, and what firewalls
// must let pass. It is made without a network.
type Plan struct {
	Numbers   []PlanNumbers
	Findings  []PlanFinding
	Configure []PlanItem
	Flows     []Flow
}

// PlanNumbers is a run of numbers: who has them and where a call to them goes.
type PlanNumbers struct {
	Numbers string // "6000-6099"
	Owner   string // "trunk west", "phone 1001"
	Leads   string // "6… → west"
}

// PlanFinding is something in the number plan that is wrong, or only worth
// knowing.
type PlanFinding struct {
	Error bool
	Text  string
}

// PlanItem is one thing that the other side must configure.
type PlanItem struct {
	Kind string // "trust", "route", "account"
	What string
	Note string
}

// Plan works the profile out.
func (s *Site) Plan() Plan {
	p := Plan{}
	p.sides(s)
	p.testNumbers(s)
	p.accounts(s)
	p.shadows(s)
	p.loops(s)
	for i, y := range s.Under() {
		if i == 0 {
			p.configure(s)
		}
		p.Flows = append(p.Flows, s.Flows(y.Name, y.SIP.Hop, func(string) (netip.AddrPort, bool) { return netip.AddrPort{}, false })...)
	}
	return p
}

// side is a peer of the system under test that we play: a trunk or a gateway.
type side struct {
	name, title string // "west", "trunk west"
	system      string // whose, where several are under test
	address     netip.AddrPort
	numbers     numbering.Range
}

func (s *Site) sides() []side {
	var out []side
	for _, t := range s.Trunks {
		out = append(out, side{t.Name, "trunk " + t.Name, t.System, t.Outside(), t.Numbers})
	}
	for _, g := range s.Gateways {
		out = append(out, side{g.Name, "gateway " + g.Name, g.System, g.Address, g.Cameras})
	}
	return out
}

// side gives a trunk or a gateway by name. One that does not exist, which the
// validation of the profile finds, is empty.
func (s *Site) side(name string) side {
	for _, x := range s.sides() {
		if x.name == name {
			return x
		}
	}
	return side{}
}

// Errors gives the findings that are errors.
func (p Plan) Errors() []string {
	var out []string
	for _, f := range p.Findings {
		if f.Error {
			out = append(out, f.Text)
		}
	}
	return out
}

func (p *Plan) wrong(format string, args ...any) {
	p.Findings = append(p.Findings, PlanFinding{true, fmt.Sprintf(format, args...)})
}

func (p *Plan) remark(format string, args ...any) {
	p.Findings = append(p.Findings, PlanFinding{false, fmt.Sprintf(format, args...)})
}

// leads says where a route leads.
func (r *Route) leads() string {
	if r == nil {
		return "no route"
	}
	text := fmt.Sprintf("%s… → %s", r.Prefix, r.Targets[0])
	for _, next := range r.Targets[1:] {
		text += fmt.Sprintf(", then %s after %s of silence", next, r.Guard)
	}
	return text
}

// configure lists what the system under test must be told of us.
func (p *Plan) configure(s *Site) {
	add := func(kind, what, note string) { p.Configure = append(p.Configure, PlanItem{kind, what, note}) }
	several := len(s.Under()) > 1
	at := func(system string) string {
		if several {
			return ", at " + system
		}
		return ""
	}
	for _, t := range s.sides() {
		add("trust", t.address.String(), t.title+": its calls are taken without a password"+at(t.system))
	}
	for _, y := range s.Under() {
		for _, a := range s.Accounts {
			if several && a.System != y.Name {
				add("route", fmt.Sprintf("%s → %s", a.Dialled(), a.System), "calls to it are sent on"+at(y.Name))
			}
		}
	}
	for _, r := range s.Routes {
		var hops []string
		for _, name := range r.Targets {
			hops = append(hops, fmt.Sprintf("%s (%s)", s.side(name).address, name))
		}
		note := ""
		if len(hops) > 1 {
			note = fmt.Sprintf("the next after %s of silence", r.Guard)
		}
		add("route", string(r.Prefix)+"… → "+strings.Join(hops, ", then "), note)
	}
	for _, a := range s.Accounts {
		note := "registers from " + s.Harness.Phones.String()
		if a.Dialled() != a.User {
			note += ", reached by " + a.Dialled()
		}
		for i, r := range a.Numbers {
			if i == 0 {
				note += ", with the numbers"
			}
			note += " " + r.String()
		}
		if a.RequestURI == Dialled {
			note += "; calls to it carry the number dialled"
		}
		if a.Bulk {
			note += "; registered in bulk (RFC 6140)"
		}
		add("account", a.User, note+at(a.System))
	}
	for _, a := range s.Real {
		note := "a real phone, which registers by itself"
		if a.Dialled() != a.User {
			note += ", reached by " + a.Dialled()
		}
		add("account", a.User, note+at(a.System))
	}
}
