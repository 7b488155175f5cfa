package ladder_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ringproof/internal/golden"
	"ringproof/reports/ladder"
	"ringproof/reports/record"
)

func TestBuild(t *testing.T) {
	run, err := record.Read(filepath.Join("..", "testdata", "run"))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i := range len(run.Scenarios) + 1 { // and one that does not exist
		l := ladder.Build(run, i)
		fmt.Fprintf(&b, "scenario %d: %s, the system is column %d\n", i, strings.Join(l.Columns, " | "), l.System)
		for _, r := range l.Rows {
			arrow, again := "→", ""
			if r.From > r.To {
				arrow = "←"
			}
			if r.Again {
				again = ", again"
			}
			fmt.Fprintf(&b, "%8v  %d %s %d  %s (%s %d%s)\n", r.At, min(r.From, r.To), arrow, max(r.From, r.To), r.Label, r.Method, r.Code, again)
			if r.Raw == "" {
				t.Errorf("row %q has no message", r.Label)
			}
		}
	}
	golden.Compare(t, "testdata/ladder.txt", b.String())
}

func TestAddOneByOne(t *testing.T) {
	l := ladder.New(int64(time.Second), []string{"west"}, "pbx", []string{"east"})
	if _, ok := l.Add(record.Message{Party: "south", Raw: "OPTIONS sip:x SIP/2.0\r\n\r\n"}); ok {
		t.Error("a party without a column got a row")
	}
	r, ok := l.Add(record.Message{Party: "east", Sent: true, At: int64(1500 * time.Millisecond), Raw: "SIP/2.0 180 Ringing\r\ncseq : 1 INVITE\r\n\r\n"})
	want := ladder.Row{At: 500 * time.Millisecond, From: 2, To: 1, Label: "180 Ringing", Method: "INVITE", Code: 180, Raw: r.Raw}
	if !ok || r != want {
		t.Errorf("got %+v, %v\nwant %+v", r, ok, want)
	}
	if r, _ := l.Add(record.Message{Party: "east", Raw: r.Raw}); r.Again {
		t.Error("the same bytes the other way are no retransmission")
	}
	if r, _ := l.Add(record.Message{Party: "east", Sent: true, Raw: r.Raw}); !r.Again || len(l.Rows) != 3 {
		t.Errorf("got %+v among %d rows, want a retransmission", r, len(l.Rows))
	}
}

func TestLabel(t *testing.T) {
	for _, c := range []struct{ name, raw, want string }{
		{"a request to a number", "INVITE sip:8001@192.0.2.1:5060 SIP/2.0\r\nX: y\r\n\r\n", "INVITE 8001"},
		{"a request to a number over TLS", "INVITE sips:8001@192.0.2.1 SIP/2.0\r\n\r\n", "INVITE 8001"},
		{"a request to a telephone number", "INVITE tel:+4930;x=y SIP/2.0\r\n\r\n", "INVITE +4930"},
		{"a password is not shown", "INVITE sip:8001:xxxx@x SIP/2.0\r\n\r\n", "INVITE 8001"},
		{"a request to a domain", "REGISTER sip:example.test SIP/2.0\r\n\r\n", "REGISTER"},
		{"a response", "SIP/2.0 486 Busy Here\r\nCSeq: 1 INVITE\r\n\r\n", "486 Busy Here"},
		{"a response without a reason", "SIP/2.0 200 \r\n\r\n", "200 "},
		{"a response without a number", "SIP/2.0 what\r\n\r\n", "what"},
		{"a line end alone", "INVITE sip:8001@x SIP/2.0\nX: y\n\n", "INVITE 8001"},
		{"one word", "PING", "PING"},
		{"nothing", "", ""},
	} {
		if got := ladder.Label(c.raw); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
