package defect

import "ringproof/refswitch/internal/seam"

func noTerminated() Defect {
	return Defect{
		Name:     "no-terminated",
		Fault:    "The CANCEL of a call to a ringing phone is answered and passed on, but the caller's INVITE never gets its 487.",
		Cause:    "signalling",
		Check:    "cancel.ended",
		Scenario: "cancel.ringing",
		Hooks:    &seam.Hooks{Calls: seam.Calls{KeepFinal: func(called seam.Leg, ringing bool) bool { return !called.Trunk && ringing }}},
	}
}
