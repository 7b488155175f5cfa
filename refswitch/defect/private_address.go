package defect

import (
	"net/netip"

	"ringproof/refswitch/internal/seam"
)

func privateAddress() Defect {
	return Defect{
		Name:     "private-address",
		Fault:    "Registered phones are told a private media address that they cannot reach.",
		Cause:    "nat",
		Scenario: "reg.audio",
		Hooks: &seam.Hooks{MediaAddr: func(to seam.Leg, told netip.Addr) netip.Addr {
			if to.Trunk {
				return told
			}
			return netip.AddrFrom4([4]byte{192, 168, 255, 254}) // RFC 1918 §3
		}},
	}
}
