package defect

import "ringproof/refswitch/internal/seam"

func offlineAsBusy() Defect {
	return Defect{
		Name:     "offline-as-busy",
		Fault:    "480 Temporarily Unavailable from the called side reaches the caller as 486: it is tried again and again.",
		Cause:    "signalling",
		Check:    "camera.offline",
		Scenario: "camera.offline",
		Hooks: &seam.Hooks{Dialog: seam.Dialog{FinalCode: func(code, _ int) int {
			if code == 480 {
				return 486
			}
			return code
		}}},
	}
}
