package defect

import "ringproof/refswitch/internal/seam"

func neighbourCalled() Defect {
	return Defect{
		Name:     "neighbour-called",
		Fault:    "A call to a registered phone asks for the number next to its own.",
		Cause:    "routing",
		Check:    "call.delivered",
		Scenario: "reg.audio",
		Hooks: &seam.Hooks{Calls: seam.Calls{OtherUser: func(called seam.Leg, user string) string {
			if called.Trunk || user == "" {
				return user
			}
			return user[:len(user)-1] + string(user[len(user)-1]^1)
		}}},
	}
}
