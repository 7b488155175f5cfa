package defect

import "ringproof/refswitch/internal/seam"

func dialledForContact() Defect {
	return Defect{
		Name:     "dialled-for-contact",
		Fault:    "A call to an account arrives with the number dialled, where its contact is known by another user.",
		Cause:    "binding",
		Check:    "number.form",
		Scenario: "register.gateway",
		Hooks:    &seam.Hooks{Registration: seam.Registration{ContactForm: func(bool) bool { return false }}},
	}
}
