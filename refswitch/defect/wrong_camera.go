package defect

import (
	"strconv"

	"ringproof/refswitch/internal/seam"
)

func wrongCamera() Defect {
	const long = 6 // digits
	return Defect{
		Name:     "wrong-camera",
		Fault:    "A trunk's call to a long number goes on with another last digit: it reaches the camera beside.",
		Cause:    "routing",
		Check:    "call.delivered",
		Scenario: "camera.prefix",
		Hooks: &seam.Hooks{Cameras: seam.Cameras{Dialled: func(number string, caller seam.Leg) string {
			n := len(number) - 1
			if !caller.Trunk || n+1 < long {
				return number
			}
			digit, err := strconv.Atoi(number[n:])
			if err != nil {
				return number
			}
			return number[:n] + strconv.Itoa((digit+1)%10)
		}}},
	}
}
