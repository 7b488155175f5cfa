package defect

import "ringproof/refswitch/internal/seam"

func oldContactFirst() Defect {
	return Defect{
		Name:     "old-contact-first",
		Fault:    "A phone that has moved is called at its old address first.",
		Cause:    "registration",
		Check:    "register.moved",
		Scenario: "register.moved",
		Hooks:    &seam.Hooks{Registration: seam.Registration{OldestFirst: func() bool { return true }}},
	}
}
