package defect

import (
	"time"

	"ringproof/refswitch/internal/seam"
)

func byesLost() Defect {
	var t throng
	return Defect{
		Name:     "byes-lost",
		Fault:    "Where there are many calls each fifth BYE is answered and not passed on: these calls are left over.",
		Cause:    "signalling",
		Check:    "load.released",
		Scenario: "load.peer",
		Hooks: &seam.Hooks{
			Load:  seam.Load{Full: t.Full},
			Calls: seam.Calls{HoldBye: func(seam.Leg, time.Duration) bool { return t.nth(5) }},
		},
	}
}
