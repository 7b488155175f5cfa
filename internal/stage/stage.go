// Package stage puts the parties of a site on their addresses and hands them
// to scenarios: who plays which role, with which number and which voice.
//
// [Open] puts up the trunk peers, which stand for the whole run; [Stage.Cast]
// gives one scenario its players. What the profile does not offer is an
// [UnprovableError], not a failure.
package stage

import (
	"context"
	"fmt"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"ringproof/internal/leftover"
	"ringproof/internal/network"
	"ringproof/internal/numbering"
	"ringproof/internal/site"
	"ringproof/internal/wire"
	"ringproof/reports/record"
	"ringproof/simulators/gateway"
	"ringproof/simulators/media"
	"ringproof/simulators/peer"
	"ringproof/simulators/ua"
)

// Config says what to play and where.
type Config struct {
	Site    *site.Site
	Network network.Network
	Journal *record.Journal
	Seed    uint64
	// Notes are kept of what is bound at the registrar; nil keeps none.
	Notes *leftover.Notes
	Log   *slog.Logger
}

// Stage is where a run's parties stand.
type Stage struct {
	cfg   Config
	peers map[string]*peer.Peer // by trunk
	faces []System              // the near one first

	gateways map[string]*gateway.Gateway
	real     map[media.Voice]string // real phones by what they play

	mu      sync.Mutex // guards all that follows
	rand    *rand.Rand
	nonce   string
	ids     int
	voices  []string          // party by voice, empty for one that is a real phone's
	taken   map[string]uint64 // numbers given out, by range
	kept    map[string]string // accounts that are left alone, and why
	screens map[string]bool   // by party and number
}

// UnprovableError says what a scenario needs that the profile does not offer.
type UnprovableError struct{ Missing string }

func (e *UnprovableError) Error() string { return "unprovable: " + e.Missing }

// NotApplicableError says what a scenario needs that the site has not, by
// intent, or why else the profile does not ask for it.
type NotApplicableError struct {
	Without site.Absence
	Why     string
}

func (e *NotApplicableError) Error() string {
	if e.Why != "" {
		return "not applicable: " + e.Why
	}
	return fmt.Sprintf("not applicable: the profile says that the site has none (without: %s)", e.Without)
}

// lacks gives the error for what the profile has not.
func (s *Stage) lacks(kind site.Absence, missing string) error {
	if s.cfg.Site.Lacks(kind) {
		return &NotApplicableError{Without: kind}
	}
	return &UnprovableError{missing}
}

// Open puts up the trunk peers and the gateways.
func Open(cfg Config) (*Stage, error) {
	s := &Stage{
		cfg: cfg, peers: map[string]*peer.Peer{}, taken: map[string]uint64{}, kept: map[string]string{},
		gateways: map[string]*gateway.Gateway{}, screens: map[string]bool{},
		rand: rand.New(rand.NewPCG(cfg.Seed, 0)),
		// The same seed twice within 32 s must not look like retransmissions
		// to the system under test.
		nonce: strconv.FormatInt(time.Now().UnixNano(), 36),
	}
	var err error
	if s.real, err = voicesOf(cfg.Site); err != nil {
		return nil, err
	}
	for _, t := range cfg.Site.Trunks {
		p, err := s.peer(t)
		if err != nil {
			s.Close(context.Background())
			return nil, err
		}
		s.peers[t.Name] = p
	}
	for _, g := range cfg.Site.Gateways {
		if err := s.openGateway(g); err != nil {
			s.Close(context.Background())
			return nil, err
		}
	}
	return s, nil
}

// peer opens the peer of a trunk.
func (s *Stage) peer(t site.Trunk) (*peer.Peer, error) {
	cfg := s.agent("trunk "+t.Name, t.Name, t.Address)
	cfg.Advertise, cfg.QuietOptions = t.Advertise, true
	return peer.New(cfg)
}

// Trunks gives where others reach the peers and the gateways, by name.
func (s *Stage) Trunks() map[string]netip.AddrPort {
	out := map[string]netip.AddrPort{}
	for name, p := range s.peers {
		out[name] = p.Advertised()
	}
	for name, g := range s.gateways {
		out[name] = g.Addr()
	}
	return out
}

// System is a system under test as our parties meet it.
type System struct {
	Name   string // in the profile; empty for the bundled switch
	Hop    wire.Hop
	Domain string // of its accounts; its address if empty
}

// Face says where the systems under test answer, one at least.
func (s *Stage) Face(systems ...System) {
	s.faces = systems
	for i, y := range systems {
		if y.Domain == "" {
			s.faces[i].Domain = y.Hop.Addr.String()
		}
	}
	for _, t := range s.cfg.Site.Trunks {
		y := s.facing(t.System)
		s.peers[t.Name].Face(y.Hop, y.Domain)
	}
	for _, g := range s.cfg.Site.Gateways {
		y := s.facing(g.System)
		s.gateways[g.Name].Face(y.Hop, y.Domain)
	}
}

