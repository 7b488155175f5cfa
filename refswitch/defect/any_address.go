package defect

import "ringproof/refswitch/internal/seam"

func anyAddress() Defect {
	return Defect{
		Name:     "any-address",
		Fault:    "A call from an address that is no trunk's is put through without a question.",
		Cause:    "security",
		Check:    "call.untrusted",
		Scenario: "untrusted",
		Hooks:    &seam.Hooks{Access: seam.Access{Admit: func(trunkNumber bool) bool { return !trunkNumber }}},
	}
}
