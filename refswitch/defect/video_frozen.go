package defect

import "ringproof/refswitch/internal/seam"

func videoFrozen() Defect {
	// Packets: one whole picture for certain, even where the beginning of the
	// first is missed, and never a third.
	const enough = 24
	return Defect{
		Name:     "video-frozen",
		Fault:    "The relay passes the first packets of video on to the caller and no more: the picture stands still.",
		Cause:    "media",
		Check:    "camera.live",
		Scenario: "camera.prefix",
		Hooks: &seam.Hooks{Cameras: seam.Cameras{StallVideo: func(to seam.Leg, before int) bool {
			return !to.Called && before >= enough
		}}},
	}
}
