package defect

import "ringproof/refswitch/internal/seam"

func boundUnproved() Defect {
	return Defect{
		Name:     "bound-unproved",
		Fault:    "A contact is bound before its password was found right, and stays bound when it is refused.",
		Cause:    "authentication",
		Check:    "call.withheld",
		Scenario: "wrong-password",
		Hooks:    &seam.Hooks{Access: seam.Access{BindRefused: func() bool { return true }}},
	}
}
