package defect

import (
	"strings"

	"ringproof/refswitch/internal/seam"
)

func oneWayAccount() Defect {
	return Defect{
		Name:     "one-way-account",
		Fault:    "Phones whose number ends in 1 hear nothing when another phone calls them.",
		Cause:    "media",
		Check:    "media.heard-by-callee",
		Scenario: "reg.audio",
		Hooks: &seam.Hooks{Media: seam.Media{DropMedia: func(to seam.Leg) bool {
			return to.Called && !to.Trunk && !to.Across && strings.HasSuffix(to.Number, "1")
		}}},
	}
}
