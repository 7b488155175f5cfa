package defect

import "ringproof/refswitch/internal/seam"

func unmappedAsError() Defect {
	return Defect{
		Name:     "unmapped-as-error",
		Fault:    "404 Not Found from the called side of a call without video reaches the caller as 500.",
		Cause:    "signalling",
		Check:    "number.unmapped",
		Scenario: "register.unmapped",
		Hooks: &seam.Hooks{Cameras: seam.Cameras{FinalOf: func(code int, video bool) int {
			if code == 404 && !video {
				return 500
			}
			return code
		}}},
	}
}
