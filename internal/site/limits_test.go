package site_test

import (
	"strings"
	"testing"

	"ringproof/internal/site"
)

func TestLimitsBindWhereSomebodyElsesSystemIsTested(t *testing.T) {
	real := site.Site{Systems: []site.System{{Name: "pbx", UnderTest: true}}, Limits: site.Limits{Rate: 10, Calls: 30}}
	bundled := site.Site{Limits: real.Limits}
	for _, c := range []struct {
		rate  float64
		calls int
		want  string
	}{
		{10, 30, ""},
		{10.5, 30, "limits.rate allows 10"},
		{10, 31, "limits.calls allows 30"},
	} {
		if got := real.Exceeded(c.rate, c.calls); !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%g/s, %d at a time: got %q, want %q", c.rate, c.calls, got, c.want)
		}
		if got := bundled.Exceeded(c.rate, c.calls); got != "" {
			t.Errorf("bundled switch: got %q, want no bound", got)
		}
	}
}
