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
	return p.Enrol(ctx, ua.Enrolment{Expires: registration})
}

// RegisterFor binds the phone for a time.
func (p *Phone) RegisterFor(ctx context.Context, expires time.Duration) (record.Registration, error) {
	return p.Enrol(ctx, ua.Enrolment{Expires: expires})
}

// Remove removes the phone's own binding: by the expires parameter of its
// Contact, or by the Expires header field (RFC 3261 §10.2.2).
func (p *Phone) Remove(ctx context.Context, byContact bool) (record.Registration, error) {
	return p.Enrol(ctx, ua.Enrolment{ByContact: byContact})
}

// Enrol carries out one registration, and remembers what is to be removed. A
// removal is remembered too: whether it was carried out is not known.
func (p *Phone) Enrol(ctx context.Context, e ua.Enrolment) (record.Registration, error) {
	f, err := p.Agent.Enrol(ctx, e)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bound = p.bound || f.Code >= 200 && f.Code < 300
	return f, err
}

// Bound says that the phone's contact is bound already, by one before it.
func (p *Phone) Bound() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bound = true
}

// Unregister removes the phone's own binding.
func (p *Phone) Unregister(ctx context.Context) (record.Registration, error) {
	f, err := p.Agent.Register(ctx, 0)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bound = p.bound && (f.Code < 200 || f.Code >= 300)
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
		_, _ = p.Unregister(ctx) // the outcome is in the record
	}
	p.Agent.Close(ctx)
}
