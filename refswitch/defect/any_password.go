package defect

import "ringproof/refswitch/internal/seam"

func anyPassword() Defect {
	return Defect{
		Name:     "any-password",
		Fault:    "A digest made with a wrong password is taken for a right one.",
		Cause:    "authentication",
		Check:    "register.refused",
		Scenario: "wrong-password",
		Hooks:    &seam.Hooks{Access: seam.Access{Credentials: func(bool) bool { return true }}},
	}
}
