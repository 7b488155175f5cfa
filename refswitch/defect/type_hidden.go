package defect

import "ringproof/refswitch/internal/seam"

func typeHidden() Defect {
	return Defect{
		Name:     "type-hidden",
		Fault:    "The offer that ends a hold is passed on without its Content-Type.",
		Cause:    "signalling",
		Check:    "message.typed",
		Scenario: "hold",
		Hooks:    &seam.Hooks{Form: seam.Form{HideType: func(r seam.Reoffer) bool { return r.Resume }}},
	}
}
