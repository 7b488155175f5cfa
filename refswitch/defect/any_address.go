package defect

import "ringproof/refswitch/internal/seam"

func anyAddress() Defect {
	const long = 6 // digits
	return Defect{
		Name:     "any-address",
		Fault:    "A call to a trunk or a phone from an address that is no trunk's is put through without a question.",
		Cause:    "security",
		Check:    "call.untrusted",
		Scenario: "untrusted",
		Hooks: &seam.Hooks{Access: seam.Access{Admit: func(s seam.Stranger) bool {
			return !s.TrunkNumber && !s.Foreign && s.Digits < long
		}}},
	}
}
