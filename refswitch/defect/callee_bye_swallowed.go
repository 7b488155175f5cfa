package defect

import (
	"time"

	"ringproof/refswitch/internal/seam"
)

func calleeByeSwallowed() Defect {
	return Defect{
		Name:     "callee-bye-swallowed",
		Fault:    "The BYE of a called phone right behind its answer is not passed on: the caller talks to nobody.",
		Cause:    "signalling",
		Check:    "call.released",
		Scenario: "release.by-callee",
		Hooks: &seam.Hooks{Calls: seam.Calls{HoldBye: func(from seam.Leg, age time.Duration) bool {
			return from.Called && !from.Trunk && age < atOnce
		}}},
	}
}
