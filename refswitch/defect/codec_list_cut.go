package defect

import (
	"bytes"

	"ringproof/refswitch/internal/seam"
)

func codecListCut() Defect {
	return Defect{
		Name:     "codec-list-cut",
		Fault:    "Only the first codec of an offer is passed on.",
		Cause:    "codec",
		Check:    "call.answered",
		Scenario: "codec.second",
		Hooks:    &seam.Hooks{Session: seam.Session{Offer: firstCodec}},
	}
}

// firstCodec keeps the first payload format of each m-line.
func firstCodec(offer []byte) []byte {
	lines := bytes.SplitAfter(offer, []byte("\r\n"))
	for i, l := range lines {
		if words := bytes.Fields(l); bytes.HasPrefix(l, []byte("m=audio ")) && len(words) > 4 {
			lines[i] = append(bytes.Join(words[:4], []byte(" ")), '\r', '\n')
		}
	}
	return bytes.Join(lines, nil)
}
