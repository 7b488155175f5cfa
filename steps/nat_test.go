package steps_test

import (
	"strings"
	"testing"

	"ringproof/reports/record"
)

// seenElsewhere has the system see every party at another address (RFC 3581
// §4), as behind NAT.
var seenElsewhere = change("SIP/2.0", `;received=[^;\r]*`, ";received=198.51.100.1")

// withoutInvites loses the calls of the system, and changes nothing else.
func withoutInvites(m string) []string {
	if strings.HasPrefix(m, "INVITE ") {
		return nil
	}
	return []string{m}
}

func TestACallThatIsLostIsOfNATWhereItsPhoneIsBehindOne(t *testing.T) {
	for _, c := range []struct {
		name string
		sip  mangle
		want record.Cause
		why  string // a part of the finding
	}{
		{"behind NAT", func(m string) (out []string) {
			for _, left := range withoutInvites(m) {
				out = append(out, seenElsewhere(left)...)
			}
			return out
		}, record.CauseNAT, "phone 1002 stands at 127.0.0.21:"},
		{"not behind NAT", withoutInvites, record.CauseRouting, "never reached phone 1002"},
	} {
		t.Run(c.name, func(t *testing.T) {
			run := mangledRun(t, c.sip, nil, "@id:register.idle")
			if len(run.Findings) == 0 {
				t.Fatalf("%s, and no finding", run.Why)
			}
			if f := run.Findings[0]; f.Cause != c.want || !strings.Contains(f.Why, c.why) {
				t.Errorf("got %s: %s; want %s: %s", f.Cause, f.Why, c.want, c.why)
			}
		})
	}
}
