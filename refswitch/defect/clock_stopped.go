package defect

import (
	"encoding/binary"

	"ringproof/refswitch/internal/seam"
)

func clockStopped() Defect {
	return Defect{
		Name:     "clock-stopped",
		Fault:    "The relay gives all packets for the caller one and the same timestamp.",
		Cause:    "media",
		Check:    "media.clock",
		Scenario: "media.lasts",
		Hooks: &seam.Hooks{Media: seam.Media{AlterMedia: func(to seam.Leg, _ int, packet []byte) {
			if !to.Called && len(packet) >= rtpHeader {
				binary.BigEndian.PutUint32(packet[4:], 7)
			}
		}}},
	}
}
