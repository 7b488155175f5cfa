package defect

import "ringproof/refswitch/internal/seam"

func unmappedAsFailure() Defect {
	return Defect{
		Name:     "unmapped-as-failure",
		Fault:    "404 Not Found to a call with video reaches the caller as 503: a wrong number looks like an outage.",
		Cause:    "signalling",
		Check:    "camera.unmapped",
		Scenario: "camera.unmapped",
		Hooks: &seam.Hooks{Cameras: seam.Cameras{FinalOf: func(code int, video bool) int {
			if code == 404 && video {
				return 503
			}
			return code
		}}},
	}
}
