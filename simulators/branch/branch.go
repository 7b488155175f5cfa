// Package branch is a simulated branch gateway: a system inside a private
// network that registers like a phone, with one account or several, and
// answers for the numbers behind it, each of which may be treated differently.
package branch

import (
	"context"
	"sync"
	"time"

	"ringproof/reports/record"
	"ringproof/simulators/ua"
)

// Branch is one gateway.
type Branch struct {
	*ua.Agent

	mu      sync.Mutex
	numbers map[string]ua.Behaviour
	bound   []ua.Enrolment
}

// New opens a gateway. The agent's Incoming is the gateway's own.
func New(cfg ua.Config) (*Branch, error) {
	b := &Branch{numbers: map[string]ua.Behaviour{}}
	cfg.Incoming = b.treat
	var err error
	b.Agent, err = ua.New(cfg)
	return b, err
}

// notFound is the answer for numbers that the gateway does not know.
const notFound = 404

func (b *Branch) treat(number string) ua.Behaviour {
	b.mu.Lock()
	defer b.mu.Unlock()
	if how, ok := b.numbers[number]; ok {
		return how
	}
	return ua.Behaviour{Reject: notFound}
}

// Map says how calls that arrive with a number are treated from now on.
func (b *Branch) Map(number string, how ua.Behaviour) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.numbers[number] = how
}

// Enrol registers one account, and remembers to remove it.
func (b *Branch) Enrol(ctx context.Context, e ua.Enrolment) (record.Registration, error) {
	f, err := b.Agent.Enrol(ctx, e)
	if f.Code >= 200 && f.Code < 300 {
		b.mu.Lock()
		defer b.mu.Unlock()
		e.Expires = 0
		b.bound = append(b.bound, e)
	}
	return f, err
}

// Close releases calls within the bound of ctx, removes the gateway's own
// bindings within a bound of their own, and closes the gateway.
func (b *Branch) Close(ctx context.Context, unregister time.Duration) {
	b.Conclude(ctx)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), unregister)
	defer cancel()
	b.mu.Lock()
	bound := b.bound
	b.bound = nil
	b.mu.Unlock()
	for _, e := range bound {
		_, _ = b.Agent.Enrol(ctx, e) // the outcome is in the record
	}
	b.Agent.Close(ctx)
}
