package defect

import (
	"encoding/binary"

	"ringproof/refswitch/internal/seam"
)

// rtpHeader is how long the fixed header of RTP is, in bytes; the timestamp
// and the SSRC end it (RFC 3550 §5.1).
const rtpHeader = 12

func sourceScattered() Defect {
	return Defect{
		Name:     "source-scattered",
		Fault:    "The relay gives each packet for the called side an SSRC of its own.",
		Cause:    "media",
		Check:    "media.source",
		Scenario: "media.lasts",
		Hooks: &seam.Hooks{Media: seam.Media{AlterMedia: func(to seam.Leg, before int, packet []byte) {
			if to.Called && len(packet) >= rtpHeader {
				binary.BigEndian.PutUint32(packet[8:], uint32(before))
			}
		}}},
	}
}
