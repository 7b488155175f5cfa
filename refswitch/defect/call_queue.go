package defect

import (
	"time"

	"ringproof/refswitch/internal/seam"
)

func callQueue() Defect {
	var t throng
	return Defect{
		Name:     "call-queue",
		Fault:    "Where there are many calls those of trunks wait for 700 ms before they are looked at.",
		Cause:    "capacity",
		Check:    "load.delay",
		Scenario: "load.peer",
		Hooks: &seam.Hooks{Load: seam.Load{Full: t.Full, Queue: func(caller seam.Leg) time.Duration {
			if caller.Trunk && t.among() {
				return 700 * time.Millisecond
			}
			return 0
		}}},
	}
}
