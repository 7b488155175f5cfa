package defect

import "ringproof/refswitch/internal/seam"

func secondBye() Defect {
	return Defect{
		Name:     "second-bye",
		Fault:    "A BYE that was answered is followed by another one: the leg was not let go.",
		Cause:    "signalling",
		Check:    "call.quiet",
		Scenario: "leftovers",
		Hooks:    &seam.Hooks{Calls: seam.Calls{SecondBye: func() bool { return true }}},
	}
}
