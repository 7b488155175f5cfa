package defect

import (
	"bytes"

	"ringproof/refswitch/internal/seam"
)

func answerNotOffered() Defect {
	return Defect{
		Name:     "answer-not-offered",
		Fault:    "An answer with PCMU is rewritten to one with G.729, which nobody offered.",
		Cause:    "codec",
		Check:    "codec.agreed",
		Scenario: "codec.second",
		Hooks: &seam.Hooks{Session: seam.Session{Answer: func(answer []byte) []byte {
			return bytes.ReplaceAll(bytes.ReplaceAll(answer, []byte(" RTP/AVP 0\r\n"), []byte(" RTP/AVP 18\r\n")),
				[]byte("a=rtpmap:0 PCMU/8000"), []byte("a=rtpmap:18 G729/8000"))
		}}},
	}
}
