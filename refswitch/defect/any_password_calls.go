package defect

import "ringproof/refswitch/internal/seam"

func anyPasswordCalls() Defect {
	return Defect{
		Name:     "any-password-calls",
		Fault:    "A call with a wrong password is put through: only REGISTER is refused.",
		Cause:    "authentication",
		Check:    "call.refused",
		Scenario: "wrong-password",
		Hooks:    &seam.Hooks{Access: seam.Access{CallCredentials: func(bool) bool { return true }}},
	}
}
