package defect

import (
	"regexp"

	"ringproof/refswitch/internal/seam"
)

func reofferUnrelayed() Defect {
	connection := regexp.MustCompile(`c=IN IP4 \S+`)
	return Defect{
		Name:     "reoffer-unrelayed",
		Fault:    "The offer with which a phone ends a hold goes to the trunk with the phone's private address.",
		Cause:    "nat",
		Check:    "media.heard-again",
		Scenario: "hold.both-modes",
		Hooks: &seam.Hooks{Session: seam.Session{ChangeReoffer: func(r seam.Reoffer, offer []byte) []byte {
			if !r.Resume || !r.Across || r.Trunk {
				return offer
			}
			return connection.ReplaceAll(offer, []byte("c=IN IP4 192.168.255.254")) // RFC 1918 §3
		}}},
	}
}
