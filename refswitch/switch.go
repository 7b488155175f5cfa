// Package refswitch is a small softswitch to hold tests against: a
// back-to-back user agent with media relay, longest-prefix routing to trunks
// trusted by address, a registrar with digest, and fallback to a route's next
// target.
//
// [New] opens it from a [Config], [Switch.Run] serves until its context ends.
// It is a reference, not a product: one process, nothing stored.
package refswitch

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/network"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/refswitch/access"
	"ringproof/refswitch/bridge"
	"ringproof/refswitch/defect"
	"ringproof/refswitch/internal/seam"
	"ringproof/refswitch/registrar"
	"ringproof/refswitch/relay"
	"ringproof/refswitch/routing"
)

// Switch is a running switch.
type Switch struct {
	cfg     Config
	log     *slog.Logger
	hooks   *seam.Hooks
	layer   *transaction.Layer
	guard   *access.Guard
	places  *registrar.Registrar
	routes  routing.Table
	trusted map[netip.Addr]string // trunk by address
	owner   map[string]string     // account by number
	calls   bridge.Config

	ready   chan struct{} // closed once all of the above is set
	run     func(*bridge.Call)
	stop    context.CancelFunc
	running sync.WaitGroup

	mu      sync.Mutex // guards dialogs, closing and the start of calls
	dialogs map[bridge.Dialog]*transaction.Inbox
	closing bool
}

// New opens the switch: from here on it answers.
func New(cfg Config) (*Switch, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	s := &Switch{
		cfg: cfg, log: cfg.Log, places: registrar.New(),
		trusted: map[netip.Addr]string{}, owner: map[string]string{},
		dialogs: map[bridge.Dialog]*transaction.Inbox{}, ready: make(chan struct{}),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.cfg.Network == nil {
		s.cfg.Network = network.Kernel{}
	}
	if s.cfg.Domain == "" {
		s.cfg.Domain = cfg.Listen.Addr().String()
	}
	if !s.cfg.Media.Address.IsValid() {
		s.cfg.Media.Address = cfg.Listen.Addr()
	}
	if cfg.Defect != "" {
		d, err := defect.Find(cfg.Defect)
		if err != nil {
			return nil, err
		}
		s.hooks = d.Hooks
	}
	ctx, stop := context.WithCancel(context.Background())
	s.stop, s.run = stop, func(c *bridge.Call) { c.Run(ctx) }
	s.load()
	if err := s.open(); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// load builds the tables from the configuration.
func (s *Switch) load() {
	passwords := map[string]string{}
	for _, a := range s.cfg.Accounts {
		passwords[a.User] = a.Password
		s.owner[a.User] = a.User
		for _, n := range a.Numbers {
			s.owner[n] = a.User
		}
	}
	s.guard = access.New(s.cfg.Domain, passwords, s.hooks)
	trunks := map[string]netip.AddrPort{}
	for _, t := range s.cfg.Trunks {
		trunks[t.Name] = t.Address
		s.trusted[t.Address.Addr()] = t.Name
	}
	for _, r := range s.cfg.Routes {
		route := routing.Route{Prefix: r.Prefix, Guard: r.Guard}
		if route.Guard == 0 {
			route.Guard = defaultGuard
		}
		for _, name := range r.Targets {
			route.Targets = append(route.Targets, routing.Target{Name: name, Addr: trunks[name]})
		}
		s.routes.Add(route)
	}
}

func (s *Switch) open() (err error) {
	s.layer, err = transaction.Listen(transaction.Config{
		Wire: wire.Config{
			Network: s.cfg.Network, Addr: s.cfg.Listen, Log: s.log,
			Transports: []wire.Transport{wire.UDP, wire.TCP},
		},
		Route: s.route, Branch: rand.Text, NewTag: rand.Text,
	})
	if err != nil {
		return fmt.Errorf("switch: %w", err)
	}
	at := s.layer.Addr()
	s.calls = bridge.Config{
		Layer: s.layer, Hooks: s.hooks, Log: s.log, Domain: s.cfg.Domain,
		Relay: relay.New(s.cfg.Network, s.cfg.Media.Address,
			relay.Ports{First: s.cfg.Media.FirstPort, Last: s.cfg.Media.LastPort}, s.hooks, s.log),
		Contact: sip.Uri{Scheme: "sip", Host: at.Addr().String(), Port: int(at.Port())},
		Track:   s.track, Untrack: s.untrack,
	}
	close(s.ready)
	return nil
}

// Addr gives the SIP address with its real port.
func (s *Switch) Addr() netip.AddrPort { return s.layer.Addr() }

// Run serves until ctx ends, then releases all calls and closes.
func (s *Switch) Run(ctx context.Context) error {
	<-ctx.Done()
	s.Close()
	return nil
}

// Close releases all calls, waits for them and closes the sockets. It may be
// called more than once.
func (s *Switch) Close() {
	s.mu.Lock()
	s.closing = true
	s.mu.Unlock()
	s.stop()
	s.running.Wait()
	s.layer.Close()
}

// begin runs a call in a goroutine that Close waits for; not any more once
// the switch is closing.
func (s *Switch) begin(c *bridge.Call) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.running.Go(func() { s.run(c) })
	return true
}

func (s *Switch) track(d bridge.Dialog, in *transaction.Inbox) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dialogs[d] = in
}

func (s *Switch) untrack(d bridge.Dialog) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.dialogs, d)
}
