package defect

import "ringproof/refswitch/internal/seam"

func noFallback() Defect {
	return Defect{
		Name:     "no-fallback",
		Fault:    "A route's second target is never tried when the first stays silent.",
		Cause:    "routing",
		Scenario: "fallback",
		Hooks:    &seam.Hooks{StayOnRoute: func() bool { return true }},
	}
}
