package defect

import "ringproof/refswitch/internal/seam"

func deafPhone() Defect {
	return Defect{
		Name:     "deaf-phone",
		Fault:    "The relay throws away what a trunk says to a registered phone.",
		Cause:    "media",
		Check:    "media.heard-by-callee",
		Scenario: "both-modes",
		Hooks: &seam.Hooks{Media: seam.Media{DropMedia: func(to seam.Leg) bool {
			return to.Called && !to.Trunk && to.Across
		}}},
	}
}
