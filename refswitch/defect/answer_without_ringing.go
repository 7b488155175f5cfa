package defect

import "ringproof/refswitch/internal/seam"

func answerWithoutRinging() Defect {
	return Defect{
		Name:     "answer-without-ringing",
		Fault:    "The 200 of a callee that did not ring before is not passed on: the caller waits for ever.",
		Cause:    "signalling",
		Check:    "call.answered",
		Scenario: "answer.at-once",
		Hooks:    &seam.Hooks{Calls: seam.Calls{KeepAnswer: func(_ seam.Leg, rang bool) bool { return !rang }}},
	}
}
