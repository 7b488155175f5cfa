package defect

import "ringproof/refswitch/internal/seam"

func transfereeForgotten() Defect {
	return Defect{
		Name:     "transferee-forgotten",
		Fault:    "The target of a transfer answers, and the transferee is not told where its media is.",
		Cause:    "signalling",
		Check:    "media.heard-by-callee",
		Scenario: "transfer",
		Hooks:    &seam.Hooks{Session: seam.Session{ForgetTransferee: func() bool { return true }}},
	}
}
