package defect

import "ringproof/refswitch/internal/seam"

func removalIgnored() Defect {
	return Defect{
		Name:     "removal-ignored",
		Fault:    "A removal by the Contact's own expires parameter is answered 200 and not carried out.",
		Cause:    "registration",
		Check:    "register.removed",
		Scenario: "register.removed",
		Hooks:    &seam.Hooks{Registration: seam.Registration{KeepRemoved: func(r seam.Removal) bool { return r.ByContact }}},
	}
}
