package defect

import "ringproof/refswitch/internal/seam"

func renewalIgnored() Defect {
	return Defect{
		Name:     "renewal-ignored",
		Fault:    "A renewed registration ends when the first would have ended.",
		Cause:    "registration",
		Check:    "register.renewed",
		Scenario: "register.renewed",
		Hooks:    &seam.Hooks{Registration: seam.Registration{KeepExpiry: func() bool { return true }}},
	}
}
