package defect

import "ringproof/refswitch/internal/seam"

func referRefused() Defect {
	return Defect{
		Name:     "refer-refused",
		Fault:    "A REFER is answered 405.",
		Cause:    "signalling",
		Check:    "transfer.accepted",
		Scenario: "transfer",
		Hooks:    &seam.Hooks{Session: seam.Session{ReferCode: func(int) int { return 405 }}},
	}
}
