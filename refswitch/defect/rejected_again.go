package defect

import "ringproof/refswitch/internal/seam"

func rejectedAgain() Defect {
	return Defect{
		Name:     "rejected-again",
		Fault:    "A target that declined with 603 is called a second time for the same call.",
		Cause:    "routing",
		Check:    "call.once",
		Scenario: "rejected",
		Hooks:    &seam.Hooks{Calls: seam.Calls{AskAgain: func(code int) bool { return code == 603 }}},
	}
}
