package defect

import "ringproof/refswitch/internal/seam"

func crossingKept() Defect {
	return Defect{
		Name:     "crossing-kept",
		Fault:    "A callee who answers while the CANCEL is on its way stays in a call without a caller: no BYE follows.",
		Cause:    "signalling",
		Check:    "cancel.crossing",
		Scenario: "cancel.crossing-answer",
		Hooks:    &seam.Hooks{Calls: seam.Calls{KeepCrossed: func() bool { return true }}},
	}
}
