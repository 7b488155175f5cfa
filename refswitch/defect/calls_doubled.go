package defect

import "ringproof/refswitch/internal/seam"

func callsDoubled() Defect {
	var t throng
	return Defect{
		Name:     "calls-doubled",
		Fault:    "Where there are many calls each tenth is sent to its target twice.",
		Cause:    "routing",
		Check:    "load.delivered",
		Scenario: "load.peer",
		Hooks:    &seam.Hooks{Load: seam.Load{Full: t.Full, Twice: func() bool { return t.nth(10) }}},
	}
}
