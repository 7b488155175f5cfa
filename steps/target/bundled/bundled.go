// Package bundled is the reference switch as a system under test: [New]
// configures it from the same site profile that the harness reads.
package bundled

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"net/netip"

	"ringproof/internal/site"
	"ringproof/refswitch"
	"ringproof/refswitch/defect"
	"ringproof/steps"
)

// Config says which switch.
type Config struct {
	// Profile is the path of the site profile; empty is the demo's.
	Profile string
	// Defect makes the switch have one of the faults of refswitch/defect.
	Defect string
	// Addr is the SIP address; a free port of 127.0.0.1 if invalid.
	Addr netip.AddrPort
}

// Target is the bundled switch.
type Target struct {
	cfg  Config
	site *site.Site
	sw   *refswitch.Switch
}

// New reads the profile.
func New(cfg Config) (*Target, error) {
	s, err := load(cfg.Profile)
	if err != nil {
		return nil, err
	}
	if cfg.Defect != "" {
		if _, err := defect.Find(cfg.Defect); err != nil {
			return nil, err
		}
	}
	if !cfg.Addr.IsValid() {
		cfg.Addr = netip.MustParseAddrPort("127.0.0.1:0")
	}
	return &Target{cfg: cfg, site: s}, nil
}

// Name is what the report calls it.
func (t *Target) Name() string {
	if t.cfg.Defect != "" {
		return "bundled switch with the defect " + t.cfg.Defect
	}
	return "bundled switch"
}

// domain is the SIP domain of the bundled switch.
const domain = "ringproof.invalid" // RFC 2606 §2: no real one

// Start opens the switch among the parties.
func (t *Target) Start(_ context.Context, s steps.Surroundings) (steps.Endpoint, error) {
	cfg := configure(t.site, s.Trunks, t.passwords(s.Passwords))
	cfg.Listen, cfg.Domain, cfg.Defect = t.cfg.Addr, domain, t.cfg.Defect
	cfg.Network, cfg.Log = s.Network, s.Log
	sw, err := refswitch.New(cfg)
	if err != nil {
		return steps.Endpoint{}, err
	}
	t.sw = sw
	return steps.Endpoint{Transport: "udp", Addr: sw.Addr(), Domain: domain}, nil
}

// passwords gives each account one: a real phone's is made up where it is not
// known, for in a rehearsal nobody registers with it.
func (t *Target) passwords(known map[string]string) map[string]string {
	all := maps.Clone(known)
	for _, a := range t.site.Real {
		if all[a.User] == "" {
			all[a.User] = rand.Text()
		}
	}
	return all
}

// Stop releases the switch's calls and closes it.
func (t *Target) Stop(context.Context) error {
	if t.sw == nil {
		return errors.New("bundled switch: not started")
	}
	t.sw.Close()
	t.sw = nil
	return nil
}
