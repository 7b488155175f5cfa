package wire_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
	"go.uber.org/goleak"

	"ringproof/internal/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// invite is RFC 3665 §3.1's F1, without its body.
const invite = "INVITE sip:bob@biloxi.example.com SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK74bf9\r\n" +
	"Max-Forwards: 70\r\n" +
	"From: Alice <sip:alice@atlanta.example.com>;tag=9fxced76sl\r\n" +
	"To: Bob <sip:bob@biloxi.example.com>\r\n" +
	"Call-ID: 3848276298220188511@atlanta.example.com\r\n" +
	"CSeq: 1 INVITE\r\n" +
	"Contact: <sip:alice@192.0.2.2>\r\n" +
	"Content-Length: 0\r\n\r\n"

const ok = "SIP/2.0 200 OK\r\n" +
	"Via: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK74bf9\r\n" +
	"From: Alice <sip:alice@atlanta.example.com>;tag=9fxced76sl\r\n" +
	"To: Bob <sip:bob@biloxi.example.com>;tag=8321234356\r\n" +
	"Call-ID: 3848276298220188511@atlanta.example.com\r\n" +
	"CSeq: 1 INVITE\r\n" +
	"Content-Length: 0\r\n\r\n"

// with replaces one part of a message.
func with(t *testing.T, raw, old, put string) string {
	t.Helper()
	if strings.Count(raw, old) == 0 {
		t.Fatalf("no %q in\n%s", old, raw)
	}
	return strings.Replace(raw, old, put, 1)
}

func without(t *testing.T, raw, name string) string {
	t.Helper()
	_, after, found := strings.Cut(raw, "\r\n"+name+":")
	line, _, ends := strings.Cut(after, "\r\n")
	if !found || !ends {
		t.Fatalf("no %s in\n%s", name, raw)
	}
	return with(t, raw, "\r\n"+name+":"+line+"\r\n", "\r\n")
}

func TestParse(t *testing.T) {
	rows := []struct {
		name, raw  string
		want       string // the error's end; empty for none
		answerable bool   // where there is an error
	}{
		{name: "a request as it should be", raw: invite},
		{name: "a response as it should be", raw: ok},
		{name: "any method at all", raw: strings.ReplaceAll(invite, "INVITE", "FROBNICATE")},
		{name: "a version in small letters", raw: with(t, invite, "com SIP/2.0", "com sip/2.0")},
		{name: "octets after the body, which are ignored (RFC 3261 §18.3)", raw: invite + "more"},
		{name: "no Content-Length over UDP", raw: without(t, invite, "Content-Length")},
		{name: "much white space before the CSeq method", raw: with(t, invite, "1 INVITE", "1 \t INVITE")},
		{name: "no Max-Forwards", raw: without(t, invite, "Max-Forwards")},
		{name: "a header field that nobody knows", raw: with(t, invite, "Max", "X-Whatever: ;;,,<\r\nMax")},

		{"another version", with(t, invite, "com SIP/2.0", "com SIP/3.0"), "want SIP/2.0, got SIP/3.0 (RFC 3261 §7.1)", true},
		{"another version of a response", with(t, ok, "SIP/2.0 200", "SIP/1.0 200"), "want SIP/2.0, got SIP/1.0 (RFC 3261 §7.1)", false},
		{"a CSeq of another method", with(t, invite, "1 INVITE", "1 OPTIONS"), "want CSeq method INVITE, got OPTIONS (RFC 3261 §8.1.1.5)", true},
		{"a CSeq method in small letters", with(t, invite, "1 INVITE", "1 invite"), "want CSeq method INVITE, got invite (RFC 3261 §8.1.1.5)", true},
		{"an ACK with another's CSeq", with(t, invite, "INVITE sip", "ACK sip"), "(RFC 3261 §8.1.1.5)", false},
		{"less body than its Content-Length", with(t, invite, "Length: 0", "Length: 1"), "want a body as long as its Content-Length, got less (RFC 3261 §18.3)", true},
		{"less body in a response", with(t, ok, "Length: 0", "Length: 1"), "(RFC 3261 §18.3)", false},
		{"a Content-Length below zero", with(t, invite, "Length: 0", "Length: -1"), "invalid syntax", true},
		{"a CSeq that is no number", with(t, invite, "1 INVITE", "one INVITE"), "invalid syntax", false},
		{"a CSeq of 2**31 (§8.1.1.5)", with(t, invite, "1 INVITE", "2147483648 INVITE"), "2**31 - 1", false},
		{"a header field without a colon", with(t, invite, "Contact: <sip:", "Contact <sip"), "", true},
		{"lines that end with LF alone", strings.ReplaceAll(invite, "\r\n", "\n"), "", false},
		{"no empty line", strings.TrimSuffix(invite, "\r\n"), "", true},
		{"another protocol", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "", false},
		{"nothing", "", "", false},
	}
	for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
		want := "want a " + name + " header field, got none (RFC 3261 §8.1.1)"
		rows = append(rows, []struct {
			name, raw, want string
			answerable      bool
		}{
			{"a request without " + name, without(t, invite, name), want, false},
			{"a response without " + name, without(t, ok, name), want, false},
		}...)
	}
	for i, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			req, res, err := wire.Parse([]byte(row.raw))
			if good := i < 9; good {
				if err != nil || (req == nil) == (res == nil) {
					t.Errorf("got %v, %v, %v, want one message", req, res, err)
				}
				return
			}
			if err == nil || !strings.HasSuffix(err.Error(), row.want) {
				t.Errorf("got %v, want %s", err, row.want)
			}
			if violation := (*wire.Violation)(nil); strings.Contains(row.want, "RFC") && !errors.As(err, &violation) {
				t.Errorf("got a %T, want a *wire.Violation", err)
			}
			if got := wire.Answerable(req); got != row.answerable {
				t.Errorf("answerable: got %t, want %t", got, row.answerable)
			}
		})
	}
}

