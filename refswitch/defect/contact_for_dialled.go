package defect

import "ringproof/refswitch/internal/seam"

func contactForDialled() Defect {
	return Defect{
		Name:     "contact-for-dialled",
		Fault:    "A call to a gateway with many numbers arrives with the user of its contact, not with the number dialled.",
		Cause:    "binding",
		Check:    "number.form",
		Scenario: "register.pilot",
		Hooks:    &seam.Hooks{Registration: seam.Registration{ContactForm: func(bool) bool { return true }}},
	}
}
