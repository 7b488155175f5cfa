package defect

import "ringproof/refswitch/internal/seam"

func expiryIgnored() Defect {
	return Defect{
		Name:     "expiry-ignored",
		Fault:    "A phone whose registration has ended is still called.",
		Cause:    "registration",
		Check:    "register.ended",
		Scenario: "register.expired",
		Hooks:    &seam.Hooks{Registration: seam.Registration{Immortal: func() bool { return true }}},
	}
}
