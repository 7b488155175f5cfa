package defect

import "ringproof/refswitch/internal/seam"

func prackRefused() Defect {
	return Defect{
		Name:     "prack-refused",
		Fault:    "The PRACK of a caller that does not require 100rel, and only supports it, is refused.",
		Cause:    "signalling",
		Check:    "prack.answered",
		Scenario: "prack",
		Hooks:    &seam.Hooks{Session: seam.Session{RefusePRACK: func(required bool) bool { return !required }}},
	}
}
