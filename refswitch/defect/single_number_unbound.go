package defect

import "ringproof/refswitch/internal/seam"

func singleNumberUnbound() Defect {
	return Defect{
		Name:     "single-number-unbound",
		Fault:    "An account is reached by its user alone, not by the number that is bound to it.",
		Cause:    "binding",
		Check:    "number.bound",
		Scenario: "register.gateway",
		Hooks:    &seam.Hooks{Registration: seam.Registration{Unbound: func(n seam.Number) bool { return n.First && n.Last }}},
	}
}
