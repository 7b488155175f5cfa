package defect

import "ringproof/refswitch/internal/seam"

func forgedIdentity() Defect {
	return Defect{
		Name:     "forged-identity",
		Fault:    "The identity that a phone asserts of itself is passed on as if it were known.",
		Cause:    "security",
		Check:    "identity.forged",
		Scenario: "identity.forged",
		Hooks:    &seam.Hooks{Identity: seam.Identity{Believe: func() bool { return true }}},
	}
}
