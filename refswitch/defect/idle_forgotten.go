package defect

import (
	"time"

	"ringproof/refswitch/internal/seam"
)

func idleForgotten() Defect {
	return Defect{
		Name:     "idle-forgotten",
		Fault:    "A phone that has said nothing for a while is taken for not registered, before its registration ends.",
		Cause:    "registration",
		Check:    "register.idle",
		Scenario: "register.idle",
		Hooks: &seam.Hooks{Registration: seam.Registration{ForgetIdle: func(idle time.Duration) bool {
			return idle > 1400*time.Millisecond
		}}},
	}
}
