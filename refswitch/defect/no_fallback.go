package defect

import "ringproof/refswitch/internal/seam"

func noFallback() Defect {
	return Defect{
		Name:     "no-fallback",
		Fault:    "A route's second target is never tried when the first stays silent.",
		Cause:    "routing",
		Check:    "route.fallback",
		Scenario: "fallback",
		Hooks:    &seam.Hooks{Routing: seam.Routing{StayOnRoute: func(f seam.Failure) bool { return f.Silent }}},
	}
}
