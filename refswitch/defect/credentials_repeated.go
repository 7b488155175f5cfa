package defect

import "ringproof/refswitch/internal/seam"

func credentialsRepeated() Defect {
	return Defect{
		Name:     "credentials-repeated",
		Fault:    "Credentials that were used once are accepted again, from anywhere.",
		Cause:    "security",
		Check:    "register.repeated",
		Scenario: "reg.replay",
		Hooks:    &seam.Hooks{Registration: seam.Registration{AnyCount: func() bool { return true }}},
	}
}
