package defect

import "ringproof/refswitch/internal/seam"

func identityNotAsserted() Defect {
	return Defect{
		Name:     "identity-not-asserted",
		Fault:    "A trunk that is to be told who calls is not told.",
		Cause:    "signalling",
		Check:    "identity.asserted",
		Scenario: "identity.caller",
		Hooks:    &seam.Hooks{Identity: seam.Identity{DropAsserted: func() bool { return true }}},
	}
}
