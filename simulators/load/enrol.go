package load

import (
	"fmt"
	"slices"
	"time"
)

// enrol has a crowd register accounts.
func (c *crowd) enrol(cfg CrowdConfig, salt uint32) {
	domain := cfg.Domain
	if domain == "" {
		domain = cfg.Registrar.String()
	}
	users, count := usersOf(nil, 0, cfg.Accounts)
	c.reg = newBindings(c.s, cfg.Registrar, newWriter(c.s.Local(), domain, users, users, ""), count, newMeasure())
	if cfg.Transport == TCP {
		c.reg.w.overTCP()
	}
	c.reg.auth, c.reg.salt, c.reg.refresh = &authenticator{accounts: cfg.Accounts}, salt, c.rnd
	if cfg.Expires > 0 {
		c.reg.expires = int64(cfg.Expires / time.Second)
	}
	c.names = make(map[string]int32, count)
	for i, a := range cfg.Accounts {
		c.names[a.User] = int32(i)
		if a.Number != "" {
			c.names[a.Number] = int32(i)
		}
	}
	c.ready = make(chan struct{})
}

// UnregisteredError is why a crowd is not ready: an account that could not be
// registered.
type UnregisteredError struct {
	Code       int  // final response, 0 for none; below 300 where that did not list the contact
	Challenged bool // before that, for credentials
	why        string
}

func (e *UnregisteredError) Error() string { return e.why }

// bind keeps the accounts registered, and says once when all have been tried.
func (c *crowd) bind(now int64) {
	if c.reg == nil {
		return
	}
	if slices.Contains(lostBy(c.s), c.reg.to) {
		c.reg.disconnected(now)
	}
	c.reg.advance(now)
	if c.reg.sweeping || c.bound || !c.reg.fill(now) {
		return
	}
	c.bound = true
	if b := c.reg; b.wrong >= 0 {
		why := fmt.Sprintf("response %d", b.code)
		switch {
		case b.code == 0:
			why = "no response"
		case b.code == lost:
			why = "the connection was lost or could not be opened"
		case b.code < 300:
			why += ", which does not list the contact"
		}
		c.wrong = &UnregisteredError{max(0, b.code), b.m.Challenged > 0, fmt.Sprintf("register %s at %s: %s; %d of %d accounts are registered", b.w.aor(nil, b.n(b.wrong)), b.to, why, b.m.Answered, len(b.aors))}
	}
	close(c.ready)
}

// mine tells whether a call is for the crowd, and notes for which account. A
// number of one account that reaches the contact of another does not.
func (c *crowd) mine(m *message, g *guest) bool {
	if c.own == nil && c.names == nil {
		return true
	}
	user := userOf(m.uri)
	i, known := c.names[string(user)]
	if !known {
		return c.own != nil && c.own(user)
	}
	g.account = i
	j, other := c.names[string(userOf(uriOf(m.to)))]
	return !other || i == j
}

// AnyOf tells of numbers whether they are among the first so many of a list
// or range, for CrowdConfig.Own.
func AnyOf(numbers Numbers, count uint64) func(number []byte) bool {
	all := make(map[string]struct{}, count)
	for n := range count {
		all[string(numbers(nil, n))] = struct{}{}
	}
	return func(number []byte) bool {
		_, ok := all[string(number)]
		return ok
	}
}
