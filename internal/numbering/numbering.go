// Package numbering has the value types of number plans: a [Prefix] and a
// [Range]. How numbers are matched to routes is each side's own business.
package numbering

import (
	"fmt"
	"strconv"
	"strings"
)

// Prefix is the start of numbers: digits, perhaps after a +. It may be empty
// and then starts every number.
type Prefix string

// UnmarshalText reads a prefix.
func (p *Prefix) UnmarshalText(b []byte) error {
	s := string(b)
	if !digits(strings.TrimPrefix(s, "+")) {
		return fmt.Errorf("%q is no number prefix: want digits, with or without a + before them", s)
	}
	*p = Prefix(s)
	return nil
}

// Starts tells whether the number starts with the prefix.
func (p Prefix) Starts(number string) bool { return strings.HasPrefix(number, string(p)) }

// Range is a run of numbers of equal length, both ends included:
// "6000-6099", or one number alone.
type Range struct {
	plus        string // "+" or nothing
	head        string // digits before the last 18, the same in all
	width       int    // digits in all
	first, last uint64 // of the digits after head
}

const (
	// most is how many digits a number may have: E.164 has 15, the ids of
	// devices in GB/T 28181 have 20.
	most = 32
	// counted is how many of them may differ within a range.
	counted = 18
)

// ParseRange reads "6000-6099" or "6000".
func ParseRange(s string) (Range, error) {
	from, to, two := strings.Cut(strings.TrimSpace(s), "-")
	if !two {
		to = from
	}
	bad := fmt.Errorf("%q is no number range: want FIRST-LAST, digits of equal length, as in 6000-6099", s)
	r := Range{}
	from, plus := strings.CutPrefix(from, "+")
	if plus {
		r.plus = "+"
		to = strings.TrimPrefix(to, "+")
	}
	if len(from) != len(to) || from == "" || !digits(from) || !digits(to) || len(from) > most {
		return Range{}, bad
	}
	r.width = len(from)
	if cut := r.width - counted; cut > 0 {
		if r.head = from[:cut]; to[:cut] != r.head {
			return Range{}, fmt.Errorf("%q is no number range that could be tested: want ends that differ in the last %d digits alone", s, counted)
		}
		from, to = from[cut:], to[cut:]
	}
	var err error
	if r.first, err = strconv.ParseUint(from, 10, 64); err != nil {
		return Range{}, bad
	}
	if r.last, err = strconv.ParseUint(to, 10, 64); err != nil || r.last < r.first {
		return Range{}, bad
	}
	return r, nil
}

// UnmarshalText reads a range.
func (r *Range) UnmarshalText(b []byte) (err error) {
	*r, err = ParseRange(string(b))
	return err
}

// Len gives how many numbers there are; 0 for the zero Range.
func (r Range) Len() uint64 {
	if r.width == 0 {
		return 0
	}
	return r.last - r.first + 1
}

// At gives the i-th number, from 0.
func (r Range) At(i uint64) string {
	return fmt.Sprintf("%s%s%0*d", r.plus, r.head, r.width-len(r.head), r.first+i)
}

// Contains tells whether the number lies in the range.
func (r Range) Contains(number string) bool {
	rest, plus := strings.CutPrefix(number, "+")
	if plus != (r.plus != "") || len(rest) != r.width || !digits(rest) || !strings.HasPrefix(rest, r.head) {
		return false
	}
	n, err := strconv.ParseUint(rest[len(r.head):], 10, 64)
	return err == nil && n >= r.first && n <= r.last
}

// Overlaps tells whether some number lies in both ranges.
func (r Range) Overlaps(o Range) bool {
	return r.Len() > 0 && r.plus == o.plus && r.width == o.width && r.head == o.head && r.first <= o.last && o.first <= r.last
}

func (r Range) String() string {
	switch r.Len() {
	case 0:
		return ""
	case 1:
		return r.At(0)
	}
	return r.At(0) + "-" + r.At(r.Len()-1)
}

func digits(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
