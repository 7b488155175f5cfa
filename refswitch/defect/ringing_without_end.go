package defect

import "ringproof/refswitch/internal/seam"

func ringingWithoutEnd() Defect {
	return Defect{
		Name:     "ringing-without-end",
		Fault:    "The ring time of a route or an account is not kept: a phone that nobody picks up rings on.",
		Cause:    "signalling",
		Check:    "call.no-answer",
		Scenario: "no-answer",
		Hooks:    &seam.Hooks{Calls: seam.Calls{RingOn: func() bool { return true }}},
	}
}