// Near has a system be the near one: callers stand at it before they stand at
// others, and who is called stands elsewhere if anybody does.
func (s *Stage) Near(system string) {
	i := max(0, slices.IndexFunc(s.faces, func(y System) bool { return y.Name == system }))
	s.faces = append(append([]System{s.faces[i]}, s.faces[:i]...), s.faces[i+1:]...)
}

// facing gives a system by name, the near one where there is none of that name.
func (s *Stage) facing(name string) System {
	if i := slices.IndexFunc(s.faces, func(y System) bool { return y.Name == name }); i >= 0 {
		return s.faces[i]
	}
	return s.faces[0]
}

// Faced gives where the systems under test answer, the near one first.
func (s *Stage) Faced() []System { return slices.Clone(s.faces) }

// Words says where the systems under test answer.
func (s *Stage) Words() string {
	if len(s.faces) == 1 {
		return s.faces[0].Hop.String()
	}
	var words []string
	for _, y := range s.faces {
		words = append(words, fmt.Sprintf("%s (%s)", y.Name, y.Hop))
	}
	return strings.Join(words, " and ")
}

// Own gives the address that asks whether the system is there: the phones',
// or a trunk's, or a gateway's.
func (s *Stage) Own() netip.Addr {
	switch x := s.cfg.Site; {
	case x.Harness.Phones.IsValid():
		return x.Harness.Phones
	case len(x.Trunks) > 0:
		return x.Trunks[0].Address.Addr()
	default:
		return x.Gateways[0].Address.Addr()
	}
}

// Domain gives the domain of the near system under test.
func (s *Stage) Domain() string { return s.faces[0].Domain }

// Monitor opens an agent that only asks whether a system is there. Its messages
// stay out of the record.
func (s *Stage) Monitor(y System) (*ua.Agent, error) {
	c := s.agent("monitor", "monitor", netip.AddrPortFrom(s.Own(), 0))
	c.Quiet = true
	a, err := ua.New(c)
	if err != nil {
		return nil, err
	}
	a.Face(y.Hop, y.Domain)
	return a, nil
}

// Close takes the peers and the gateways down.
func (s *Stage) Close(ctx context.Context) {
	s.closeGateways(ctx)
	for _, p := range s.peers {
		p.Close(ctx)
	}
}

// agent prepares a party with a voice of its own.
func (s *Stage) agent(party, user string, at netip.AddrPort) ua.Config {
	voice := s.voice(party)
	return ua.Config{
		Network: s.cfg.Network, Addr: at, Transports: []wire.Transport{wire.UDP, wire.TCP},
		Party: party, User: user, MayDial: s.mayDial, Bindings: s.cfg.Notes,
		Journal: s.cfg.Journal, NewID: s.newID, Token: s.token, Log: s.cfg.Log,
		Media: func() (ua.Media, error) {
			return media.Open(media.Config{
				Network: s.cfg.Network, Addr: at.Addr(), Voice: voice, NameOf: s.nameOf, Turns: s.cfg.Site.Options.Turns,
				At: s.cfg.Journal.At, SSRC: s.number32(), Log: s.cfg.Log,
			})
		},
		Video: func(number string) (ua.Video, error) { return s.screen(party, number, at.Addr()) },
	}
}

// mayDial refuses what the profile forbids, wherever the number came from.
func (s *Stage) mayDial(number string) error {
	if p, forbidden := s.cfg.Site.Forbids(number); forbidden {
		return fmt.Errorf("never_dial forbids numbers that start with %q", string(p))
	}
	return nil
}

// voice gives a party its signature: the same for the whole run, and nobody
// else's.
func (s *Stage) voice(party string) media.Voice {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, p := range s.voices {
		if p == party {
			return s.shifted(i)
		}
	}
	for s.real[s.shifted(len(s.voices))] != "" { // there is one left: voicesOf sees to it
		s.voices = append(s.voices, "")
	}
	s.voices = append(s.voices, party)
	return s.shifted(len(s.voices) - 1)
}

func (s *Stage) shifted(i int) media.Voice {
	return media.Voice((uint64(i) + s.cfg.Seed%uint64(media.Voices)) % uint64(media.Voices))
}

func (s *Stage) nameOf(v media.Voice) string {
	if p := s.real[v]; p != "" {
		return p
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, p := range s.voices {
		if s.shifted(i) == v {
			return p
		}
	}
	return ""
}

// take gives a number of the range that this run has not used before, from a
// place that the seed decides; once all were used, they come again.
func (s *Stage) take(r numbering.Range) string {
	h := fnv.New64a()
	fmt.Fprint(h, s.cfg.Seed, r)
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.taken[r.String()]
	s.taken[r.String()]++
	return r.At((h.Sum64()%r.Len() + n) % r.Len())
}

func (s *Stage) newID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids++
	return "a" + strconv.Itoa(s.ids)
}

// token makes a tag, Call-ID or branch: from the seed, and unique to the run.
func (s *Stage) token() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strconv.FormatUint(s.rand.Uint64(), 36) + "-" + s.nonce
}

func (s *Stage) number32() uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rand.Uint32()
}
