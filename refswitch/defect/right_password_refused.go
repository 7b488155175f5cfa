package defect

import "ringproof/refswitch/internal/seam"

func rightPasswordRefused() Defect {
	return Defect{
		Name:     "right-password-refused",
		Fault:    "A REGISTER with the right password is refused with 403.",
		Cause:    "authentication",
		Check:    "register.accepted",
		Scenario: "reg.audio",
		Hooks:    &seam.Hooks{Access: seam.Access{RegisterCredentials: func(bool) bool { return false }}},
	}
}
