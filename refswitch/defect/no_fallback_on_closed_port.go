package defect

import "ringproof/refswitch/internal/seam"

func noFallbackOnClosedPort() Defect {
	return Defect{
		Name:     "no-fallback-on-closed-port",
		Fault:    "A route's second target is never tried when nothing can be sent to the first.",
		Cause:    "routing",
		Check:    "route.closed",
		Scenario: "fallback.closed",
		Hooks:    &seam.Hooks{Routing: seam.Routing{StayOnRoute: func(f seam.Failure) bool { return f.Unreachable }}},
	}
}
