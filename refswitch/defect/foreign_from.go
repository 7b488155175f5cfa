package defect

import "ringproof/refswitch/internal/seam"

func foreignFrom() Defect {
	return Defect{
		Name:     "foreign-from",
		Fault:    "An account may call with the number of another account.",
		Cause:    "security",
		Check:    "identity.own",
		Scenario: "reg.identity-theft",
		Hooks:    &seam.Hooks{Registration: seam.Registration{AnyFrom: func() bool { return true }}},
	}
}
