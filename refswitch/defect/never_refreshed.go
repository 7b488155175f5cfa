package defect

import "ringproof/refswitch/internal/seam"

func neverRefreshed() Defect {
	return Defect{
		Name:     "never-refreshed",
		Fault:    "The switch agrees to refresh the session of a caller, and does not.",
		Cause:    "signalling",
		Check:    "session.upheld",
		Scenario: "session.upheld",
		Long:     true,
		Hooks:    &seam.Hooks{Session: seam.Session{NeverRefresh: func(l seam.Leg) bool { return !l.Called }}},
	}
}
