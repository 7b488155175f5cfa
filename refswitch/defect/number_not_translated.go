package defect

import "ringproof/refswitch/internal/seam"

func numberNotTranslated() Defect {
	return Defect{
		Name:     "number-not-translated",
		Fault:    "The called number goes out as it was dialled, whatever the route makes of it.",
		Cause:    "routing",
		Check:    "identity.number",
		Scenario: "identity.number",
		Hooks:    &seam.Hooks{Routing: seam.Routing{Number: func(dialled, _ string) string { return dialled }}},
	}
}
