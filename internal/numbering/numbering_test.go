package numbering_test

import (
	"strings"
	"testing"

	"ringproof/internal/numbering"
)

func TestParseRange(t *testing.T) {
	for _, c := range []struct {
		name, in          string
		want, first, last string
		length            uint64
	}{
		{"two ends", "6000-6099", "6000-6099", "6000", "6099", 100},
		{"one number alone", "6000", "6000", "6000", "6000", 1},
		{"equal ends are one number", "6000-6000", "6000", "6000", "6000", 1},
		{"leading zeros are kept", "0098-0101", "0098-0101", "0098", "0101", 4},
		{"all zeros", "00-99", "00-99", "00", "99", 100},
		{"a plus before both ends", "+4960-+4969", "+4960-+4969", "+4960", "+4969", 10},
		{"a plus before the first holds for both", "+4960-4969", "+4960-+4969", "+4960", "+4969", 10},
		{"one number with a plus", "+4960", "+4960", "+4960", "+4960", 1},
		{"space around is nothing", " 6000-6099\t", "6000-6099", "6000", "6099", 100},
		{"as many digits as fit", "1000000000000000000-1999999999999999999", "1000000000000000000-1999999999999999999", "1000000000000000000", "1999999999999999999", 1e18},
		{"ids of devices", "34020000001320000001-34020000001320050000", "34020000001320000001-34020000001320050000", "34020000001320000001", "34020000001320050000", 50000},
		{"one id of a device, with zeros where its counted digits begin", "34000000000000000001", "34000000000000000001", "34000000000000000001", "34000000000000000001", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := numbering.ParseRange(c.in)
			if err != nil {
				t.Fatal(err)
			}
			if got := r.String(); got != c.want {
				t.Errorf("String: got %q, want %q", got, c.want)
			}
			if got := r.Len(); got != c.length {
				t.Errorf("Len: got %d, want %d", got, c.length)
			}
			if got := r.At(0); got != c.first {
				t.Errorf("At(0): got %q, want %q", got, c.first)
			}
			if got := r.At(c.length - 1); got != c.last {
				t.Errorf("At(%d): got %q, want %q", c.length-1, got, c.last)
			}
			if !r.Contains(c.first) || !r.Contains(c.last) {
				t.Errorf("it does not contain its own ends %s and %s", c.first, c.last)
			}
		})
	}
}

func TestParseRangeRefuses(t *testing.T) {
	for _, c := range []struct{ name, in string }{
		{"nothing", ""},
		{"a lone dash", "-"},
		{"no last", "6000-"},
		{"no first", "-6000"},
		{"ends of different length", "600-6099"},
		{"the ends the wrong way round", "6099-6000"},
		{"letters", "6000-60a0"},
		{"a sign inside", "60+0-6099"},
		{"two signs", "++600-++699"},
		{"a plus before the last alone", "6000-+6099"},
		{"a plus and no digits", "+"},
		{"three ends", "6000-6050-6099"},
		{"space inside", "6000 - 6099"},
		{"digits of another script", "٦٠٠٠"},
		{"more digits than any number has", "340200000013200000013402000000132"},
		{"more numbers than could be counted", "10000000000000000000-19999999999999999999"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var r numbering.Range
			err := r.UnmarshalText([]byte(c.in))
			if err == nil {
				t.Fatalf("got %v, want a refusal", r)
			}
			if !strings.Contains(err.Error(), "want ") {
				t.Errorf("got %q, which does not say what was wanted", err)
			}
			if r.Len() != 0 {
				t.Errorf("got %v beside the error", r)
			}
		})
	}
}

func TestContains(t *testing.T) {
	for _, c := range []struct {
		name, in, number string
		want             bool
	}{
		{"the first", "6000-6099", "6000", true},
		{"the last", "6000-6099", "6099", true},
		{"one before the first", "6000-6099", "5999", false},
		{"one after the last", "6000-6099", "6100", false},
		{"a longer number that starts alike", "6000-6099", "60000", false},
		{"the same value with a zero in front", "0100-0199", "100", false},
		{"the same value without its zero", "100-199", "0100", false},
		{"a plus that the range has not", "6000-6099", "+6000", false},
		{"a plus that the number has not", "+6000-+6099", "6000", false},
		{"a plus that both have", "+6000-+6099", "+6042", true},
		{"no number", "6000-6099", "", false},
		{"letters", "6000-6099", "60x0", false},
		{"a minus", "000-999", "-12", false},
		{"an id of a device", "34020000001320000001-34020000001320050000", "34020000001320049999", true},
		{"one after the last id", "34020000001320000001-34020000001320050000", "34020000001320050001", false},
		{"an id of another centre", "34020000001320000001-34020000001320050000", "35020000001320000001", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := numbering.ParseRange(c.in)
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Contains(c.number); got != c.want {
				t.Errorf("%s contains %q: got %v, want %v", r, c.number, got, c.want)
			}
		})
	}
}

