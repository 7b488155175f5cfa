package defect

import "ringproof/refswitch/internal/seam"

func holdSwallowed() Defect {
	return Defect{
		Name:     "hold-swallowed",
		Fault:    "A hold is answered 200 and not passed on: the other side talks on, and is heard.",
		Cause:    "signalling",
		Check:    "hold.silent",
		Scenario: "hold",
		Hooks: &seam.Hooks{Session: seam.Session{AnswerReoffer: func(r seam.Reoffer) int {
			if r.Hold {
				return 200
			}
			return 0
		}}},
	}
}
