package defect

import "ringproof/refswitch/internal/seam"

func dialogKept() Defect {
	return Defect{
		Name:     "dialog-kept",
		Fault:    "The dialogs of a call outlive it: a request within them is swallowed in place of being answered 481.",
		Cause:    "signalling",
		Check:    "call.forgotten",
		Scenario: "leftovers",
		Hooks:    &seam.Hooks{Calls: seam.Calls{KeepDialogs: func() bool { return true }}},
	}
}
