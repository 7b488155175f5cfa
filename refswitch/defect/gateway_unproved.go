package defect

import "ringproof/refswitch/internal/seam"

func gatewayUnproved() Defect {
	return Defect{
		Name:     "gateway-unproved",
		Fault:    "The account of a gateway with many numbers is registered for whoever asks, without credentials.",
		Cause:    "security",
		Check:    "register.unproved",
		Scenario: "reg.unproved",
		Hooks:    &seam.Hooks{Access: seam.Access{NoCredentials: func(u seam.Unproved) bool { return u.Many && !u.Removal }}},
	}
}
