package defect

import (
	"time"

	"ringproof/refswitch/internal/seam"
)

// atOnce is how soon after the answer a BYE may overtake the switch's own
// notes of the dialog.
const atOnce = 50 * time.Millisecond

func callerByeRefused() Defect {
	return Defect{
		Name:     "caller-bye-refused",
		Fault:    "The BYE of a phone that calls a phone, right behind its ACK, is answered 481, as if its dialog was not known yet.",
		Cause:    "signalling",
		Check:    "call.released",
		Scenario: "release.by-caller",
		Hooks: &seam.Hooks{Calls: seam.Calls{DenyBye: func(from seam.Leg, age time.Duration) bool {
			return !from.Called && !from.Trunk && !from.Across && age < atOnce
		}}},
	}
}
