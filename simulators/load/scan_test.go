package load

import (
	"errors"
	"strings"
	"testing"
)

// lines makes a message: its lines, an empty one and no body.
func crlf(l ...string) []byte { return []byte(strings.Join(l, "\r\n") + "\r\n\r\n") }

const cseqLine, idLine, viaLine, fromLine, toLine = "CSeq: 7 INVITE", "Call-ID: a@b", "Via: SIP/2.0/UDP h;branch=z9hG4bKx", "From: <sip:a@h>;tag=1", "To: <sip:b@h>"

func TestScan(t *testing.T) {
	for _, x := range []struct {
		name string
		in   []byte
		want message // of it: what is not nil or 0
	}{
		{"a response", crlf("SIP/2.0 180 Ringing", viaLine, fromLine, toLine+";tag=2", idLine, cseqLine), message{status: 180, number: 7, of: invite, callID: []byte("a@b"), to: []byte("<sip:b@h>;tag=2")}},
		{"a request", crlf("BYE sip:b@h SIP/2.0", viaLine, fromLine, toLine, idLine, "CSeq: 8 BYE"), message{method: bye, uri: []byte("sip:b@h"), number: 8, of: bye}},
		{"a method that we do not know", crlf("PUBLISH sip:b@h SIP/2.0", viaLine, fromLine, toLine, idLine, "CSeq: 1 PUBLISH"), message{method: otherMethod, of: otherMethod, number: 1}},
		{"compact forms", crlf("SIP/2.0 200 OK", "v: SIP/2.0/UDP h;branch=z9hG4bKx", "f: <sip:a@h>;tag=1", "t: <sip:b@h>", "i: a@b", cseqLine, "m: <sip:c@h>", "l: 0"), message{status: 200, callID: []byte("a@b"), contact: []byte("sip:c@h")}},
		{"names in any case", crlf("SIP/2.0 200 OK", "VIA: x", "FROM: y", "to: z", "CALL-id: a@b", "cSeQ: 1 BYE"), message{status: 200, callID: []byte("a@b"), of: bye}},
		{"space before the colon", crlf("SIP/2.0 200 OK", viaLine, fromLine, toLine, "Call-ID  : a@b", cseqLine), message{callID: []byte("a@b")}},
		{"folded lines", crlf("SIP/2.0 200 OK", viaLine, "From: <sip:a@h>", "  ;tag=1", toLine, idLine, "CSeq:", " 7", "\tINVITE"), message{from: []byte("<sip:a@h>\r\n  ;tag=1"), number: 7, of: invite}},
		{"bare line feeds", []byte("SIP/2.0 200 OK\nVia: x\nFrom: y\nTo: z\nCall-ID: a@b\nCSeq: 1 BYE\n\n"), message{status: 200, of: bye}},
		{"a contact with a display name that looks like one", crlf("SIP/2.0 200 OK", viaLine, fromLine, toLine, idLine, cseqLine, `Contact: "a \" <sip:no@h>" <sip:yes@h;transport=udp>;q=1, <sip:second@h>`), message{contact: []byte("sip:yes@h;transport=udp")}},
		{"a contact without brackets", crlf("SIP/2.0 200 OK", viaLine, fromLine, toLine, idLine, cseqLine, `Contact: sip:yes@h;q=1`), message{contact: []byte("sip:yes@h")}},
		{"a challenge", crlf("SIP/2.0 407 Who", viaLine, fromLine, toLine, idLine, cseqLine, `Proxy-Authenticate: Digest realm="r"`), message{status: 407, auth: []byte(`Digest realm="r"`), proxy: true}},
		{"a body", append(crlf("SIP/2.0 200 OK", viaLine, fromLine, toLine, idLine, cseqLine, "Content-Length: 3"), "v=0 and more"...), message{body: []byte("v=0")}},
		{"a body without a length", append(crlf("SIP/2.0 200 OK", viaLine, fromLine, toLine, idLine, cseqLine), "v=0"...), message{body: []byte("v=0")}},
	} {
		t.Run(x.name, func(t *testing.T) {
			var m message
			if err := scan(x.in, &m); err != nil {
				t.Fatal(err)
			}
			same := func(what string, got, want []byte) {
				if want != nil && string(got) != string(want) {
					t.Errorf("%s %q, want %q", what, got, want)
				}
			}
			same("Call-ID", m.callID, x.want.callID)
			same("To", m.to, x.want.to)
			same("From", m.from, x.want.from)
			same("Contact", m.contact, x.want.contact)
			same("URI", m.uri, x.want.uri)
			same("challenge", m.auth, x.want.auth)
			same("body", m.body, x.want.body)
			if x.want.status != 0 && m.status != x.want.status || m.method != x.want.method || m.proxy != x.want.proxy ||
				x.want.number != 0 && m.number != x.want.number || x.want.of != noMethod && m.of != x.want.of {
				t.Errorf("got %+v, want %+v", m, x.want)
			}
		})
	}
}

