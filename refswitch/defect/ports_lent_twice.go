package defect

import (
	"net/netip"
	"sync"

	"ringproof/refswitch/internal/seam"
)

func portsLentTwice() Defect {
	var t throng
	var mu sync.Mutex
	var before netip.AddrPort // what the called side was told last
	return Defect{
		Name:     "ports-lent-twice",
		Fault:    "Where there are many calls each third called side is told the media port of the call before.",
		Cause:    "media",
		Check:    "load.heard",
		Scenario: "load.voices",
		Hooks: &seam.Hooks{
			Load: seam.Load{Full: t.Full},
			Media: seam.Media{MediaAddr: func(to seam.Leg, told netip.AddrPort) netip.AddrPort {
				mu.Lock()
				defer mu.Unlock()
				if !to.Called || !to.Trunk {
					return told
				}
				last := before
				before = told
				if last.IsValid() && t.nth(3) {
					return last
				}
				return told
			}},
		},
	}
}
