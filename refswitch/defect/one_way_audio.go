package defect

import "ringproof/refswitch/internal/seam"

func oneWayAudio() Defect {
	return Defect{
		Name:     "one-way-audio",
		Fault:    "The relay throws away what one trunk says to another: the called side hears nothing.",
		Cause:    "media",
		Check:    "media.heard-by-callee",
		Scenario: "peer.audio",
		Hooks:    &seam.Hooks{Media: seam.Media{DropMedia: func(to seam.Leg) bool { return to.Called && to.Trunk && !to.Across }}},
	}
}
