package defect

import "ringproof/refswitch/internal/seam"

func phonesWithoutVideo() Defect {
	return Defect{
		Name:     "phones-without-video",
		Fault:    "Whoever registers is taken for a phone: calls to it have their video refused, also those to a camera gateway.",
		Cause:    "codec",
		Check:    "camera.agreed",
		Scenario: "camera.registered",
		Hooks:    &seam.Hooks{Cameras: seam.Cameras{RefuseVideo: func(_, callee seam.Leg) bool { return !callee.Trunk }}},
	}
}
