package defect

import "ringproof/refswitch/internal/seam"

func unallocatedAsError() Defect {
	return Defect{
		Name:     "unallocated-as-error",
		Fault:    "A number that does not exist is refused with 500, as if the switch had failed.",
		Cause:    "signalling",
		Check:    "number.unallocated",
		Scenario: "wrong-number",
		Hooks: &seam.Hooks{Routing: seam.Routing{Refusal: func(code int) int {
			if code == 404 {
				return 500
			}
			return code
		}}},
	}
}
