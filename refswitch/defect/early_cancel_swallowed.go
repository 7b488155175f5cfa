package defect

import "ringproof/refswitch/internal/seam"

func earlyCancelSwallowed() Defect {
	return Defect{
		Name:     "early-cancel-swallowed",
		Fault:    "A CANCEL that comes before the called side rings is answered but not passed on: the phone rings later, for nobody.",
		Cause:    "signalling",
		Check:    "cancel.passed-on",
		Scenario: "cancel.before-ringing",
		Hooks:    &seam.Hooks{Dialog: seam.Dialog{SwallowCancel: func(_ seam.Leg, ringing bool) bool { return !ringing }}},
	}
}
