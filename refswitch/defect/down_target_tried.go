package defect

import "ringproof/refswitch/internal/seam"

func downTargetTried() Defect {
	return Defect{
		Name:     "down-target-tried",
		Fault:    "A target that is known to be down is called first like any other, and the caller waits.",
		Cause:    "routing",
		Check:    "route.down",
		Scenario: "fallback.down",
		Hooks:    &seam.Hooks{Routing: seam.Routing{TryDown: func() bool { return true }}},
	}
}
