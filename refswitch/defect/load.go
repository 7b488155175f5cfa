package defect

import (
	"sync/atomic"

	"ringproof/refswitch/internal/seam"
)

// load: what goes wrong where there are many calls.
func load() []Defect {
	return []Defect{
		callsLimited(),
		phoneLines(),
		callQueue(),
		byesLost(),
		callsDoubled(),
		portsLentTwice(),
	}
}

// many is from how many calls at a time on there are many: more than any
// scenario has that is not about load.
const many = 15

// throng notes how many calls there are, for hooks that are not told.
type throng struct{ calls, turns atomic.Int64 }

// Full notes it, and refuses nobody.
func (t *throng) Full(_ seam.Leg, calls int) bool {
	t.calls.Store(int64(calls))
	return false
}

// among tells whether there are many calls.
func (t *throng) among() bool { return t.calls.Load() >= many }

// nth tells of each n-th time that it is asked among many.
func (t *throng) nth(n int64) bool { return t.among() && t.turns.Add(1)%n == 0 }