func TestZeroRangeHasNothing(t *testing.T) {
	var r numbering.Range
	if r.Len() != 0 || r.Contains("") || r.Contains("0") {
		t.Errorf("got length %d, contains nothing %v, contains 0 %v", r.Len(), r.Contains(""), r.Contains("0"))
	}
	if got := r.String(); got != "" {
		t.Errorf("String: got %q, want nothing", got)
	}
}

func TestPrefix(t *testing.T) {
	for _, c := range []struct {
		name, prefix, number string
		want                 bool
	}{
		{"a number starts with it", "60", "6000", true},
		{"a number that is it", "6000", "6000", true},
		{"a number shorter than it", "6000", "600", false},
		{"another number", "60", "7000", false},
		{"the empty prefix starts every number", "", "6000", true},
		{"the empty prefix starts the empty number", "", "", true},
		{"a plus is part of it", "+49", "4960", false},
		{"a plus in both", "+49", "+4960", true},
		{"zeros count", "00", "0060", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p numbering.Prefix
			if err := p.UnmarshalText([]byte(c.prefix)); err != nil {
				t.Fatal(err)
			}
			if got := p.Starts(c.number); got != c.want {
				t.Errorf("%q starts with %q: got %v, want %v", c.number, p, got, c.want)
			}
		})
	}
	for _, bad := range []string{"6x", "6-7", " 6", "++6", "6+", "*"} {
		p := numbering.Prefix("kept")
		if err := p.UnmarshalText([]byte(bad)); err == nil || p != "kept" {
			t.Errorf("%q: got %q, %v; want a refusal and the value untouched", bad, p, err)
		}
	}
}

// What was read is written so that it reads as the same, and has as many
// numbers as it says.
func FuzzParseRange(f *testing.F) {
	for _, s := range []string{"6000-6099", "+4960-+4969", "0", "0000", "9999999999999999999", "-", "6000-+6099"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := numbering.ParseRange(s)
		if err != nil {
			return
		}
		if r.Len() == 0 {
			t.Fatalf("%q: a range without numbers", s)
		}
		again, err := numbering.ParseRange(r.String())
		if err != nil || again != r {
			t.Fatalf("%q reads %v, which reads %v, %v", s, r, again, err)
		}
		for _, i := range []uint64{0, r.Len() / 2, r.Len() - 1} {
			if !r.Contains(r.At(i)) {
				t.Errorf("%q: number %d, %s, is not in it", s, i, r.At(i))
			}
		}
		if last := r.At(r.Len() - 1); r.Contains(last + "0") {
			t.Errorf("%q contains %s0", s, last)
		}
	})
}

func TestOverlaps(t *testing.T) {
	for _, row := range []struct {
		name, a, b string
		want       bool
	}{
		{"one inside the other", "6000-6099", "6042", true},
		{"sharing an end", "6000-6099", "6099-6199", true},
		{"ids of devices of two centres", "34020000001320000001-34020000001320050000", "35020000001320000001-35020000001320050000", false},
		{"ids of devices", "34020000001320000001-34020000001320050000", "34020000001320050000", true},
		{"side by side", "6000-6099", "6100-6199", false},
		{"of other lengths", "6000-6099", "60000-60990", false},
		{"one with a +", "6000-6099", "+6000-6099", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			a, errA := numbering.ParseRange(row.a)
			b, errB := numbering.ParseRange(row.b)
			if errA != nil || errB != nil {
				t.Fatal(errA, errB)
			}
			if got := a.Overlaps(b); got != row.want {
				t.Errorf("%s and %s: got %v, want %v", a, b, got, row.want)
			}
			if got := b.Overlaps(a); got != row.want {
				t.Errorf("%s and %s: got %v, want %v", b, a, got, row.want)
			}
		})
	}
	if (numbering.Range{}).Overlaps(numbering.Range{}) {
		t.Error("two empty ranges overlap")
	}
}
