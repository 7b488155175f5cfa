package defect

import "ringproof/refswitch/internal/seam"

func cameraFilmsOn() Defect {
	return Defect{
		Name:     "camera-films-on",
		Fault:    "In a call with video the caller's BYE is answered and not passed on: the camera films on.",
		Cause:    "signalling",
		Check:    "camera.stopped",
		Scenario: "camera.ends",
		Hooks:    &seam.Hooks{Cameras: seam.Cameras{KeepBye: func(video bool) bool { return video }}},
	}
}
