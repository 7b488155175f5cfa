package defect

import "ringproof/refswitch/internal/seam"

func firstFormKept() Defect {
	return Defect{
		Name:     "first-form-kept",
		Fault:    "A second target is shown the caller's number in the form of the first: who is called back is not the caller.",
		Cause:    "routing",
		Check:    "identity.caller",
		Scenario: "fallback.form",
		Hooks:    &seam.Hooks{Identity: seam.Identity{KeepForm: func() bool { return true }}},
	}
}
