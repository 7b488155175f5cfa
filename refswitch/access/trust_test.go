package access_test

import (
	"net/netip"
	"testing"

	"ringproof/refswitch/access"
)

func TestTheMostSpecificNetworkSaysWhoseAnAddressIs(t *testing.T) {
	var x access.Trust
	for from, trunk := range map[string]string{
		"192.0.2.0/24": "network", "192.0.2.128/25": "half", "192.0.2.200/32": "one", "2001:db8::/32": "six",
	} {
		x.Add(netip.MustParsePrefix(from), trunk)
	}
	for addr, want := range map[string]string{
		"192.0.2.1": "network", "192.0.2.129": "half", "192.0.2.200": "one", "::ffff:192.0.2.200": "one",
		"192.0.3.1": "", "2001:db8::1": "six", "2001:db9::1": "",
	} {
		got, ok := x.Trunk(netip.MustParseAddr(addr))
		if got != want || ok != (want != "") {
			t.Errorf("%s: got %q, %v; want %q", addr, got, ok, want)
		}
	}
}
