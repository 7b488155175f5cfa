package defect

import "ringproof/refswitch/internal/seam"

func hopsReset() Defect {
	return Defect{
		Name:     "hops-reset",
		Fault:    "Max-Forwards starts again at 70 on the way out: a call between two systems that point at each other never ends.",
		Cause:    "signalling",
		Check:    "loop.bounded",
		Scenario: "loop",
		Hooks:    &seam.Hooks{Routing: seam.Routing{HopsLeft: func(uint32) uint32 { return 70 }}},
	}
}
