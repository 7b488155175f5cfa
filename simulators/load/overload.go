package load

import (
	"fmt"
	"time"
)

// phases are the loads of an overload test, as shares of the rate that a
// system is said to carry: what it still does with too much, and whether it
// recovers.
var phases = [...]struct {
	share float64
	times int64 // of the phase's length
}{{1.2, 1}, {1.5, 1}, {0.8, 2}}

// Overload begins calls at 120 % and 150 % of a rate, each for a time, and then
// at 80 % for twice that time, without a pause: what the overload has left
// behind is there when the last phase begins.
func Overload(rate float64, each time.Duration) Arrivals {
	var list []Step
	for _, p := range phases {
		list = append(list, Step{p.share * rate, time.Duration(p.times) * each})
	}
	return Steps(list...)
}

// Overloaded is what came of an overload.
type Overloaded struct {
	Phases []Phase `json:"phases"`
	// Recovered is how long after the overload the last call failed that
	// began after it, in seconds; nil if calls failed to the end.
	Recovered *float64 `json:"recovered_after_seconds"`
}

// Answered gives how many calls were, of all phases a second together.
func (o Overloaded) Answered() (n float64) {
	for _, p := range o.Phases {
		n += p.Goodput
	}
	return n
}

// Phase is one load of an overload.
type Phase struct {
	Share    float64 `json:"share_of_the_rate"`
	Offered  float64 `json:"offered_per_second"`
	Goodput  float64 `json:"answered_per_second"`
	Failed   uint64  `json:"failed"`
	Attempts uint64  `json:"attempts"`
}

// Overloaded takes a run of [Overload] apart. Each phase is to be of whole
// seconds. A call belongs to the second in which it was to begin.
func (r *Result) Overloaded(each time.Duration) (Overloaded, error) {
	if each < time.Second || each%time.Second != 0 {
		return Overloaded{}, fmt.Errorf("overload of %s: want whole seconds", each)
	}
	var o Overloaded
	at := 0
	for _, p := range phases {
		n := int(p.times) * int(each/time.Second)
		x := Phase{Share: p.share}
		var answered uint64
		clean := 0 // seconds at the end of the phase
		for i := at; i < at+n; i++ {
			clean++
			if i >= len(r.Seconds) {
				continue
			}
			s := r.Seconds[i]
			x.Attempts += uint64(s.Attempts)
			x.Failed += uint64(s.Failed)
			answered += uint64(s.Answered)
			if s.Failed > 0 {
				clean = 0
			}
		}
		x.Offered, x.Goodput = float64(x.Attempts)/float64(n), float64(answered)/float64(n)
		o.Phases = append(o.Phases, x)
		o.Recovered = nil
		if clean > 0 && x.Attempts > 0 {
			after := float64(n - clean)
			o.Recovered = &after
		}
		at += n
	}
	return o, nil
}
