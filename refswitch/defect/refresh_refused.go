package defect

import "ringproof/refswitch/internal/seam"

func refreshRefused() Defect {
	return Defect{
		Name:     "refresh-refused",
		Fault:    "An UPDATE that refreshes the session is answered 500.",
		Cause:    "signalling",
		Check:    "session.refreshed",
		Scenario: "session.refresh",
		Hooks:    &seam.Hooks{Session: seam.Session{RefreshCode: func(int) int { return 500 }}},
	}
}
