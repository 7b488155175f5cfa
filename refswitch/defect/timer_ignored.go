package defect

import "ringproof/refswitch/internal/seam"

func timerIgnored() Defect {
	return Defect{
		Name:     "timer-ignored",
		Fault:    "A session timer that a caller asks for is not answered.",
		Cause:    "signalling",
		Check:    "session.agreed",
		Scenario: "session.refresh",
		Hooks:    &seam.Hooks{Session: seam.Session{IgnoreTimer: func() bool { return true }}},
	}
}
