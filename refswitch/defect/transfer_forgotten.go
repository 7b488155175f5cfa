package defect

import "ringproof/refswitch/internal/seam"

func transferForgotten() Defect {
	return Defect{
		Name:     "transfer-forgotten",
		Fault:    "A REFER is accepted, and the target is never called.",
		Cause:    "signalling",
		Check:    "transfer.reached",
		Scenario: "transfer",
		Hooks:    &seam.Hooks{Session: seam.Session{ForgetTransfer: func() bool { return true }}},
	}
}
