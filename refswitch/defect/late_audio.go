package defect

import (
	"time"

	"ringproof/refswitch/internal/seam"
)

func lateAudio() Defect {
	return Defect{
		Name:     "late-audio",
		Fault:    "The relay keeps each packet for the called side for 600 ms: both talk at once and break off.",
		Cause:    "media",
		Check:    "media.delay",
		Scenario: "media.lasts",
		Hooks: &seam.Hooks{Media: seam.Media{HoldMedia: func(to seam.Leg) time.Duration {
			if to.Called {
				return 600 * time.Millisecond
			}
			return 0
		}}},
	}
}
