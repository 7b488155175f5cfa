package defect

import "ringproof/refswitch/internal/seam"

func cancelSwallowed() Defect {
	return Defect{
		Name:     "cancel-swallowed",
		Fault:    "The caller's CANCEL is answered but not passed on: the called phone rings on.",
		Cause:    "signalling",
		Scenario: "cancel",
		Hooks:    &seam.Hooks{SwallowCancel: func() bool { return true }},
	}
}
