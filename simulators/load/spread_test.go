package load

import (
	"math"
	"testing"
	"time"
)

func TestSpreadTellsPercentilesToWithinFivePercent(t *testing.T) {
	var a, b *spread
	for i := range 1000 { // 1 to 1000 ms, dealt out to two engines
		d := int64(i+1) * int64(time.Millisecond)
		if i%2 == 0 {
			a = a.add(d)
		} else {
			b = b.add(d)
		}
	}
	a = a.merge(b).merge(nil)
	for share, want := range map[float64]float64{0.5: 500, 0.95: 950, 0.01: 10} {
		if got := a.at(share); math.Abs(got-want) > 0.05*want {
			t.Errorf("%g of them below %g ms, want %g", share, got, want)
		}
	}
	var none *spread
	if got := none.merge(nil).at(0.5); got != 0 {
		t.Errorf("of none: %g, want 0", got)
	}
	var edge *spread
	if got := edge.add(0).add(int64(time.Hour)).at(1); got < 500_000 {
		t.Errorf("the longest: %g ms, want it counted among the longest sizes", got)
	}
}
