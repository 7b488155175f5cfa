package defect

import "ringproof/refswitch/internal/seam"

func cancelSwallowed() Defect {
	return Defect{
		Name:     "cancel-swallowed",
		Fault:    "The caller's CANCEL is answered but not passed on to a registered phone that rings: it rings on.",
		Cause:    "signalling",
		Check:    "cancel.passed-on",
		Scenario: "cancel.ringing",
		Hooks:    &seam.Hooks{Dialog: seam.Dialog{SwallowCancel: func(called seam.Leg, ringing bool) bool { return !called.Trunk && ringing }}},
	}
}
