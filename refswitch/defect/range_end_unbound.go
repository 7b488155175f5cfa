package defect

import "ringproof/refswitch/internal/seam"

func rangeEndUnbound() Defect {
	return Defect{
		Name:     "range-end-unbound",
		Fault:    "The last number of a range that is bound to an account does not lead to it.",
		Cause:    "binding",
		Check:    "number.bound",
		Scenario: "register.pilot",
		Hooks:    &seam.Hooks{Registration: seam.Registration{Unbound: func(n seam.Number) bool { return n.Last && !n.First && !n.Bulk }}},
	}
}
