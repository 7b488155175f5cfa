package defect

import "ringproof/refswitch/internal/seam"

func deafToOptions() Defect {
	return Defect{
		Name:     "deaf-to-options",
		Fault:    "OPTIONS is not answered: whoever asks whether the switch is there takes it for dead.",
		Cause:    "reachability",
		Check:    "system.answers",
		Scenario: "reach",
		Hooks:    &seam.Hooks{Routing: seam.Routing{Mute: func() bool { return true }}},
	}
}
