package defect

import "ringproof/refswitch/internal/seam"

func earlyMediaBlocked() Defect {
	return Defect{
		Name:     "early-media-blocked",
		Fault:    "Descriptions in provisional responses are dropped: callers do not hear announcements before the answer.",
		Cause:    "signalling",
		Check:    "media.early-heard",
		Scenario: "media.announcement",
		Hooks:    &seam.Hooks{Session: seam.Session{BlockEarlyMedia: func() bool { return true }}},
	}
}
