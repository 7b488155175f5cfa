package defect

import (
	"strings"

	"ringproof/refswitch/internal/seam"
)

func lastCamera() Defect {
	return Defect{
		Name:     "last-camera",
		Fault:    "Ranges of numbers end one too early: the last of ten thousand has no route.",
		Cause:    "routing",
		Check:    "call.delivered",
		Scenario: "camera.last",
		Hooks: &seam.Hooks{Cameras: seam.Cameras{Unrouted: func(number string) bool {
			return strings.HasSuffix(number, "9999")
		}}},
	}
}
