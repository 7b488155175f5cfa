package defect

import "ringproof/refswitch/internal/seam"

func busyAsError() Defect {
	return Defect{
		Name:     "busy-as-error",
		Fault:    "486 Busy Here from the called side reaches the caller as 500.",
		Cause:    "signalling",
		Scenario: "busy",
		Hooks: &seam.Hooks{FinalCode: func(code int) int {
			if code == 486 {
				return 500
			}
			return code
		}},
	}
}
