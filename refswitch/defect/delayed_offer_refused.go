package defect

import "ringproof/refswitch/internal/seam"

func delayedOfferRefused() Defect {
	return Defect{
		Name:     "delayed-offer-refused",
		Fault:    "An INVITE without an offer is refused with 488.",
		Cause:    "signalling",
		Check:    "call.delivered",
		Scenario: "delayed-offer",
		Hooks:    &seam.Hooks{Session: seam.Session{RefuseDelayed: func() bool { return true }}},
	}
}
