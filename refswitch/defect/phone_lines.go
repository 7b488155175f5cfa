package defect

import "ringproof/refswitch/internal/seam"

func phoneLines() Defect {
	return Defect{
		Name:     "phone-lines",
		Fault:    "Phones have 15 lines between them, while trunks have as many as they like: further calls of theirs are refused with 503.",
		Cause:    "capacity",
		Check:    "load.failed",
		Scenario: "load.registration",
		Hooks: &seam.Hooks{Load: seam.Load{Full: func(caller seam.Leg, calls int) bool {
			return !caller.Trunk && calls >= many
		}}},
	}
}
