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
	always := map[int]bool{408: true, 500: true, 502: true, 503: true, 504: true}
	plain := routing.Route{}
	told := routing.Route{Advance: []int{404, 480, 486}}
	for _, code := range []int{200, 302, 400, 401, 403, 404, 407, 408, 410, 480, 481, 484, 486, 487, 488, 500, 501, 502, 503, 504, 505, 513, 600, 603, 604, 606} {
		if got := plain.Advances(code); got != always[code] {
			t.Errorf("%d: got %v, want %v", code, got, always[code])
		}
		want := always[code] || code == 404 || code == 480 || code == 486
		if got := told.Advances(code); got != want {
			t.Errorf("%d, where the route names 404, 480 and 486: got %v, want %v", code, got, want)
		}
	}
}

// RFC 3261 §16.7 step 6.
func TestBest(t *testing.T) {
	for _, c := range []struct {
		name  string
		codes []int
		want  int
	}{
		{"none came", nil, 0},
		{"the only one", []int{503}, 503},
		{"the lowest class", []int{503, 408}, 408},
		{"the lowest class, whatever the order", []int{408, 503}, 408},
		{"6xx before all others", []int{404, 603, 500}, 603},
		{"the last of a class", []int{500, 504, 503}, 503},
		{"what tells the caller more", []int{404, 484, 480}, 484},
	} {
		if got := routing.Best(c.codes); got != c.want {
			t.Errorf("%s: got %d of %v, want %d", c.name, got, c.codes, c.want)
		}
	}
}

func TestTranslation(t *testing.T) {
	for _, c := range []struct {
		name     string
		by       routing.Translation
		from, to string
	}{
		{"nothing to do", routing.Translation{}, "+4930", "+4930"},
		{"national to E.164", routing.Translation{Strip: 1, Prepend: "+49"}, "030123", "+4930123"},
		{"E.164 to national", routing.Translation{Strip: 2, Prepend: "0"}, "+4930123", "030123"},
		{"digits off the front", routing.Translation{Strip: 3}, "9900123", "0123"},
		{"more digits than there are", routing.Translation{Strip: 9}, "123", ""},
		{"a plus put before", routing.Translation{Plus: routing.Add}, "4930", "+4930"},
		{"a plus is not put twice", routing.Translation{Plus: routing.Add}, "+4930", "+4930"},
		{"a plus taken away", routing.Translation{Plus: routing.Remove}, "+4930", "4930"},
		{"the plus comes last", routing.Translation{Strip: 1, Prepend: "49", Plus: routing.Add}, "030", "+4930"},
		{"what is no number stays", routing.Translation{Strip: 1, Prepend: "9", Plus: routing.Add}, "anonymous", "anonymous"},
		{"nothing stays nothing", routing.Translation{Prepend: "9", Plus: routing.Add}, "", ""},
	} {
		if got := c.by.Apply(c.from); got != c.to {
			t.Errorf("%s: got %q of %q, want %q", c.name, got, c.from, c.to)
		}
	}
}

func TestIncomplete(t *testing.T) {
	r := routing.Route{Prefix: "8", MinDigits: 4}
	for number, want := range map[string]bool{"8": true, "800": true, "8000": false, "80001": false, "+800": true, "+8000": false} {
		if got := r.Incomplete(number); got != want {
			t.Errorf("%s: got %v, want %v", number, got, want)
		}
	}
	if (&routing.Route{}).Incomplete("") {
		t.Error("without a least count no number is incomplete")
	}
}

func prefixes(n int) *routing.Table {
	var x routing.Table
	for i := range n {
		x.Add(routing.Route{Prefix: fmt.Sprintf("%05d", i)})
	}
	return &x
}

// The steps of a lookup grow with the prefix, not with how many there are.
func TestStepsOfALookupDoNotGrowWithTheCountOfPrefixes(t *testing.T) {
	for _, n := range []int{100, 1000, 10_000, 100_000} {
		x := prefixes(n)
		number := fmt.Sprintf("%05d1234567", n/2)
		if r, ok := x.Lookup(number); !ok || r.Prefix != number[:5] {
			t.Errorf("%d prefixes: got %q, %v", n, r.Prefix, ok)
		}
		if got := x.Steps(number); got != 5 {
			t.Errorf("%d prefixes: %d steps, want one for each digit of the prefix", n, got)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000, 100_000} {
		x := prefixes(n)
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

// 100,000 prefixes are to load in under 2 s.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		prefixes(100_000)
	}
}
