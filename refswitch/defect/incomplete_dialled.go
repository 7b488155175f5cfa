package defect

import "ringproof/refswitch/internal/seam"

func incompleteDialled() Defect {
	return Defect{
		Name:     "incomplete-dialled",
		Fault:    "An incomplete number is dialled as it is.",
		Cause:    "routing",
		Check:    "number.incomplete",
		Scenario: "incomplete-number",
		Hooks:    &seam.Hooks{Routing: seam.Routing{DialShort: func() bool { return true }}},
	}
}
