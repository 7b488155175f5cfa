package defect

import "ringproof/refswitch/internal/seam"

func busyAsError() Defect {
	return Defect{
		Name:     "busy-as-error",
		Fault:    "486 Busy Here from the last target of a route reaches the caller as 500.",
		Cause:    "signalling",
		Check:    "call.busy",
		Scenario: "busy",
		Hooks: &seam.Hooks{Dialog: seam.Dialog{FinalCode: func(code, left int) int {
			if code == 486 && left == 0 {
				return 500
			}
			return code
		}}},
	}
}
