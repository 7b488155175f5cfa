package defect

import "ringproof/refswitch/internal/seam"

func offlineUnknown() Defect {
	return Defect{
		Name:     "offline-unknown",
		Fault:    "A call to an account that never registered is refused with 404, as if there were no such number.",
		Cause:    "registration",
		Check:    "register.offline",
		Scenario: "offline",
		Hooks: &seam.Hooks{Registration: seam.Registration{OfflineCode: func(code int, ever bool) int {
			if ever {
				return code
			}
			return 404
		}}},
	}
}
