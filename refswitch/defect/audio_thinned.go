package defect

import "ringproof/refswitch/internal/seam"

func audioThinned() Defect {
	return Defect{
		Name:     "audio-thinned",
		Fault:    "The relay loses every tenth packet for the caller.",
		Cause:    "media",
		Check:    "media.whole",
		Scenario: "media.lasts",
		Hooks:    &seam.Hooks{Media: seam.Media{ThinMedia: func(to seam.Leg, before int) bool { return !to.Called && before%10 == 9 }}},
	}
}
