package defect

import "ringproof/refswitch/internal/seam"

func transferToldEarly() Defect {
	return Defect{
		Name:     "transfer-told-early",
		Fault:    "The transferor is told that the transfer succeeded when its target only rings.",
		Cause:    "signalling",
		Check:    "transfer.truthful",
		Scenario: "transfer",
		Hooks: &seam.Hooks{Session: seam.Session{ReportCode: func(code int) int {
			if code == 180 {
				return 200
			}
			return code
		}}},
	}
}
