package defect

import "ringproof/refswitch/internal/seam"

func deafCaller() Defect {
	return Defect{
		Name:     "deaf-caller",
		Fault:    "The relay throws away what is said to a calling phone: it hears nothing, and is heard.",
		Cause:    "media",
		Check:    "media.heard-by-caller",
		Scenario: "reg.audio",
		Hooks:    &seam.Hooks{Media: seam.Media{DropMedia: func(to seam.Leg) bool { return !to.Called && !to.Trunk }}},
	}
}
