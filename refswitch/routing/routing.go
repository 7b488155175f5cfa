// Package routing finds where a called number goes: longest prefix first
// (the length of the number bounds a lookup, not the count of prefixes), then
// the route's targets in order; which failures lead from one target to the
// next ([Route.Advances]), and which of several failures the caller is told
// ([Best]). Numbers change their form by [Translation].
package routing

import (
	"net/netip"
	"time"
)

// Target is one next hop of a route.
type Target struct {
	Name string // of the trunk
	Addr netip.AddrPort
	// Called and Caller change the numbers that this target is shown, after
	// what the route itself changes.
	Called, Caller Translation
}

// Route leads numbers of one prefix to targets, the first that answers.
type Route struct {
	Prefix  string
	Targets []Target
	// Called changes the called number on the way out.
	Called Translation
	// MinDigits is how many digits a number of the route has at least; a
	// shorter one is incomplete.
	MinDigits int
	// Advance are final responses that lead to the next target besides those
	// that always do.
	Advance []int
	// Guard is how long a target may stay silent before the next is tried,
	// GuardDown how long one may that is known to be down.
	Guard, GuardDown time.Duration
	// Ring is how long a target may ring; zero is as long as any.
	Ring time.Duration
	// Bypass leaves the media to the two sides.
	Bypass bool
}

// Incomplete tells whether the number has fewer digits than the route's.
func (r *Route) Incomplete(number string) bool {
	digits := 0
	for i := range len(number) {
		if number[i] >= '0' && number[i] <= '9' {
			digits++
		}
	}
	return digits < r.MinDigits
}

// Table is a set of routes. Build it with Add, then only look up: lookups may
// run side by side.
type Table struct{ root node }

type node struct {
	route *Route
	next  map[byte]*node
}

// Add adds a route; one of the same prefix is replaced.
func (t *Table) Add(r Route) {
	n := &t.root
	for i := range len(r.Prefix) {
		if n.next == nil {
			n.next = map[byte]*node{}
		}
		child := n.next[r.Prefix[i]]
		if child == nil {
			child = &node{}
			n.next[r.Prefix[i]] = child
		}
		n = child
	}
	n.route = &r
}

// Lookup gives the route of the longest prefix that starts the number.
func (t *Table) Lookup(number string) (Route, bool) {
	best, _ := t.walk(number)
	if best == nil {
		return Route{}, false
	}
	return *best, true
}

// walk follows the number into the tree and tells in how many steps.
func (t *Table) walk(number string) (best *Route, steps int) {
	n, best := &t.root, t.root.route
	for i := 0; i < len(number) && n.next != nil; i++ {
		steps++
		if n = n.next[number[i]]; n == nil {
			break
		}
		if n.route != nil {
			best = n.route
		}
	}
	return best, steps
}
