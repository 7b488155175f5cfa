package defect

import "ringproof/refswitch/internal/seam"

func noLastWord() Defect {
	return Defect{
		Name:     "no-last-word",
		Fault:    "A caller is told nothing when every target of the route has failed.",
		Cause:    "signalling",
		Check:    "route.exhausted",
		Scenario: "fallback.all-down",
		Hooks:    &seam.Hooks{Routing: seam.Routing{NoLastWord: func() bool { return true }}},
	}
}
