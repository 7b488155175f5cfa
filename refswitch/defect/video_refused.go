package defect

import "ringproof/refswitch/internal/seam"

func videoRefused() Defect {
	return Defect{
		Name:     "video-refused",
		Fault:    "Video that a trunk offers is refused: the call has sound alone.",
		Cause:    "codec",
		Check:    "camera.agreed",
		Scenario: "camera.prefix",
		Hooks:    &seam.Hooks{Cameras: seam.Cameras{RefuseVideo: func(caller, _ seam.Leg) bool { return caller.Trunk }}},
	}
}
