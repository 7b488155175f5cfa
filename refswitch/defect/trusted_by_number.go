package defect

import "ringproof/refswitch/internal/seam"

func trustedByNumber() Defect {
	return Defect{
		Name:     "trusted-by-number",
		Fault:    "A call with a trunk's number in From is taken for the trunk's, whatever address it comes from.",
		Cause:    "security",
		Check:    "call.forged",
		Scenario: "untrusted.forged",
		Hooks:    &seam.Hooks{Access: seam.Access{Admit: func(s seam.Stranger) bool { return s.TrunkNumber }}},
	}
}
