package defect

import "ringproof/refswitch/internal/seam"

func ringingUnreliable() Defect {
	return Defect{
		Name:     "ringing-unreliable",
		Fault:    "A caller that requires 100rel is told of ringing unreliably.",
		Cause:    "signalling",
		Check:    "prack.reliable",
		Scenario: "prack",
		Hooks:    &seam.Hooks{Session: seam.Session{SendUnreliably: func() bool { return true }}},
	}
}
