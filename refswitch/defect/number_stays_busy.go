package defect

import (
	"sync"

	"ringproof/refswitch/internal/seam"
)

func numberStaysBusy() Defect {
	var mu sync.Mutex
	given := map[string]bool{}
	return Defect{
		Name:     "number-stays-busy",
		Fault:    "A trunk's number that was called in vain stays busy: the cancelled call is still counted.",
		Cause:    "capacity",
		Check:    "call.delivered",
		Scenario: "leftovers",
		Hooks: &seam.Hooks{Calls: seam.Calls{
			GivenUp: func(called seam.Leg, number string) {
				mu.Lock()
				defer mu.Unlock()
				given[number] = called.Trunk
			},
			Engaged: func(number string) bool {
				mu.Lock()
				defer mu.Unlock()
				return given[number]
			},
		}},
	}
}
