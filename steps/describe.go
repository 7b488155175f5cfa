package steps

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"ringproof/internal/site"
	"ringproof/internal/wire"
	"ringproof/reports/record"
)

// description is what describe starts from. Trunks and at are empty until the
// parties and the target stand.
type description struct {
	site    *site.Site
	profile string
	target  Target
	trunks  map[string]netip.AddrPort
	at      Endpoint
}

// describe says what the site is, for the record: one function for each part
// of the profile. What the profile newly says of a part goes into its More,
// which reports print as it stands.
func describe(d description) record.Site {
	out := record.Site{Name: d.site.Name, Profile: d.profile}
	out.Systems = d.systems()
	for _, x := range d.site.Trunks {
		out.Trunks = append(out.Trunks, d.trunk(x))
	}
	for _, g := range d.site.Gateways {
		out.Trunks = append(out.Trunks, d.gateway(g))
	}
	for _, a := range d.site.Accounts {
		out.Accounts = append(out.Accounts, d.account(a))
	}
	for _, a := range d.site.Real {
		out.Accounts = append(out.Accounts, real(a))
	}
	for _, r := range d.site.Routes {
		out.Routing = append(out.Routing, route(r))
	}
	for _, n := range d.site.NeverDial {
		out.NeverDial = append(out.NeverDial, string(n))
	}
	out.Thresholds, out.Expected = thresholds(d.site.Thresholds), expected(d.site.Expect)
	for _, w := range d.site.Waivers {
		out.Waivers = append(out.Waivers, record.Waiver{Scenario: w.Scenario, Reason: w.Reason, By: w.By})
	}
	for _, y := range out.Under() {
		out.Firewall = append(out.Firewall, d.firewall(y)...)
	}
	return out
}

// firewall says which flows must be open with a system, once it has an address.
func (d description) firewall(tested record.System) (out []record.Flow) {
	hop, err := wire.ParseHop(tested.Address)
	if err != nil {
		return nil // not started yet
	}
	for _, f := range d.site.Flows(tested.Name, hop, d.standing) {
		out = append(out, record.Flow(f))
	}
	return out
}

// standing gives where a peer of ours stands, if it does.
func (d description) standing(name string) (netip.AddrPort, bool) {
	a, ok := d.trunks[name]
	return a, ok
}

func (d description) systems() (out []record.System) {
	for _, y := range d.site.Systems {
		out = append(out, record.System{
			Name: y.Name, Product: y.Product, Address: y.SIP.String(), Domain: y.Domain, Tested: y.UnderTest,
		})
	}
	if len(d.site.Systems) == 0 && d.target != nil {
		y := record.System{Name: d.target.Name(), Domain: d.at.Domain, Tested: true}
		if d.at.Addr.IsValid() {
			y.Address = d.at.Transport + ":" + d.at.Addr.String()
		}
		out = append(out, y)
	}
	return out
}

func (d description) trunk(x site.Trunk) record.Trunk {
	return record.Trunk{Name: x.Name, Address: d.trunkAddr(x).String(), Numbers: x.Numbers.String(), Trusted: true}
}

// gateway is a trunk whose numbers are cameras.
func (d description) gateway(g site.Gateway) record.Trunk {
	return record.Trunk{
		Name: g.Name, Address: d.gatewayAddr(g).String(), Numbers: g.Cameras.String(), Trusted: true,
		More: []record.Setting{{Name: "Cameras", Value: fmt.Sprint(g.Cameras.Len())}},
	}
}

// trunkAddr gives where the peer stands or, before it does, is to stand.
func (d description) trunkAddr(x site.Trunk) netip.AddrPort {
	if a, ok := d.trunks[x.Name]; ok {
		return a
	}
	return x.Outside()
}

// gatewayAddr gives where the gateway stands or, before it does, is to stand.
func (d description) gatewayAddr(g site.Gateway) netip.AddrPort {
	if a, ok := d.trunks[g.Name]; ok {
		return a
	}
	return g.Address
}

func (d description) account(a site.Account) record.Account {
	out := record.Account{User: a.User, Number: a.Dialled(), Password: "made up for the run"}
	if p := d.site.Harness.Phones; p.IsValid() {
		out.Address = p.String()
	}
	switch {
	case a.PasswordEnv != "":
		out.Password = "the environment, " + a.PasswordEnv
	case a.PasswordFile != "":
		out.Password = "a file, " + a.PasswordFile
	}
	out.More = behind(a)
	return out
}

// real describes a phone that is not ours.
func real(a site.Account) record.Account {
	out := record.Account{User: a.User, Number: a.Dialled(), Address: "its own", Password: "its own"}
	how := "a program: it records what it hears"
	if a.Phone.Held() {
		how = "held by a person"
	}
	if a.Phone.Product != "" {
		how = a.Phone.Product + ", " + how
	}
	out.More = []record.Setting{{Name: "A real phone", Value: how}}
	return out
}

// behind says what a branch's account leads to.
func behind(a site.Account) (out []record.Setting) {
	if a.Branch == "" {
		return nil
	}
	out = append(out, record.Setting{Name: "Registered by branch", Value: a.Branch})
	var numbers []string
	for _, r := range a.Numbers {
		numbers = append(numbers, r.String())
	}
	if len(numbers) > 0 {
		out = append(out, record.Setting{Name: "Numbers", Value: strings.Join(numbers, ", ")})
	}
	if a.RequestURI != "" {
		out = append(out, record.Setting{Name: "Calls arrive with", Value: string(a.RequestURI)})
	}
	if a.Bulk {
		out = append(out, record.Setting{Name: "Registered in bulk", Value: "RFC 6140"})
	}
	return out
}

func route(r site.Route) record.Route {
	out := record.Route{Prefix: string(r.Prefix), Targets: r.Targets, Numbers: r.Numbers.String()}
	if len(r.Targets) > 1 {
		out.Guard = int64(r.Guard)
	}
	return out
}

func thresholds(t site.Thresholds) []record.Setting {
	return []record.Setting{
		timeBound("A call that is answered at once is answered within", t.Answer),
		timeBound("Each side has been heard after the answer within", t.Voice),
		timeBound("A camera has been seen after the answer within", t.Picture),
		{Name: "Of each voice there is missing at most", Value: fmt.Sprintf("%g %%", t.Loss)},
		timeBound("From mouth to ear it takes at most", t.Delay),
		timeBound("Both sides know that a call ended within", t.Release),
		timeBound("A fallback takes, beyond the guard time, at most", t.Fallback),
		{Name: "Of calls under load there fail at most", Value: fmt.Sprintf("%g %%", t.Load.Failed)},
		timeBound("95 % of calls under load ring, or are answered, within", t.Load.PDD),
	}
}

func timeBound(name string, d time.Duration) record.Setting {
	return record.Setting{Name: name, Value: d.String()}
}

func expected(e site.Expect) []record.Setting {
	return []record.Setting{
		codes("A caller is told of a busy callee by", e.Busy),
		codes("A caller is told of one who is not there by", e.Offline),
		codes("A caller is told of a number that nobody has by", e.Unallocated),
		codes("Wrong credentials are refused with", e.WrongPassword),
		codes("A cancelled call ends with", e.Cancelled),
	}
}

func codes(name string, list []int) record.Setting {
	var words []string
	for _, c := range list {
		words = append(words, fmt.Sprint(c))
	}
	return record.Setting{Name: name, Value: strings.Join(words, " or ")}
}
