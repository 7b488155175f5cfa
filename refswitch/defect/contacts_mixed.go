package defect

import "ringproof/refswitch/internal/seam"

func contactsMixed() Defect {
	return Defect{
		Name:     "contacts-mixed",
		Fault:    "The answer to a renewal lists the contacts of other accounts too.",
		Cause:    "registration",
		Check:    "register.listed",
		Scenario: "register.renewed",
		Hooks:    &seam.Hooks{Registration: seam.Registration{ListOthers: func() bool { return true }}},
	}
}
