package defect

import "ringproof/refswitch/internal/seam"

func videoLost() Defect {
	return Defect{
		Name:     "video-lost",
		Fault:    "The relay passes no video on to a trunk that calls a camera, though both sides agreed on it.",
		Cause:    "media",
		Check:    "camera.seen",
		Scenario: "camera.prefix",
		Hooks: &seam.Hooks{Cameras: seam.Cameras{StallVideo: func(to seam.Leg, _ int) bool {
			return !to.Called && to.Trunk
		}}},
	}
}
