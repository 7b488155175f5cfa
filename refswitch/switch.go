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
	"sync/atomic"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/network"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/refswitch/access"
	"ringproof/refswitch/bridge"
	"ringproof/refswitch/defect"
	"ringproof/refswitch/internal/seam"
	"ringproof/refswitch/monitor"
	"ringproof/refswitch/registrar"
	"ringproof/refswitch/relay"
)

// Switch is a running switch.
type Switch struct {
	cfg     Config
	log     *slog.Logger
	hooks   *seam.Hooks
	layer   *transaction.Layer
	guard   *access.Guard
	places  *registrar.Registrar
	plan    atomic.Pointer[plan]
	targets *monitor.Monitor
	calls   bridge.Config

	ready   chan struct{} // closed once all of the above is set
	run     func(*bridge.Call)
	stop    context.CancelFunc
	running sync.WaitGroup

	counters counters
	writing  sync.Mutex // call records

	mu      sync.Mutex // guards dialogs, sent, closing and the start of calls
	dialogs map[bridge.Dialog]*transaction.Inbox
	sent    map[string]string // number dialled by Call-ID of what was sent on
	closing bool
}

// New opens the switch: from here on it answers.
func New(cfg Config) (*Switch, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	s := &Switch{
		cfg: cfg, log: cfg.Log, sent: map[string]string{},
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
	s.plan.Store(newPlan(cfg, s.hooks))
	s.guard = access.New(s.cfg.Domain, cfg.secrets(), s.hooks)
	s.places = registrar.New(registrar.Config{
		MinExpiry: cfg.Registration.MinExpiry, MaxExpiry: cfg.Registration.MaxExpiry,
		Contacts: cfg.Registration.Contacts, Hooks: s.hooks,
	})
	s.targets = monitor.New(func(name string, down bool) { s.log.Warn("target", "name", name, "down", down) })
	if err := s.open(); err != nil {
		s.stop()
		return nil, err
	}
	s.targets.Watch(s.supervised(s.plan.Load()))
	return s, nil
}

func (s *Switch) open() (err error) {
	s.layer, err = transaction.Listen(transaction.Config{
		Wire: wire.Config{
			Network: s.cfg.Network, Addr: s.cfg.Listen, Log: s.log,
			Transports: []wire.Transport{wire.UDP, wire.TCP},
		},
		Route: s.route, FailRefused: true, Branch: rand.Text, NewTag: rand.Text,
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
		Track:   s.track, Untrack: s.untrack, Sent: s.sentOn, Rest: s.targets.Rest, Done: s.done, Find: s.find,
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
	s.targets.Close()
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
	s.counters.active.Add(1)
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
	delete(s.sent, d.CallID)
}

// sentOn notes under which Call-ID a call to a number was sent on.
func (s *Switch) sentOn(callID, number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent[callID] = number
}
