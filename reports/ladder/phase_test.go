package ladder_test

import (
	"testing"

	"ringproof/reports/ladder"
)

func TestPhase(t *testing.T) {
	const register = "REGISTER sip:pbx.example SIP/2.0\r\n"
	for raw, want := range map[string]string{
		register + "CSeq: 1 REGISTER\r\n\r\n":                                  ladder.Asking,
		register + "Contact: <sip:1@192.0.2.1>\r\nExpires: 60\r\n\r\n":         ladder.Registering,
		register + "m: <sip:1@192.0.2.1>;expires=60;q=1\r\nExpires: 0\r\n\r\n": ladder.Registering,
		register + "Contact: *\r\nExpires: 0\r\n\r\n":                          ladder.Removing,
		register + "Contact: <sip:1@192.0.2.1>;Expires=0\r\n\r\n":              ladder.Removing,
		register + "X: y\r\n\r\nContact: body\r\n":                             ladder.Asking,
		"INVITE sip:1@192.0.2.1 SIP/2.0\r\n\r\n":                               ladder.Calling,
		"SIP/2.0 200 OK\r\nCSeq: 1 REGISTER\r\n\r\n":                           "",
	} {
		if got := ladder.Phase(raw); got != want {
			t.Errorf("%q: got %q, want %q", raw, got, want)
		}
	}
}
