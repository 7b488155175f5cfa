package load

import (
	"net/netip"
	"strings"
	"testing"
)

// RFC 3261 §25.1 (IPv6reference), RFC 8866 §5.7.
func TestMessagesOfIPv6AndTCP(t *testing.T) {
	at := netip.MustParseAddrPort("[2001:db8::1]:5060")
	w := newWriter(at, "[2001:db8::2]:5070", One("1"), One("2"), SDP(netip.AddrPortFrom(at.Addr(), 9)))
	w.overTCP()
	text := string(w.invite(nil, leg{1, 2, 3}, 1, nil, w.body))
	for _, want := range []string{
		"INVITE sip:2@[2001:db8::2]:5070 SIP/2.0\r\n", "Via: SIP/2.0/TCP [2001:db8::1]:5060;branch=z9hG4bK", "From: <sip:1@[2001:db8::1]:5060>;tag=",
		"Call-ID: 0000000100000002@[2001:db8::1]:5060\r\n", "Contact: <sip:[2001:db8::1]:5060;transport=tcp>\r\n", "c=IN IP6 2001:db8::1\r\n", "o=- 1 1 IN IP6 2001:db8::1\r\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("got\n%s\nwithout %q", text, want)
		}
	}
	var m message
	if err := scan([]byte(text), &m); err != nil {
		t.Error(err)
	}
	for uri, want := range map[string]string{
		"sip:x@[2001:db8::3]:5080;transport=tcp": "[2001:db8::3]:5080", "sip:[2001:db8::3]": "[2001:db8::3]:5060", "sip:x@name.example": "[2001:db8::1]:5060",
	} {
		if got := hopOf([]byte(uri), at); got.String() != want {
			t.Errorf("%s leads to %s, want %s", uri, got, want)
		}
	}
}

// An INVITE that was challenged three times has CSeq 4, and the last of six BYEs
// behind it 10.
func TestCSeqOfTwoDigits(t *testing.T) {
	w := newWriter(here1, "h", One("1"), One("2"), "")
	text := string(w.within(nil, "BYE", branchBye+mostByes, 1+mostAsked+1+mostByes, leg{1, 2, 3}, &dialog{}, nil))
	if !strings.Contains(text, "\r\nCSeq: 10 BYE\r\n") {
		t.Errorf("got\n%s", text)
	}
}
