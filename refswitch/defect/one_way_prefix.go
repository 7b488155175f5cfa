package defect

import (
	"strings"

	"ringproof/refswitch/internal/seam"
)

func oneWayPrefix() Defect {
	return Defect{
		Name:     "one-way-prefix",
		Fault:    "The relay throws away what a trunk says to numbers of one prefix, 6; all others hear.",
		Cause:    "media",
		Check:    "media.heard-by-callee",
		Scenario: "peer.audio",
		Hooks: &seam.Hooks{Media: seam.Media{DropMedia: func(to seam.Leg) bool {
			return to.Called && to.Trunk && !to.Across && strings.HasPrefix(to.Number, "6")
		}}},
	}
}
