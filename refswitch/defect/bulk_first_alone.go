package defect

import "ringproof/refswitch/internal/seam"

func bulkFirstAlone() Defect {
	return Defect{
		Name:     "bulk-first-alone",
		Fault:    "Of the numbers that were registered in bulk, the first alone leads to its gateway.",
		Cause:    "binding",
		Check:    "number.bound",
		Scenario: "register.bulk",
		Hooks:    &seam.Hooks{Registration: seam.Registration{Unbound: func(n seam.Number) bool { return n.Bulk && !n.First }}},
	}
}
