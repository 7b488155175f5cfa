package defect

import "ringproof/refswitch/internal/seam"

func refreshDropped() Defect {
	return Defect{
		Name:     "refresh-dropped",
		Fault:    "A refresh of the session is answered, and the call is cut as if it had not come.",
		Cause:    "signalling",
		Check:    "session.kept",
		Scenario: "session.kept",
		Long:     true,
		Hooks:    &seam.Hooks{Session: seam.Session{DropRefresh: func() bool { return true }}},
	}
}
