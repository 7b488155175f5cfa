package defect

import (
	"regexp"

	"ringproof/refswitch/internal/seam"
)

func versionKept() Defect {
	version := regexp.MustCompile(`(?m)^(o=\S+ \S+) \d+`)
	return Defect{
		Name:     "version-kept",
		Fault:    "An offer that holds is passed on with the version of the first offer of all.",
		Cause:    "signalling",
		Check:    "offer.origin",
		Scenario: "hold",
		Hooks: &seam.Hooks{Session: seam.Session{ChangeReoffer: func(r seam.Reoffer, body []byte) []byte {
			if !r.Hold {
				return body
			}
			return version.ReplaceAll(body, []byte("${1} 1"))
		}}},
	}
}