func TestScanRefuses(t *testing.T) {
	ok := []string{"SIP/2.0 200 OK", viaLine, fromLine, toLine, idLine, cseqLine}
	with := func(more ...string) []byte { return crlf(append(ok[:len(ok):len(ok)], more...)...) }
	without := func(i int) []byte { return crlf(append(append([]string{}, ok[:i]...), ok[i+1:]...)...) }
	many := make([]string, most)
	for i := range many {
		many[i] = viaLine
	}
	for _, x := range []struct {
		name string
		in   []byte
		want error
	}{
		{"nothing", nil, errStart},
		{"one line without an end", []byte("SIP/2.0 200 OK"), errStart},
		{"another protocol", crlf("HTTP/1.1 200 OK"), errStart},
		{"another version", crlf("BYE sip:a SIP/3.0"), errStart},
		{"a code of two digits", crlf("SIP/2.0 20 OK"), errStart},
		{"a code of four digits", crlf("SIP/2.0 2000 OK"), errStart},
		{"a code that is none", crlf("SIP/2.0 2x0 OK"), errStart},
		{"a request without a URI", crlf("BYE SIP/2.0"), errStart},
		{"an end in the header", []byte("SIP/2.0 200 OK\r\nVia: x\r\nFrom"), errEnd},
		{"no empty line", []byte("SIP/2.0 200 OK\r\nVia: x\r\n"), errEnd},
		{"no colon", with("Subject"), errLine},
		{"no name", with(": x"), errLine},
		{"no Via", without(1), errMissing},
		{"no From", without(2), errMissing},
		{"no To", without(3), errMissing},
		{"no Call-ID", without(4), errMissing},
		{"no CSeq", without(5), errMissing},
		{"two Call-IDs", with("i: c@d"), errTwice},
		{"a CSeq without a method", append(without(5)[:len(without(5))-2], "CSeq: 7\r\n\r\n"...), errCSeq},
		{"a CSeq without a number", append(without(5)[:len(without(5))-2], "CSeq: INVITE\r\n\r\n"...), errCSeq},
		{"a CSeq of 2^31", append(without(5)[:len(without(5))-2], "CSeq: 2147483648 BYE\r\n\r\n"...), errCSeq},
		{"a CSeq of another method", crlf("BYE sip:b SIP/2.0", viaLine, fromLine, toLine, idLine, cseqLine), errCSeq},
		{"a length that is none", with("Content-Length: x"), errLength},
		{"a length below 0", with("Content-Length: -1"), errLength},
		{"two lengths", with("Content-Length: 0", "l: 0"), errLength},
		{"a body that is cut short", with("Content-Length: 1"), errLength},
		{"too many Vias", with(many...), errMany},
	} {
		t.Run(x.name, func(t *testing.T) {
			var m message
			if err := scan(x.in, &m); !errors.Is(err, x.want) {
				t.Errorf("got %v, want %v", err, x.want)
			}
		})
	}
}

func TestParts(t *testing.T) {
	for _, x := range []struct{ name, got, want string }{
		{"a tag", string(tagOf([]byte("<sip:a@h;tag=no>;x=1;tag=yes"))), "yes"},
		{"a tag without brackets", string(tagOf([]byte("sip:a@h;tag=yes"))), "yes"},
		{"a tag in any case, with space", string(tagOf([]byte("<sip:a@h> ; TAG = yes ;x"))), "yes"},
		{"no tag", string(tagOf([]byte("<sip:a@h;tag=no>"))), ""},
		{"a tag in a display name", string(tagOf([]byte(`"x;tag=no" <sip:a@h>;tag=yes`))), "yes"},
		{"a branch", string(param(first([]byte("SIP/2.0/UDP h;rport;branch=z9hG4bKa, SIP/2.0/UDP i;branch=z9hG4bKb")), "branch")), "z9hG4bKa"},
		{"no branch in the first", string(param(first([]byte("SIP/2.0/UDP h, SIP/2.0/UDP i;branch=z9hG4bKb")), "branch")), ""},
		{"the first of a list behind a quoted backslash", string(first([]byte(`"a\\" <sip:c@h>, <sip:e>`))), `"a\\" <sip:c@h>`},
		{"the first of a list with a quoted quote", string(first([]byte(`"a\", b" <sip:c@h>, <sip:e>`))), `"a\", b" <sip:c@h>`},
		{"routes behind a quoted backslash", string(appendRoutes(nil, &message{routes: 1, route: [most][]byte{[]byte(`"a\\" <sip:c;lr>, "b, c" <sip:d;lr>,<sip:e,f;lr>`)}})), "Route: <sip:e,f;lr>\r\nRoute: \"b, c\" <sip:d;lr>\r\nRoute: \"a\\\\\" <sip:c;lr>\r\n"},
		{"the first of a list with a comma in quotes", string(first([]byte(`"a, b" <sip:c,d@h>, <sip:e>`))), `"a, b" <sip:c,d@h>`},
	} {
		if x.got != x.want {
			t.Errorf("%s: got %q, want %q", x.name, x.got, x.want)
		}
	}
}

var sink message

func BenchmarkScan(b *testing.B) {
	in := append(crlf("SIP/2.0 200 OK", "Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK-i0000000100000002;rport=5060", "From: <sip:1000@127.0.0.1>;tag=0000000100000002", "To: <sip:2000@127.0.0.1>;tag=81726354", "Call-ID: 0000000100000002@127.0.0.1", "CSeq: 1 INVITE", "Contact: <sip:127.0.0.1:5070>", "Content-Type: application/sdp", "Content-Length: 119"), strings.Repeat("v=0\r\n..", 17)...)
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		if err := scan(in, &sink); err != nil {
			b.Fatal(err)
		}
	}
}
