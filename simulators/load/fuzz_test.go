package load

import (
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
)

// FuzzScan holds the scanner against another parser: what both take, they
// must read alike.
func FuzzScan(f *testing.F) {
	f.Add(crlf("SIP/2.0 180 Ringing", viaLine, fromLine, toLine+";tag=2", idLine, cseqLine))
	f.Add(crlf("INVITE sip:b@h SIP/2.0", viaLine, fromLine, toLine, idLine, cseqLine, "Contact: \"a, <b>\" <sip:c@h>;q=1", "Record-Route: <sip:x;lr>, <sip:y;lr>"))
	f.Add(crlf("SIP/2.0 401 Who", "v: SIP/2.0/UDP h;branch=z9hG4bKx", "f: <sip:a@h>;tag=1", "t: sip:b@h", "i: a@b", cseqLine, "m: <sip:c@h>", "l: 0", `WWW-Authenticate: Digest realm="r", nonce="n"`))
	f.Add(crlf("SIP/2.0 200 OK", viaLine, "From: <sip:a@h>", "  ;tag=1", toLine, idLine, "CSeq:", " 7", "\tINVITE"))
	f.Add(append(crlf("SIP/2.0 200 OK", viaLine, fromLine, toLine, idLine, cseqLine, "Content-Length: 3"), "v=0"...))
	parser := sip.NewParser()
	f.Fuzz(func(t *testing.T, b []byte) {
		var m message
		if scan(b, &m) != nil {
			return
		}
		tagOf(m.to)
		tagOf(m.from)
		param(first(m.via[0]), "branch")
		appendRoutes(nil, &m)
		if lone(b) {
			return // not every parser ends a line there
		}
		other, err := parser.ParseSIP(b)
		if err != nil {
			return
		}
		if id := other.CallID(); id != nil && id.Value() != string(m.callID) {
			t.Errorf("Call-ID %q, and another parser reads %q", m.callID, id.Value())
		}
		if c := other.CSeq(); c != nil && (c.SeqNo != m.number || methodOf([]byte(c.MethodName)) != m.of) {
			t.Errorf("CSeq %d, and another parser reads %d %s", m.number, c.SeqNo, c.MethodName)
		}
		switch o := other.(type) {
		case *sip.Response:
			if o.StatusCode != m.status {
				t.Errorf("status %d, and another parser reads %d", m.status, o.StatusCode)
			}
		case *sip.Request:
			if methodOf([]byte(o.Method)) != m.method {
				t.Errorf("another parser reads method %s", o.Method)
			}
		}
		if to := other.To(); to != nil {
			if tag, ok := to.Params.Get("tag"); ok && plain(tag) && plain(string(m.to)) && tag != string(tagOf(m.to)) {
				t.Errorf("tag %q in %q, and another parser reads %q", tagOf(m.to), m.to, tag)
			}
		}
	})
}

// plain tells whether a value has nothing in it that parsers may read in more
// than one way.
func plain(s string) bool {
	if strings.ContainsAny(s, "\"\r\n\t \\,%") {
		return false
	}
	uri, params, angled := strings.Cut(strings.TrimPrefix(s, "<sip:"), ">")
	if !angled {
		return !strings.ContainsAny(s, "=<")
	}
	return strings.HasPrefix(s, "<sip:") && !strings.ContainsAny(uri+params, "<>") && (params == "" || params[0] == ';')
}

// lone tells whether a line ends in less than CR and LF.
func lone(b []byte) bool {
	s := strings.ReplaceAll(string(b), "\r\n", "")
	return strings.ContainsAny(s, "\r\n")
}
