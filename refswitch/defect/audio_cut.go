package defect

import "ringproof/refswitch/internal/seam"

func audioCut() Defect {
	return Defect{
		Name:     "audio-cut",
		Fault:    "The relay passes on one second of what is said to the caller, and then nothing more.",
		Cause:    "media",
		Check:    "media.lasts",
		Scenario: "media.lasts",
		Hooks:    &seam.Hooks{Media: seam.Media{CutMedia: func(to seam.Leg, passed int) bool { return !to.Called && passed >= 50 }}},
	}
}
