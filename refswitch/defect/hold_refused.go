package defect

import "ringproof/refswitch/internal/seam"

func holdRefused() Defect {
	return Defect{
		Name:     "hold-refused",
		Fault:    "A re-INVITE that puts a call on hold is answered 500.",
		Cause:    "signalling",
		Check:    "reoffer.accepted",
		Scenario: "hold",
		Hooks: &seam.Hooks{Session: seam.Session{AnswerReoffer: func(r seam.Reoffer) int {
			if r.Hold {
				return 500
			}
			return 0
		}}},
	}
}
