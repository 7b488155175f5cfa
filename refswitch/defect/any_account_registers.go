package defect

import "ringproof/refswitch/internal/seam"

func anyAccountRegisters() Defect {
	return Defect{
		Name:     "any-account-registers",
		Fault:    "An account that has proved itself registers, and removes, the phones of all others.",
		Cause:    "security",
		Check:    "register.owned",
		Scenario: "reg.hijack",
		Hooks:    &seam.Hooks{Access: seam.Access{AnyAccount: func() bool { return true }}},
	}
}
