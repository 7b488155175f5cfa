package defect

import "ringproof/refswitch/internal/seam"

func defaultRoute() Defect {
	return Defect{
		Name:     "default-route",
		Fault:    "A number without a route is sent to the first trunk.",
		Cause:    "routing",
		Check:    "number.unallocated",
		Scenario: "wrong-number",
		Hooks:    &seam.Hooks{Routing: seam.Routing{AnyRoute: func() bool { return true }}},
	}
}
