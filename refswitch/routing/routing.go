// Package routing finds where a called number goes: longest prefix first
// (the length of the number bounds a lookup, not the count of prefixes), then
// the route's targets in order.
package routing

import (
	"net/netip"
	"time"
)

// Target is one next hop of a route.
type Target struct {
	Name string // of the trunk
	Addr netip.AddrPort
}

// Route leads numbers of one prefix to targets, the first that answers.
type Route struct {
	Prefix  string
	Targets []Target
	// Guard is how long a target may stay silent before the next is tried.
	Guard time.Duration
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
	n, best := &t.root, t.root.route
	for i := 0; i < len(number) && n.next != nil; i++ {
		if n = n.next[number[i]]; n == nil {
			break
		}
		if n.route != nil {
			best = n.route
		}
	}
	if best == nil {
		return Route{}, false
	}
	return *best, true
}

// Advances tells whether a target's final response lets the next be tried:
// timeouts and failures of the server do, what the called party decided does
// not: never 486, nor any 6xx (RFC 3261 §21.6), nor 487.
func Advances(code int) bool {
	switch code {
	case 408, 500, 502, 503, 504:
		return true
	}
	return false
}
