package defect

import "ringproof/refswitch/internal/seam"

func fallbackOnBusy() Defect {
	return Defect{
		Name:     "fallback-on-busy",
		Fault:    "A busy first target leads to the second: somebody else's phone rings.",
		Cause:    "routing",
		Check:    "route.busy",
		Scenario: "fallback.not-on-busy",
		Hooks:    &seam.Hooks{Routing: seam.Routing{MoveOn: func(code int) bool { return code == 486 }}},
	}
}
