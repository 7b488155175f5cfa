package defect

import "ringproof/refswitch/internal/seam"

func callerLost() Defect {
	return Defect{
		Name:     "caller-lost",
		Fault:    "A phone's number is cut off on its way to a trunk: nobody there knows whom to call back.",
		Cause:    "signalling",
		Check:    "identity.caller",
		Scenario: "identity.caller",
		Hooks: &seam.Hooks{Identity: seam.Identity{CallerNumber: func(from, to seam.Leg, number string) string {
			if from.Trunk || !to.Trunk {
				return number
			}
			return "unknown"
		}}},
	}
}
