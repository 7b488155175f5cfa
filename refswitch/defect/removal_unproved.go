package defect

import "ringproof/refswitch/internal/seam"

func removalUnproved() Defect {
	return Defect{
		Name:     "removal-unproved",
		Fault:    "Contacts are removed for whoever asks, without credentials.",
		Cause:    "security",
		Check:    "register.kept",
		Scenario: "reg.unproved",
		Hooks:    &seam.Hooks{Access: seam.Access{NoCredentials: func(u seam.Unproved) bool { return u.Removal }}},
	}
}
