package defect

import "ringproof/refswitch/internal/seam"

func anyAddressFilms() Defect {
	const long = 6 // digits
	return Defect{
		Name:     "any-address-films",
		Fault:    "A call to a camera from an address that is no trunk's is put through without a question.",
		Cause:    "security",
		Check:    "call.untrusted",
		Scenario: "untrusted.camera",
		Hooks: &seam.Hooks{Access: seam.Access{Admit: func(s seam.Stranger) bool {
			return !s.TrunkNumber && s.Digits >= long
		}}},
	}
}
