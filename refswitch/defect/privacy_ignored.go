package defect

import "ringproof/refswitch/internal/seam"

func privacyIgnored() Defect {
	return Defect{
		Name:     "privacy-ignored",
		Fault:    "A caller's number is shown to an untrusted trunk although the caller asked to keep it.",
		Cause:    "security",
		Check:    "identity.withheld",
		Scenario: "identity.anonymous",
		Hooks:    &seam.Hooks{Identity: seam.Identity{Disclose: func(trusted bool) bool { return !trusted }}},
	}
}