// RFC 3261 §7.3.1 and §7.3.3.
func TestHeaderFieldsMayBeWrittenInManyWays(t *testing.T) {
	compact := strings.NewReplacer("Via:", "v:", "From:", "f:", "To:", "t:", "Call-ID:", "i:", "Contact:", "m:", "Content-Length:", "l:")
	folded := strings.NewReplacer("Via: ", "Via:\r\n  ", "70", "\r\n\t70", ";tag", "\r\n ;tag", "1 INVITE", "1\r\n INVITE")
	spaced := strings.NewReplacer("SIP/2.0/UDP ", "SIP / 2.0 / UDP   ", ":5060;branch=", " ; branch = ", ";tag=", " ;\ttag\t= ", "1 INVITE", "1   INVITE")
	rows := map[string]string{
		"compact":               compact.Replace(invite),
		"in small letters":      strings.NewReplacer("Via:", "via:", "Call-ID:", "call-id:", "CSeq:", "cseq:").Replace(invite),
		"in capital letters":    strings.NewReplacer("Via:", "VIA:", "Call-ID:", "CALL-ID:", "CSeq:", "CSEQ:").Replace(invite),
		"with space before :":   strings.ReplaceAll(invite, ": ", " : "),
		"without space at all":  strings.ReplaceAll(invite, ": ", ":"),
		"folded":                folded.Replace(invite),
		"with space everywhere": spaced.Replace(invite),
	}
	for name, raw := range rows {
		t.Run(name, func(t *testing.T) {
			req, _, err := wire.Parse([]byte(raw))
			if err != nil {
				t.Fatal(err)
			}
			branch, _ := req.Via().Params.Get("branch")
			tag, _ := req.From().Params.Get("tag")
			got := fmt.Sprint(req.Via().Transport, " ", req.Via().Host, " ", branch, " ", tag, " ", req.CallID().Value(), " ", req.CSeq().SeqNo, req.CSeq().MethodName, " ", req.MaxForwards().Val())
			if want := "UDP 192.0.2.2 z9hG4bK74bf9 9fxced76sl 3848276298220188511@atlanta.example.com 1INVITE 70"; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestSeveralViasInOneLineAreSeveral(t *testing.T) {
	raw := with(t, invite, "z9hG4bK74bf9\r\n", "z9hG4bK74bf9, SIP/2.0/TCP p1.example.com;branch=z9hG4bKb ,SIP/2.0/UDP p2.example.com:5070;branch=z9hG4bKc\r\nVia: SIP/2.0/UDP p3;branch=z9hG4bKd\r\n")
	req, _, err := wire.Parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	res := wire.NewResponse(req, 200, "OK", "tag")
	for what, m := range map[string]interface{ GetHeaders(string) []sip.Header }{"request": req, "response": res} {
		var got []string
		for _, h := range m.GetHeaders("Via") {
			got = append(got, h.Value())
		}
		want := "SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK74bf9 | SIP/2.0/TCP p1.example.com;branch=z9hG4bKb | " +
			"SIP/2.0/UDP p2.example.com:5070;branch=z9hG4bKc | SIP/2.0/UDP p3;branch=z9hG4bKd"
		if s := strings.Join(got, " | "); s != want {
			t.Errorf("%s: got %s\nwant %s", what, s, want)
		}
	}
}

// RFC 3261 §8.2.6.2, §12.1.1.
func TestNewResponse(t *testing.T) {
	request := with(t, invite, "Max", "Record-Route: <sip:p1;lr>\r\nRecord-Route: <sip:p2;lr>\r\nMax")
	rows := map[string]struct {
		raw  string
		code int
		want string
	}{
		"a final response has a tag and the route": {request, 200, "To: \"Bob\" <sip:bob@biloxi.example.com>;tag=ours\r\nRecord-Route: <sip:p1;lr>\r\nRecord-Route: <sip:p2;lr>"},
		"a provisional one too":                    {request, 180, "To: \"Bob\" <sip:bob@biloxi.example.com>;tag=ours\r\nRecord-Route: <sip:p1;lr>\r\nRecord-Route: <sip:p2;lr>"},
		"a 100 has no tag":                         {request, 100, "To: \"Bob\" <sip:bob@biloxi.example.com>"},
		"a refusal has no route":                   {request, 486, "To: \"Bob\" <sip:bob@biloxi.example.com>;tag=ours"},
		"nor has the response to a registration":   {strings.ReplaceAll(request, "INVITE", "REGISTER"), 200, "To: \"Bob\" <sip:bob@biloxi.example.com>;tag=ours"},
		"a tag that was there stays":               {with(t, request, "To: Bob <sip:bob@biloxi.example.com>", "To: <sip:b@b>;tag=x"), 486, "To: <sip:b@b>;tag=x"},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			req, _, err := wire.Parse([]byte(row.raw))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for line := range strings.SplitSeq(wire.NewResponse(req, row.code, "Said", "ours").String(), "\r\n") {
				if strings.HasPrefix(line, "To:") || strings.HasPrefix(line, "Record-Route:") {
					got = append(got, line)
				}
			}
			if s := strings.Join(got, "\r\n"); s != row.want {
				t.Errorf("got\n%s\nwant\n%s", s, row.want)
			}
			if req.To().Params.Has("tag") != strings.Contains(row.raw, ";tag=x") {
				t.Error("the request itself was changed")
			}
		})
	}
}

func TestSetBodyReplacesABodyWithItsTypeAndLength(t *testing.T) {
	req, _, err := wire.Parse([]byte(invite))
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{"v=0\r\n", "", "v=0\r\no=-\r\n"} {
		wire.SetBody(req, "application/sdp", []byte(body))
		got := req.String()
		if strings.Count(got, "Content-Length: "+fmt.Sprint(len(body))+"\r\n") != 1 || strings.Count(got, "Content-Length") != 1 {
			t.Errorf("length of %q: got\n%s", body, got)
		}
		if strings.Contains(got, "Content-Type: application/sdp\r\n") != (body != "") || !strings.HasSuffix(got, "\r\n\r\n"+body) {
			t.Errorf("body %q: got\n%s", body, got)
		}
	}
}

// RFC 3261 §18.2.2, RFC 3581 §4.
func TestReturnPath(t *testing.T) {
	udp := wire.Hop{Transport: wire.UDP, Addr: netip.MustParseAddrPort("203.0.113.7:40000")}
	tcp := wire.Hop{Transport: wire.TCP, Addr: udp.Addr}
	rows := []struct {
		name, via string
		from      wire.Hop
		want      string
	}{
		{"without rport: the source's address, the Via's port", "SIP/2.0/UDP 192.0.2.2:5070;branch=1", udp, "udp:203.0.113.7:5070"},
		{"and 5060 where it names none", "SIP/2.0/UDP 192.0.2.2;branch=1", udp, "udp:203.0.113.7:5060"},
		{"and where it names an impossible one", "SIP/2.0/UDP 192.0.2.2:99999;branch=1", udp, "udp:203.0.113.7:5060"},
		{"with rport: the source", "SIP/2.0/UDP 192.0.2.2:5070;rport;branch=1", udp, "udp:203.0.113.7:40000"},
		{"over TCP: the connection", "SIP/2.0/TCP 192.0.2.2:5070;branch=1", tcp, "tcp:203.0.113.7:40000"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			req, _, err := wire.Parse([]byte(with(t, invite, "SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK74bf9", row.via)))
			if err != nil {
				t.Fatal(err)
			}
			if got := wire.ReturnPath(req, row.from).String(); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

// RFC 3581 §4.
func TestMapping(t *testing.T) {
	for _, c := range []struct{ name, via, own, seen string }{
		{"another address and port", "10.0.0.7:5062;rport=41000;received=198.51.100.1", "10.0.0.7:5062", "198.51.100.1:41000"},
		{"another address, and no port asked for", "10.0.0.7:5062;received=198.51.100.1", "10.0.0.7:5062", "198.51.100.1:5062"},
		{"another port", "10.0.0.7:5062;rport=41000;received=10.0.0.7", "10.0.0.7:5062", "10.0.0.7:41000"},
		{"an IPv6 address", "[2001:db8::7]:5062;rport=41000;received=2001:db8::1", "[2001:db8::7]:5062", "[2001:db8::1]:41000"},
		{"the same address and port", "10.0.0.7:5062;rport=5062;received=10.0.0.7", "", ""},
		{"nothing said of it", "10.0.0.7:5062;rport", "", ""},
		{"what does not read", "10.0.0.7:5062;rport=70000;received=nowhere", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, res, err := wire.Parse([]byte("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP " + c.via + ";branch=z9hG4bK1\r\n" +
				"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n"))
			if err != nil {
				t.Fatal(err)
			}
			want := func(a netip.AddrPort, text string) bool {
				return a.IsValid() == (text != "") && (text == "" || a.String() == text)
			}
			if own, seen := wire.Mapping(res); !want(own, c.own) || !want(seen, c.seen) {
				t.Errorf("got %s seen at %s, want %s seen at %s", own, seen, c.own, c.seen)
			}
		})
	}
}

func TestParseHop(t *testing.T) {
	rows := map[string]string{ // empty for an error
		"udp:192.0.2.1:5070":     "udp:192.0.2.1:5070",
		"tcp:192.0.2.1:5070":     "tcp:192.0.2.1:5070",
		"TCP:192.0.2.1":          "tcp:192.0.2.1:5060",
		"192.0.2.1:5070":         "udp:192.0.2.1:5070",
		"192.0.2.1":              "udp:192.0.2.1:5060",
		"2001:db8::1":            "udp:[2001:db8::1]:5060",
		"tcp:[2001:db8::1]:5070": "tcp:[2001:db8::1]:5070",
		"[2001:db8::1]":          "udp:[2001:db8::1]:5060",
		"":                       "",
		"udp:":                   "",
		"tls:192.0.2.1":          "",
		"example.com":            "",
		"example.com:5060":       "",
		"192.0.2.1:":             "",
		"192.0.2.1:65536":        "",
		"192.0.2.1:sip":          "",
		"udp:tcp:192.0.2.1":      "",
		"192.0.2.256":            "",
		"192.0.2.1 ":             "",
		"[192.0.2.1]":            "",
		"[2001:db8::1":           "",
	}
	for text, want := range rows {
		t.Run(text, func(t *testing.T) {
			h, err := wire.ParseHop(text)
			if want == "" {
				if err == nil || !strings.Contains(err.Error(), "want [udp:|tcp:]ADDRESS[:PORT]") {
					t.Errorf("got %s, %v, want an error that says the form", h, err)
				}
				return
			}
			if err != nil || h.String() != want {
				t.Errorf("got %s, %v, want %s", h, err, want)
			}
		})
	}
}

func TestHopOf(t *testing.T) {
	rows := map[string]string{ // empty for an error
		"sip:bob@192.0.2.1":                        "udp:192.0.2.1:5060",
		"sip:192.0.2.1:5070;transport=tcp;lr":      "tcp:192.0.2.1:5070",
		"sip:192.0.2.1;transport=UDP":              "udp:192.0.2.1:5060",
		"sip:bob@[2001:db8::1]:5070;transport=tcp": "tcp:[2001:db8::1]:5070",
		"sip:bob@[2001:db8::1]":                    "udp:[2001:db8::1]:5060",
		"sip:bob@example.com":                      "",
		"sip:bob@192.0.2.1;transport=sctp":         "",
	}
	for text, want := range rows {
		t.Run(text, func(t *testing.T) {
			var u sip.Uri
			if err := sip.ParseUri(text, &u); err != nil {
				t.Fatal(err)
			}
			h, err := wire.HopOf(&u)
			if (err == nil) != (want != "") || err == nil && h.String() != want {
				t.Errorf("got %s, %v, want %q", h, err, want)
			}
		})
	}
}
