package site

import (
	"fmt"
	"slices"
	"strings"

	"ringproof/internal/numbering"
)

// segment is a part of a range, both ends included, that one route takes.
type segment struct {
	first, last string
	route       *Route // nil for none
}

func (g segment) String() string {
	if g.first == g.last {
		return g.first
	}
	return g.first + "-" + g.last
}

// segments cuts a range where another route takes over. Numbers of equal
// length compare as text.
func (s *Site) segments(r numbering.Range) []segment {
	if r.Len() == 0 {
		return nil
	}
	first, last := r.At(0), r.At(r.Len()-1)
	cuts := []string{first}
	for _, route := range s.Routes {
		low, high, ok := span(route.Prefix, len(first))
		if !ok {
			continue
		}
		for _, cut := range []string{low, after(high)} {
			if len(cut) == len(first) && cut > first && cut <= last {
				cuts = append(cuts, cut)
			}
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var out []segment
	for i, cut := range cuts {
		end := last
		if i+1 < len(cuts) {
			end = before(cuts[i+1])
		}
		route := s.routeOf(cut)
		if n := len(out); n > 0 && out[n-1].route == route {
			out[n-1].last = end
			continue
		}
		out = append(out, segment{cut, end, route})
	}
	return out
}

// span gives the first and the last number of a length under a prefix; false
// where they are shorter than it.
func span(p numbering.Prefix, length int) (low, high string, ok bool) {
	rest := length - len(p)
	if rest < 0 {
		return "", "", false
	}
	return string(p) + strings.Repeat("0", rest), string(p) + strings.Repeat("9", rest), true
}

// after gives the number that follows, longer where all digits were 9.
func after(number string) string {
	b := []byte(number)
	for i := len(b) - 1; i >= 0 && b[i] != '+'; i-- {
		if b[i] != '9' {
			b[i]++
			return string(b)
		}
		b[i] = '0'
	}
	return "1" + string(b)
}

// before gives the number that comes before one that is not the first.
func before(number string) string {
	b := []byte(number)
	for i := len(b) - 1; i >= 0 && b[i] != '+'; i-- {
		if b[i] != '0' {
			b[i]--
			break
		}
		b[i] = '9'
	}
	return string(b)
}

// routeOf gives the route of a number, by the longest prefix, or nil.
func (s *Site) routeOf(number string) *Route {
	var best *Route
	for i := range s.Routes {
		r := &s.Routes[i]
		if r.Prefix.Starts(number) && (best == nil || len(r.Prefix) > len(best.Prefix)) {
			best = r
		}
	}
	return best
}

// sides lists each trunk's and gateway's numbers, and finds those that do not
// lead to it.
func (p *Plan) sides(s *Site) {
	for _, t := range s.sides() {
		segments := s.segments(t.numbers)
		routed := slices.ContainsFunc(segments, func(g segment) bool { return g.route != nil })
		target := slices.ContainsFunc(s.Routes, func(r Route) bool { return slices.Contains(r.Targets, t.name) })
		for _, g := range segments {
			p.Numbers = append(p.Numbers, PlanNumbers{g.String(), t.title, g.route.leads()})
			switch {
			case g.route == nil && (routed || !target):
				p.wrong("%s of %s cannot be reached: no route leads to them", g, t.title)
			case g.route == nil:
				p.remark("%s of %s have no route: only other numbers lead to it", g, t.title)
			case !slices.Contains(g.route.Targets, t.name):
				p.wrong("%s of %s lead to %s by the prefix %s: a call to them from there comes back to it, a loop", g, t.title, g.route.Targets[0], g.route.Prefix)
			case g.route.Targets[0] != t.name:
				p.remark("%s of %s are tried at %s first, by the prefix %s", g, t.title, g.route.Targets[0], g.route.Prefix)
			}
		}
	}
}

// testNumbers lists the routes' own test numbers, and finds those that
// another route takes, or that somebody else has.
func (p *Plan) testNumbers(s *Site) {
	for i := range s.Routes {
		r := &s.Routes[i]
		for _, g := range s.segments(r.Numbers) {
			p.Numbers = append(p.Numbers, PlanNumbers{g.String(), "test numbers", g.route.leads()})
			if g.route != r {
				p.wrong("the test numbers %s of the prefix %s go by the longer prefix %s to %s", g, r.Prefix, g.route.Prefix, g.route.Targets[0])
			}
		}
		for _, t := range s.sides() {
			if t.numbers.Overlaps(r.Numbers) {
				p.remark("the test numbers %s of the prefix %s overlap %s of %s", r.Numbers, r.Prefix, t.numbers, t.title)
			}
		}
		for _, a := range s.Accounts {
			if r.Numbers.Contains(a.Dialled()) {
				p.wrong("the test numbers %s of the prefix %s include %s, which is phone %s", r.Numbers, r.Prefix, a.Dialled(), a.User)
			}
			for _, o := range a.Numbers {
				if o.Overlaps(r.Numbers) {
					p.wrong("the test numbers %s of the prefix %s overlap %s of account %s", r.Numbers, r.Prefix, o, a.User)
				}
			}
		}
	}
}

// accounts lists the phones' numbers, and those that a route would take too.
func (p *Plan) accounts(s *Site) {
	for _, a := range slices.Concat(s.Accounts, s.Real) {
		owner := "phone " + a.User
		if a.PlayedBy == ByReal {
			owner = "real " + owner
		}
		if a.Branch != "" {
			owner = "branch " + a.Branch
		}
		p.Numbers = append(p.Numbers, PlanNumbers{a.Dialled(), owner, "where it registers"})
		if r := s.routeOf(a.Dialled()); r != nil {
			p.remark("%s of %s also starts with the prefix %s to %s: the account must come first", a.Dialled(), owner, r.Prefix, r.Targets[0])
		}
		for _, o := range a.Numbers {
			p.Numbers = append(p.Numbers, PlanNumbers{o.String(), owner, "where it registers"})
			if r := s.routeOf(o.At(0)); r != nil {
				p.remark("%s of %s also start with the prefix %s to %s: the account must come first", o, owner, r.Prefix, r.Targets[0])
			}
		}
	}
}

// shadows finds prefixes of which longer ones take something, or everything.
func (p *Plan) shadows(s *Site) {
	for _, r := range s.Routes {
		if s.covered(r.Prefix) {
			p.wrong("the route of the prefix %s is never taken: longer prefixes cover it", r.Prefix)
			continue
		}
		for _, o := range s.Routes {
			if o.Prefix != r.Prefix && r.Prefix.Starts(string(o.Prefix)) {
				p.remark("numbers that start with %s go to %s, not by the shorter prefix %s to %s", o.Prefix, o.Targets[0], r.Prefix, r.Targets[0])
			}
		}
	}
}

// covered tells whether longer prefixes take every longer number.
func (s *Site) covered(p numbering.Prefix) bool {
	if !slices.ContainsFunc(s.Routes, func(r Route) bool { return r.Prefix != p && p.Starts(string(r.Prefix)) }) {
		return false
	}
	for d := '0'; d <= '9'; d++ {
		longer := p + numbering.Prefix(d)
		if !slices.ContainsFunc(s.Routes, func(r Route) bool { return r.Prefix == longer }) && !s.covered(longer) {
			return false
		}
	}
	return true
}

// loops finds routes that are wider than the numbers behind them: what the
// peer does not know it may send back.
func (p *Plan) loops(s *Site) {
	for _, r := range s.Routes {
		t := s.side(r.Targets[0])
		if len(r.Targets) > 1 || t.numbers.Len() == 0 || !r.Prefix.Starts(t.numbers.At(0)) {
			continue
		}
		first := t.numbers.At(0)
		low, high, ok := span(r.Prefix, len(first))
		if ok && (low < first || high > t.numbers.At(t.numbers.Len()-1)) {
			p.remark("the prefix %s leads more to %s than its %s: what it does not know it must refuse, or calls go round", r.Prefix, t.title, fmt.Sprint(t.numbers))
		}
	}
}
