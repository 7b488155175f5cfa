package load

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"ringproof/internal/network"
)

// RegisterConfig says which registrations to make. The n-th REGISTER is for
// the n-th address of record, and where there are no more begins with the
// first again, which is a re-registration (RFC 7502 §6.7, §6.8).
type RegisterConfig struct {
	From netip.AddrPort // ours; each further engine takes the next port
	To   netip.AddrPort // where requests are sent
	// Domain stands behind the @ of the addresses of record; To if empty.
	Domain string
	// Users are the addresses of record, Count of them; those of the accounts
	// if nil.
	Users    Numbers
	Count    int
	Accounts []Account // dealt out in turn; none: challenges are refusals
	// Expires is what is asked for, in whole seconds; an hour if 0.
	Expires  time.Duration
	Arrivals func() Arrivals
	Limit    int // requests at a time; 0 is as many as a million
	Engines  int // threads; 0 is one
	Seed     uint64
	// Receive and Send are the kernel's buffers in bytes; 0 is 4 MiB.
	Receive, Send int
	// Transport and Network are as in [Config].
	Transport string
	Network   network.Network
	// Keep leaves bound at the end what is bound then.
	Keep bool
	// Watch, where given, is called once a second with what has happened.
	Watch func(Live)
}

// calls gives what a registration has in common with a call.
func (c RegisterConfig) calls() Config {
	users, count := usersOf(c.Users, c.Count, c.Accounts)
	c.Users, c.Count = users, count
	return Config{
		From: c.From, To: c.To, Domain: c.Domain, Callers: users, Called: users, Accounts: c.Accounts, Arrivals: c.Arrivals, Limit: c.Limit,
		Engines: c.Engines, Seed: c.Seed, Receive: c.Receive, Send: c.Send, Transport: c.Transport, Network: c.Network, Watch: c.Watch, register: &c,
	}
}

// usersOf gives the users of accounts where none are said.
func usersOf(users Numbers, count int, accounts []Account) (Numbers, int) {
	if users != nil || len(accounts) == 0 {
		return users, count
	}
	return func(b []byte, n uint64) []byte { return append(b, accounts[n%uint64(len(accounts))].User...) }, len(accounts)
}

// Validate joins all faults.
func (c RegisterConfig) Validate() error {
	faults := []error{c.calls().Validate()}
	users, count := usersOf(c.Users, c.Count, c.Accounts)
	if users == nil {
		faults = append(faults, errors.New("users: want addresses of record, or accounts"))
	}
	if count < max(1, c.Engines) || count > mostCalls {
		faults = append(faults, fmt.Errorf("count %d: want 1 to %d addresses of record, and one for each engine", count, mostCalls))
	}
	if c.Expires < 0 || c.Expires%time.Second != 0 {
		faults = append(faults, fmt.Errorf("expires %s: want whole seconds", c.Expires))
	}
	return errors.Join(faults...)
}

// Preflight is as that of [Config].
func (c RegisterConfig) Preflight() ([]Reason, error) { return c.calls().Preflight() }

// Register registers until all that is planned has ended, and then removes
// what it has bound. When the context ends it begins no more, and removes at
// once. In the result a registration is what a call is in that of [Call]:
// answered and completed if it got a 2xx that lists its contact.
func Register(ctx context.Context, cfg RegisterConfig) (*Result, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return cfg.calls().run(ctx)
}

// bindings gives those of one engine: every of-th address of record.
func (c *RegisterConfig) bindings(k *caller, i, of int) *bindings {
	b := newBindings(k.s, k.remote, k.w, (c.Count-i+of-1)/of, &k.m)
	b.of, b.mine, b.auth, b.salt, b.keep = uint64(of), uint64(i), k.auth, k.salt, c.Keep
	if c.Expires > 0 {
		b.expires = int64(c.Expires / time.Second)
	}
	b.limit = mostCalls
	if c.Limit > 0 {
		b.limit = max(1, c.Limit/of)
	}
	return b
}
