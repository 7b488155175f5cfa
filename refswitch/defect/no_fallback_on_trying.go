package defect

import "ringproof/refswitch/internal/seam"

func noFallbackOnTrying() Defect {
	return Defect{
		Name:     "no-fallback-on-trying",
		Fault:    "A target that says 100 and no more is waited for as if it rang.",
		Cause:    "routing",
		Check:    "route.trying",
		Scenario: "fallback.trying",
		Hooks:    &seam.Hooks{Routing: seam.Routing{WaitOnTrying: func() bool { return true }}},
	}
}
