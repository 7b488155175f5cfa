package defect

import "ringproof/refswitch/internal/seam"

func anyDomain() Defect {
	return Defect{
		Name:     "any-domain",
		Fault:    "Who calls from a domain that is not the switch's is put through without a question.",
		Cause:    "security",
		Check:    "call.untrusted",
		Scenario: "untrusted.foreign",
		Hooks:    &seam.Hooks{Access: seam.Access{Admit: func(s seam.Stranger) bool { return s.Foreign }}},
	}
}
