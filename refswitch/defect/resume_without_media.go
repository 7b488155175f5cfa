package defect

import (
	"bytes"

	"ringproof/refswitch/internal/seam"
)

func resumeWithoutMedia() Defect {
	return Defect{
		Name:     "resume-without-media",
		Fault:    "The offer that ends a hold is passed on as inactive, between phones and between trunks: the call stays silent.",
		Cause:    "signalling",
		Check:    "media.heard-again",
		Scenario: "hold",
		Hooks: &seam.Hooks{Session: seam.Session{ChangeReoffer: func(r seam.Reoffer, offer []byte) []byte {
			if !r.Resume || r.Across {
				return offer
			}
			return bytes.ReplaceAll(offer, []byte("a=sendrecv"), []byte("a=inactive"))
		}}},
	}
}
