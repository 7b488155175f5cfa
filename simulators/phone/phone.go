// Package phone is a simulated phone: one account, registered or not, that
// calls and is called.
package phone

import (
	"context"
	"sync"
	"time"

	"ringproof/reports/record"
	"ringproof/simulators/ua"
)

// Phone is one phone.
type Phone struct {
	*ua.Agent

	mu    sync.Mutex
	calls ua.Behaviour // how calls to it are treated
	bound bool
}

// New opens a phone. The agent's Incoming is the phone's own.
func New(cfg ua.Config) (*Phone, error) {
	p := &Phone{}
	cfg.Incoming = func(string) ua.Behaviour {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.calls
	}
	var err error
	p.Agent, err = ua.New(cfg)
	return p, err
}

// Behave says how calls to the phone are treated from now on.
func (p *Phone) Behave(b ua.Behaviour) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = b
}

// registration is the expiry that a phone asks for: longer than any scenario.
const registration = 5 * time.Minute

// Register binds the phone to its account.
func (p *Phone) Register(ctx context.Context) (record.Registration, error) {
	f, err := p.Agent.Register(ctx, registration)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bound = f.Code >= 200 && f.Code < 300
	return f, err
}

// Close releases calls within the bound of ctx, removes the phone's own binding
// within a bound of its own, and closes the phone.
func (p *Phone) Close(ctx context.Context, unregister time.Duration) {
	p.Conclude(ctx)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), unregister)
	defer cancel()
	p.mu.Lock()
	bound := p.bound
	p.mu.Unlock()
	if bound {
		_, _ = p.Agent.Register(ctx, 0) // the outcome is in the record
	}
	p.Agent.Close(ctx)
}
