package defect

import "ringproof/refswitch/internal/seam"

func anyPassword() Defect {
	return Defect{
		Name:     "any-password",
		Fault:    "A digest made with a wrong password is taken for a right one.",
		Cause:    "authentication",
		Scenario: "wrong-password",
		Hooks:    &seam.Hooks{Credentials: func(bool) bool { return true }},
	}
}
