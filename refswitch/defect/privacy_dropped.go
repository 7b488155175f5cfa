package defect

import "ringproof/refswitch/internal/seam"

func privacyDropped() Defect {
	return Defect{
		Name:     "privacy-dropped",
		Fault:    "A trusted trunk is told the number of a caller who wants to stay unknown, and not that wish.",
		Cause:    "security",
		Check:    "identity.kept-private",
		Scenario: "identity.kept-private",
		Hooks:    &seam.Hooks{Identity: seam.Identity{DropPrivacy: func(trusted bool) bool { return trusted }}},
	}
}
