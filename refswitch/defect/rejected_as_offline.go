package defect

import "ringproof/refswitch/internal/seam"

func rejectedAsOffline() Defect {
	return Defect{
		Name:     "rejected-as-offline",
		Fault:    "603 Decline from the called side reaches the caller as 480: who was refused calls again.",
		Cause:    "signalling",
		Check:    "call.rejected",
		Scenario: "rejected",
		Hooks: &seam.Hooks{Dialog: seam.Dialog{FinalCode: func(code, _ int) int {
			if code == 603 {
				return 480
			}
			return code
		}}},
	}
}
