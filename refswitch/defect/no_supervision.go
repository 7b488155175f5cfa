package defect

import "ringproof/refswitch/internal/seam"

func noSupervision() Defect {
	return Defect{
		Name:     "no-supervision",
		Fault:    "Targets are never asked whether they are there.",
		Cause:    "routing",
		Check:    "route.supervised",
		Scenario: "fallback.down",
		Hooks:    &seam.Hooks{Routing: seam.Routing{AskNobody: func() bool { return true }}},
	}
}
