package html

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"ringproof/reports/record"
)

// flow is traffic that firewalls must let pass, with what of it was seen.
type flow struct {
	record.Flow
	Unlisted bool // seen, but not in the policy
	Seen     string
}

// sighting is traffic that our parties sent or received.
type sighting struct {
	from, to netip.Addr
	protocol string // "UDP"
	purpose  string // "SIP", "RTP"
	party    string
	sent     bool // by the party
	ports    []uint16
	count    int
	unknown  bool // how many
}

// flows holds the site's firewall policy against what the run saw.
func flows(run *record.Run) (out []flow) {
	seen := sightings(run)
	used := map[int]bool{}
	for _, p := range run.Site.Firewall {
		f := flow{Flow: p}
		for i, s := range seen {
			if s.from.String() == p.FromAddr && s.to.String() == p.ToAddr && s.protocol == p.Protocol && s.purpose == p.Purpose {
				f.Seen, used[i] = s.String(), true
			}
		}
		out = append(out, f)
	}
	for i, s := range seen {
		if used[i] {
			continue
		}
		p := record.Flow{From: s.party, FromAddr: s.from.String(), To: "", ToAddr: s.to.String(), Protocol: s.protocol, Ports: s.portRange(), Purpose: s.purpose}
		if !s.sent {
			p.From, p.To = p.To, p.From
		}
		out = append(out, flow{Flow: p, Unlisted: len(run.Site.Firewall) > 0, Seen: s.String()})
	}
	return out
}

func (s sighting) String() string {
	if s.unknown {
		return s.portRange()
	}
	what := "packet"
	if s.purpose == "SIP" {
		what = "message"
	}
	return fmt.Sprintf("%s, %s", times(s.count, what), s.portRange())
}

// portRange names the ports that were sent to.
func (s sighting) portRange() string {
	if len(s.ports) == 0 {
		return "no port"
	}
	low, high := slices.Min(s.ports), slices.Max(s.ports)
	if low == high {
		return fmt.Sprintf("port %d", low)
	}
	return fmt.Sprintf("ports %d to %d", low, high)
}

// sightings gathers the messages and packets of a run by where they went.
func sightings(run *record.Run) (out []sighting) {
	add := func(party, protocol, purpose string, from, to netip.AddrPort, sent bool, count int) int {
		i := slices.IndexFunc(out, func(s sighting) bool {
			return s.from == from.Addr() && s.to == to.Addr() && s.protocol == protocol && s.purpose == purpose
		})
		if i < 0 {
			i = len(out)
			out = append(out, sighting{from: from.Addr(), to: to.Addr(), protocol: protocol, purpose: purpose, party: party, sent: sent})
		}
		if !slices.Contains(out[i].ports, to.Port()) {
			out[i].ports = append(out[i].ports, to.Port())
		}
		out[i].count += count
		return i
	}
	for _, m := range run.Messages {
		from, to := m.Local, m.Remote
		if !from.IsValid() || !to.IsValid() {
			continue
		}
		if !m.Sent {
			from, to = to, from
		}
		add(m.Party, strings.ToUpper(m.Transport), "SIP", from, to, m.Sent, 1)
	}
	for _, x := range run.Streams {
		if !x.Local.IsValid() {
			continue
		}
		if x.Remote.IsValid() && (x.Sent > 0 || x.SendError != "") { // or was to go
			add(x.Party, "UDP", "RTP", x.Local, x.Remote, true, x.Sent)
		}
		for _, from := range x.Sources {
			i := add(x.Party, "UDP", "RTP", from, x.Local, false, x.Received)
			out[i].unknown = out[i].unknown || len(x.Sources) > 1 // how many came from which was not kept
		}
	}
	slices.SortStableFunc(out, func(a, b sighting) int {
		return cmp.Or(cmp.Compare(a.purpose, b.purpose)*-1, a.from.Compare(b.from), a.to.Compare(b.to))
	})
	return out
}
