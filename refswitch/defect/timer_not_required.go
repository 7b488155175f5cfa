package defect

import "ringproof/refswitch/internal/seam"

func timerNotRequired() Defect {
	return Defect{
		Name:     "timer-not-required",
		Fault:    "A caller that is to refresh the session is not told so by Require: timer.",
		Cause:    "signalling",
		Check:    "session.required",
		Scenario: "session.refresh",
		Hooks:    &seam.Hooks{Session: seam.Session{HideRequire: func() bool { return true }}},
	}
}
