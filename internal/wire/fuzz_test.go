package wire_test

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"ringproof/internal/wire"
)

func FuzzParse(f *testing.F) {
	for _, raw := range []string{
		invite, ok, strings.ReplaceAll(invite, ": ", ":\r\n "), strings.Replace(invite, "Via", "v", 1),
		"ACK sip:[2001:db8::1]:5060;lr?a=b SIP/2.0\r\nv: SIP/2.0/UDP [::1]:1;rport, SIP/2.0/TCP a\r\n\r\nv=0",
	} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := bytes.Clone(raw)
		req, res, err := wire.Parse(raw)
		if !bytes.Equal(raw, before) {
			t.Fatal("the octets were changed")
		}
		if err != nil {
			if wire.Answerable(req) {
				_ = wire.NewResponse(req, 400, "Bad Request", "t").String()
			}
			return
		}
		if (req == nil) == (res == nil) {
			t.Fatalf("got %v and %v, want one message", req, res)
		}
		m := wire.Message{Request: req, Response: res}
		if m.CallID() == "" {
			t.Error("no Call-ID")
		}
		if req == nil {
			return
		}
		if !wire.Answerable(req) && !req.IsAck() {
			t.Error("a good request that cannot be answered")
		}
		_ = wire.ReturnPath(req, wire.Hop{Transport: wire.UDP})
		_ = wire.NewResponse(req, 200, "OK", "t").String()
	})
}

// read cuts a stream into messages.
func read(r io.Reader) (all [][]byte) {
	for br := bufio.NewReader(r); ; {
		m, err := wire.ReadMessage(br)
		if err != nil {
			return all
		}
		all = append(all, m)
	}
}

func FuzzReadMessage(f *testing.F) {
	for _, raw := range []string{
		invite + ok, "\r\n\r\n" + invite + "\r\n" + ok, "A\r\nl: 3\r\n\r\nabcB\r\n\r\n", "A\nContent-Length:\n 3\n\nabc",
		"A\r\nS: x\r\n l: 9\r\n\r\nB\r\n\r\n", "A\r\nl: -1\r\n\r\n", "A\r\nS: " + strings.Repeat("x", 4093) + "\r\nl: 1\r\n\r\nbC\r\n\r\n",
	} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		whole := read(bytes.NewReader(raw))
		pieces := read(iotest.OneByteReader(bytes.NewReader(raw)))
		if len(whole) != len(pieces) {
			t.Fatalf("%d messages in one piece, %d in many", len(whole), len(pieces))
		}
		rest := raw
		for i, m := range whole {
			if !bytes.Equal(m, pieces[i]) {
				t.Errorf("message %d: %q in one piece, %q in many", i, m, pieces[i])
			}
			at := bytes.Index(rest, m)
			if at < 0 || len(bytes.Trim(rest[:at], "\r\n")) > 0 {
				t.Fatalf("message %d, %q, is not what comes next in %q", i, m, rest)
			}
			rest = rest[at+len(m):]
		}
	})
}
