package load

import (
	"testing"
	"time"
)

// A system that refuses beyond 500 calls a second does so only while there are
// more; one that chokes on what it could not do needs a while.
func TestOverloadIsMeasuredPhaseByPhase(t *testing.T) {
	const each = 3 * time.Second
	for _, x := range []struct {
		name   string
		chokes time.Duration // from the beginning on, every call is refused then
		want   float64
	}{
		{"recovers at once", 0, 0},
		{"after two seconds", 8 * time.Second, 2},
		{"never", time.Hour, -1},
	} {
		t.Run(x.name, func(t *testing.T) {
			s := &spoiler{t: t, most: 500, sound: true, fate: map[string]string{}, chokes: int64(x.chokes)}
			c, _ := place(t, Overload(500, each), 0, s.peer)
			r := Result{Measure: c.m}
			o, err := r.Overloaded(each)
			if err != nil {
				t.Fatal(err)
			}
			if n := len(o.Phases); n != 3 {
				t.Fatalf("%d phases", n)
			}
			for i, offered := range []float64{600, 750, 400} {
				p := o.Phases[i]
				if p.Offered != offered || float64(p.Attempts-p.Failed) != p.Goodput*float64(p.Attempts)/p.Offered {
					t.Errorf("phase %d: %+v, want %g offered", i, p, offered)
				}
				if want := min(offered, 500); x.chokes == 0 && p.Goodput != want {
					t.Errorf("phase %d: goodput %g, in truth %g", i, p.Goodput, want)
				}
			}
			switch {
			case x.want < 0 && o.Recovered != nil:
				t.Errorf("recovered after %g s, in truth never", *o.Recovered)
			case x.want >= 0 && (o.Recovered == nil || *o.Recovered != x.want):
				t.Errorf("recovered after %v, in truth after %g s", o.Recovered, x.want)
			}
		})
	}
	if _, err := (&Result{}).Overloaded(1500 * time.Millisecond); err == nil {
		t.Error("phases of 1.5 s were taken")
	}
}
