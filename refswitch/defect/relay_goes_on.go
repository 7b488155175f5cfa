package defect

import "ringproof/refswitch/internal/seam"

func relayGoesOn() Defect {
	return Defect{
		Name:     "relay-goes-on",
		Fault:    "The relay goes on sending to a caller for a second and a half after the call was released.",
		Cause:    "media",
		Check:    "call.quiet",
		Scenario: "leftovers",
		Hooks: &seam.Hooks{Media: seam.Media{RepeatMedia: func(to seam.Leg) int {
			if to.Called {
				return 0
			}
			return 75
		}}},
	}
}
