package defect

import "ringproof/refswitch/internal/seam"

func goesOnAfterCancel() Defect {
	return Defect{
		Name:     "goes-on-after-cancel",
		Fault:    "The next target of a route is called though the caller has given up: a phone rings for nobody.",
		Cause:    "routing",
		Check:    "route.given-up",
		Scenario: "fallback.given-up",
		Hooks:    &seam.Hooks{Routing: seam.Routing{GoOn: func() bool { return true }}},
	}
}
