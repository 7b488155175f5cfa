package defect

import (
	"net/netip"

	"ringproof/refswitch/internal/seam"
)

func privateAddress() Defect {
	return Defect{
		Name:     "private-address",
		Fault:    "Registered phones that call each other are told a private media address that they cannot reach.",
		Cause:    "nat",
		Check:    "media.heard-by-callee",
		Scenario: "reg.audio",
		Hooks: &seam.Hooks{Media: seam.Media{MediaAddr: func(to seam.Leg, told netip.AddrPort) netip.AddrPort {
			if to.Trunk || to.Across {
				return told
			}
			return netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 168, 255, 254}), told.Port()) // RFC 1918 §3
		}}},
	}
}
