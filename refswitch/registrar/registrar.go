// Package registrar keeps where accounts can be reached: the bindings of
// RFC 3261 §10, several contacts an account, and those of RFC 6140, one
// contact for all numbers of an account.
package registrar

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"ringproof/refswitch/internal/seam"
)

// Config says what a registrar grants.
type Config struct {
	// MinExpiry is the shortest that is granted; 0 takes any.
	MinExpiry time.Duration
	// MaxExpiry is the longest that is granted; 2 h if zero.
	MaxExpiry time.Duration
	// Contacts is how many an account may have; the one that was renewed
	// longest ago makes room. 10 if zero.
	Contacts int
	Hooks    *seam.Hooks
}

const (
	defaultExpiry   = time.Hour
	defaultMax      = 2 * time.Hour
	defaultContacts = 10
)

// Registrar holds the bindings.
type Registrar struct {
	cfg Config

	mu       sync.Mutex
	bindings map[string][]*Binding // by address of record
	ever     map[string]bool       // addresses of record that had one
	turn     uint64                // rises with each update
}

// New gives a registrar without bindings.
func New(cfg Config) *Registrar {
	cfg.MaxExpiry = cmp.Or(cfg.MaxExpiry, defaultMax)
	cfg.Contacts = cmp.Or(cfg.Contacts, defaultContacts)
	return &Registrar{cfg: cfg, bindings: map[string][]*Binding{}, ever: map[string]bool{}}
}

// Lookup gives the bindings of an address of record that have not expired, in
// the order in which they are to be tried: by q, the highest first
// (RFC 3261 §16.6), and among equals the one renewed last.
func (r *Registrar) Lookup(aor string) []Binding {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []Binding
	for _, b := range r.live(aor) {
		out = append(out, *b)
	}
	oldest := r.cfg.Hooks.PreferOldest()
	slices.SortStableFunc(out, func(a, b Binding) int {
		if oldest {
			return cmp.Compare(a.turn, b.turn)
		}
		return cmp.Or(cmp.Compare(b.Q, a.Q), cmp.Compare(b.turn, a.turn))
	})
	return out
}

// Ever tells whether an address of record has had a binding at any time.
func (r *Registrar) Ever(aor string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ever[aor]
}

// live gives the bindings that have not expired, the oldest first, and drops
// the others. The caller holds r.mu.
func (r *Registrar) live(aor string) []*Binding {
	if r.cfg.Hooks.Outlive() {
		return r.bindings[aor]
	}
	now := time.Now()
	r.keep(aor, slices.DeleteFunc(r.bindings[aor], func(b *Binding) bool {
		return !now.Before(b.Expires) || !r.cfg.Hooks.Remembers(now.Sub(b.renewed))
	}))
	return r.bindings[aor]
}

// keep sets what is left of the bindings of an address of record.
func (r *Registrar) keep(aor string, left []*Binding) {
	if len(left) == 0 {
		delete(r.bindings, aor)
		return
	}
	r.bindings[aor] = left
}
