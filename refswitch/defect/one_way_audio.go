package defect

import "ringproof/refswitch/internal/seam"

func oneWayAudio() Defect {
	return Defect{
		Name:     "one-way-audio",
		Fault:    "The relay throws away what is said to a called trunk: that side hears nothing.",
		Cause:    "media",
		Scenario: "peer.audio",
		Hooks:    &seam.Hooks{DropMedia: func(to seam.Leg) bool { return to.Called && to.Trunk }},
	}
}
