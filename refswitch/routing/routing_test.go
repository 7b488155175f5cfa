package routing_test

import (
	"fmt"
	"testing"
	"time"

	"ringproof/refswitch/routing"
)

func table(prefixes ...string) *routing.Table {
	var t routing.Table
	for _, p := range prefixes {
		t.Add(routing.Route{Prefix: p})
	}
	return &t
}

func TestLookup(t *testing.T) {
	for _, c := range []struct {
		name     string
		prefixes []string
		number   string
		want     string
		found    bool
	}{
		{"the one prefix that fits", []string{"6", "8"}, "8001", "8", true},
		{"the longest of those that fit", []string{"8", "80", "8001", "81"}, "80010", "8001", true},
		{"the longest, whatever the order", []string{"8001", "80", "8"}, "80010", "8001", true},
		{"a shorter one where the longer does not fit", []string{"8", "8001"}, "8002", "8", true},
		{"a number that is the prefix", []string{"8001"}, "8001", "8001", true},
		{"a number shorter than every prefix", []string{"8001"}, "800", "", false},
		{"none fits", []string{"6", "8"}, "7001", "", false},
		{"the empty prefix takes the rest", []string{"", "8"}, "7001", "", true},
		{"the empty prefix takes the empty number", []string{""}, "", "", true},
		{"the empty number has no other route", []string{"8"}, "", "", false},
		{"a plus is a character like others", []string{"+49", "49"}, "+4930", "+49", true},
		{"an empty table", nil, "8001", "", false},
		{"bytes that are no digits", []string{"8"}, "8\xff\x00", "8", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, ok := table(c.prefixes...).Lookup(c.number)
			if ok != c.found || r.Prefix != c.want {
				t.Errorf("got %q, %v; want %q, %v", r.Prefix, ok, c.want, c.found)
			}
		})
	}
}

func TestRouteOfTheSamePrefixIsReplaced(t *testing.T) {
	var x routing.Table
	x.Add(routing.Route{Prefix: "8", Guard: time.Second})
	x.Add(routing.Route{Prefix: "8", Guard: 2 * time.Second, Targets: []routing.Target{{Name: "east"}}})
	r, ok := x.Lookup("8001")
	if !ok || r.Guard != 2*time.Second || len(r.Targets) != 1 || r.Targets[0].Name != "east" {
		t.Errorf("got %+v, %v; want the later one", r, ok)
	}
}

// RFC 3261 §16.7 step 5 and §21.6: what a user or the whole destination
// decided ends the search, what failed in between does not.
func TestAdvances(t *testing.T) {
	advances := map[int]bool{408: true, 500: true, 502: true, 503: true, 504: true}
	for _, code := range []int{200, 302, 400, 401, 403, 404, 407, 408, 410, 480, 481, 484, 486, 487, 488, 500, 501, 502, 503, 504, 505, 513, 600, 603, 604, 606} {
		if got := routing.Advances(code); got != advances[code] {
			t.Errorf("%d: got %v, want %v", code, got, advances[code])
		}
	}
}

// The time of a lookup must not grow with the count of prefixes.
func BenchmarkLookup(b *testing.B) {
	for _, n := range []int{10, 1000, 100_000} {
		var x routing.Table
		for i := range n {
			x.Add(routing.Route{Prefix: fmt.Sprintf("%05d", i)})
		}
		number := fmt.Sprintf("%05d1234567", n/2)
		b.Run(fmt.Sprintf("%d prefixes", n), func(b *testing.B) {
			for b.Loop() {
				if _, ok := x.Lookup(number); !ok {
					b.Fatal("no route")
				}
			}
		})
	}
}
