package defect

import "ringproof/refswitch/internal/seam"

func callsLimited() Defect {
	return Defect{
		Name:     "calls-limited",
		Fault:    "More than 15 calls at a time are refused with 503, whatever was contracted.",
		Cause:    "capacity",
		Check:    "load.failed",
		Scenario: "load.peer",
		Hooks:    &seam.Hooks{Load: seam.Load{Full: func(_ seam.Leg, calls int) bool { return calls >= many }}},
	}
}
