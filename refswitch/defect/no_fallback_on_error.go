package defect

import "ringproof/refswitch/internal/seam"

func noFallbackOnError() Defect {
	return Defect{
		Name:     "no-fallback-on-error",
		Fault:    "A route's second target is never tried when the first refuses with 503.",
		Cause:    "routing",
		Check:    "route.refused",
		Scenario: "fallback.refused",
		Hooks:    &seam.Hooks{Routing: seam.Routing{StayOnRoute: func(f seam.Failure) bool { return f.Code == 503 && !f.Unreachable }}},
	}
}
