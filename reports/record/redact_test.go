package record_test

import (
	"strings"
	"testing"

	"ringproof/reports/record"
)

func TestRedact(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{
			"a digest's response and cnonce go, the rest stays",
			`Authorization: Digest username="1001", realm="r", nonce="abc", uri="sip:r", response="0123456789abcdef", cnonce="fed", qop=auth, nc=00000001`,
			`Authorization: Digest username="1001", realm="r", nonce="abc", uri="sip:r", response="xxxxxxxxxxxxxxxx", cnonce="xxx", qop=auth, nc=00000001`,
		},
		{
			"so do those for a proxy, however they are written",
			"Proxy-Authorization: Digest RESPONSE = \"0a\",\r\n CNonce=\"0b\"",
			"Proxy-Authorization: Digest RESPONSE = \"xx\",\r\n CNonce=\"xx\"",
		},
		{"each of several credentials", `response="a1"` + "\r\n" + `response="b22"`, `response="xx"` + "\r\n" + `response="xxx"`},
		{"basic credentials", "INVITE x\r\nAuthorization: Basic dTpw\r\n", "INVITE x\r\nAuthorization: Basic xxxx\r\n"},
		{"a password in a SIP URI", "Contact: <sip:1001:secret@192.0.2.1:5060>", "Contact: <sip:1001:xxxxxx@192.0.2.1:5060>"},
		{"a password in a SIPS URI", "To: <SIPS:bob:pw@example.test;x=y>", "To: <SIPS:bob:xx@example.test;x=y>"},
		{"a password behind another URI", "To: sip:a@b;x=sip:c:d@e", "To: sip:a@b;x=sip:c:x@e"},
		{"a port is no password", "INVITE sip:192.0.2.1:5060 SIP/2.0\r\nTo: <sip:bob@example.test>", "INVITE sip:192.0.2.1:5060 SIP/2.0\r\nTo: <sip:bob@example.test>"},
		{"an SRTP key goes, its lifetime stays", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3|2^20|1:32", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:xxxxxxxxxxxxxxxx|2^20|1:32"},
		{"each key of several", "a=crypto:1 F inline:abc|2^20|1:4;inline:defg|2^20|2:4", "a=crypto:1 F inline:xxx|2^20|1:4;inline:xxxx|2^20|2:4"},
		{"each crypto line of several", "a=crypto:1 A inline:abc\r\na=crypto:2 B inline:def\r\n", "a=crypto:1 A inline:xxx\r\na=crypto:2 B inline:xxx\r\n"},
		{"the old key line", "m=audio 1 RTP/AVP 0\r\nk=clear:key\r\n", "m=audio 1 RTP/AVP 0\r\nk=xxxxxxxxx\r\n"},
		{"a key management message", "a=key-mgmt:mikey AQAFgM0X\r\n", "a=key-mgmt:mikey xxxxxxxx\r\n"},
		{"an ICE password", "a=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\n", "a=ice-ufrag:8hhY\r\na=ice-pwd:xxxxxxxxxxxxxxxxxxxxxx\r\n"},
		{"a server's proof of the password", `Authentication-Info: rspauth="0a1b", nc=00000001`, `Authentication-Info: rspauth="xxxx", nc=00000001`},
		{"a key of many bytes is as long as it was", `response="ü"`, `response="xx"`},
		{"a response line is no digest's response", "SIP/2.0 200 OK\r\nX-Response: fine", "SIP/2.0 200 OK\r\nX-Response: fine"},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := record.Redact(c.in)
			if got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			if len(got) != len(c.in) {
				t.Errorf("%d bytes became %d: Content-Length would not hold", len(c.in), len(got))
			}
		})
	}
}

// What is redacted keeps its length, its lines, and holds nothing more to
// redact.
func FuzzRedact(f *testing.F) {
	f.Add(`response="a" sip:a:b@c`)
	f.Add("a=crypto:1 A inline:abc|1\r\nk=base64:x\r\n")
	f.Fuzz(func(t *testing.T, s string) {
		got := record.Redact(s)
		if len(got) != len(s) || strings.Count(got, "\n") != strings.Count(s, "\n") {
			t.Errorf("%q became %q", s, got)
		}
		if again := record.Redact(got); again != got {
			t.Errorf("%q became %q, then %q", s, got, again)
		}
	})
}
