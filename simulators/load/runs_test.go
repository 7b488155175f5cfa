package load

import (
	"net/netip"
	"testing"

	"ringproof/internal/batch"
)

// A system under test would take the second run's calls for retransmissions of
// the first's, and answer them with what it had answered before.
func TestTwoRunsFromOneAddressShareNothing(t *testing.T) {
	cfg := Config{
		From: netip.MustParseAddrPort("127.0.0.1:0"), To: there, Callers: One("1"), Called: One("2"),
		Arrivals: one, Limit: 1,
	}
	var invites [2]string
	for i := range invites {
		c, err := cfg.engine(0, 1, batch.NewClock())
		if err != nil {
			t.Fatal(err)
		}
		invites[i] = string(c.w.invite(nil, c.leg(0), 1, nil, ""))
		cfg.From = c.s.Local()
		if err := c.s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"Via", "Call-ID", "From"} {
		if a := lineOf(invites[0], name); a == lineOf(invites[1], name) {
			t.Errorf("both runs have %q", a)
		}
	}
}
