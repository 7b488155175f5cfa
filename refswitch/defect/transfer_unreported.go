package defect

import "ringproof/refswitch/internal/seam"

func transferUnreported() Defect {
	return Defect{
		Name:     "transfer-unreported",
		Fault:    "A transfer is carried out, and the transferor is told nothing of it.",
		Cause:    "signalling",
		Check:    "transfer.notified",
		Scenario: "transfer",
		Hooks:    &seam.Hooks{Session: seam.Session{ForgetReferrer: func() bool { return true }}},
	}
}
