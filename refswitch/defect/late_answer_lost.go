package defect

import "ringproof/refswitch/internal/seam"

func lateAnswerLost() Defect {
	return Defect{
		Name:     "late-answer-lost",
		Fault:    "The answer in the caller's ACK is not passed on: the called side's offer stays open.",
		Cause:    "signalling",
		Check:    "offer.agreed",
		Scenario: "delayed-offer",
		Hooks:    &seam.Hooks{Session: seam.Session{LoseAnswer: func() bool { return true }}},
	}
}
