package load

import (
	"fmt"
	"testing"
)

func numbered(first, count int) (out []string) {
	for i := range count {
		out = append(out, fmt.Sprint(first+i))
	}
	return out
}

func TestCallsForAnotherNumberThanWasDialled(t *testing.T) {
	for name, c := range map[string]struct {
		callers, called []string
		from, to        func(n int) string // of the n-th call, as they arrive
		want            uint64
	}{
		"each to its own":               {numbered(6000, 10), numbered(8000, 10), func(n int) string { return fmt.Sprint(6000 + n%10) }, func(n int) string { return fmt.Sprint(8000 + n%10) }, 0},
		"lists of other lengths":        {numbered(6000, 10), numbered(8000, 4), func(n int) string { return fmt.Sprint(6000 + n%10) }, func(n int) string { return fmt.Sprint(8000 + n%4) }, 0},
		"each fourth to one":            {numbered(6000, 10), numbered(8000, 10), func(n int) string { return fmt.Sprint(6000 + n%10) }, func(n int) string { return fmt.Sprint(8000 + n%10*min(1, n%4)) }, 4},
		"places changed":                {numbered(6000, 10), numbered(8000, 10), func(n int) string { return fmt.Sprint(6000 + n%10) }, func(n int) string { return fmt.Sprint(8009 - n%10) }, 20},
		"one number shown for all":      {numbered(6000, 10), numbered(8000, 10), func(int) string { return "6000" }, func(n int) string { return fmt.Sprint(8000 + n%10) }, 0},
		"nobody's number":               {numbered(6000, 10), numbered(8000, 10), func(int) string { return "anonymous" }, func(n int) string { return fmt.Sprint(8000 + n%10) }, 0},
		"one caller, who may call all":  {numbered(6000, 1), numbered(8000, 10), func(int) string { return "6000" }, func(n int) string { return fmt.Sprint(8009 - n%10) }, 0},
		"a caller at two places of his": {[]string{"6000", "6000"}, numbered(8000, 2), func(int) string { return "6000" }, func(n int) string { return fmt.Sprint(8000 + n%2) }, 0},
	} {
		p := paired{Pairing: Pair(c.callers, c.called)}
		for n := range 20 {
			p.came([]byte(c.from(n)), []byte(c.to(n)))
		}
		if got := p.elsewhere(); got != c.want {
			t.Errorf("%s: %d came elsewhere, want %d", name, got, c.want)
		}
	}
}
