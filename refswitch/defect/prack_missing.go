package defect

import "ringproof/refswitch/internal/seam"

func prackMissing() Defect {
	return Defect{
		Name:     "prack-missing",
		Fault:    "Reliable provisional responses of the called side get no PRACK.",
		Cause:    "signalling",
		Check:    "prack.acknowledged",
		Scenario: "prack",
		Hooks:    &seam.Hooks{Session: seam.Session{SkipPRACK: func() bool { return true }}},
	}
}
