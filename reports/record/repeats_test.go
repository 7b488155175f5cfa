package record_test

import (
	"fmt"
	"testing"

	"ringproof/reports/record"
)

// passing is a message of one of our parties at so many milliseconds.
func passing(ms int64, sent bool, first, branch, method string) record.Message {
	return record.Message{
		Party: "phone", Transport: "UDP", At: ms * 1e6, Sent: sent,
		Raw: fmt.Sprintf("%s\r\nv: SIP/2.0/UDP 192.0.2.1;rport;branch=%s, SIP/2.0/UDP 192.0.2.9;branch=other\r\nCSeq: 1 %s\r\n\r\nCSeq: 2 x", first, branch, method),
	}
}

func TestRepetitionsAreCounted(t *testing.T) {
	const invite, bye, ok, trying = "INVITE sip:b@x SIP/2.0", "BYE sip:b@x SIP/2.0", "SIP/2.0 200 OK", "SIP/2.0 100 Trying"
	tcp := passing(500, true, invite, "a", "INVITE")
	tcp.Transport = "TCP"
	for _, row := range []struct {
		name     string
		messages []record.Message
		want     record.Repeats
	}{
		{
			"a request that was answered at once",
			[]record.Message{passing(0, true, invite, "a", "INVITE"), passing(9, false, trying, "a", "INVITE"), passing(20, false, ok, "a", "INVITE")},
			record.Repeats{Requests: 1, Heard: 1},
		},
		{
			"one that was sent again, and answered then",
			[]record.Message{passing(0, true, invite, "a", "INVITE"), passing(500, true, invite, "a", "INVITE"), passing(509, false, trying, "a", "INVITE")},
			record.Repeats{Requests: 1, Again: 1},
		},
		{
			"one to somebody silent",
			[]record.Message{passing(0, true, invite, "a", "INVITE"), passing(500, true, invite, "a", "INVITE")},
			record.Repeats{},
		},
		{
			"a CANCEL, which has the branch of its INVITE",
			[]record.Message{passing(0, true, invite, "a", "INVITE"), passing(9, false, trying, "a", "INVITE"), passing(20, true, "CANCEL sip:b@x SIP/2.0", "a", "CANCEL"), passing(30, false, ok, "a", "CANCEL")},
			record.Repeats{Requests: 2, Heard: 1},
		},
		{
			"one over TCP",
			[]record.Message{tcp, tcp},
			record.Repeats{},
		},
		{
			"a request of the system that came again although it was answered",
			[]record.Message{passing(0, false, bye, "b", "BYE"), passing(1, true, ok, "b", "BYE"), passing(500, false, bye, "b", "BYE")},
			record.Repeats{Heard: 1, HeardAgain: 1},
		},
		{
			"one that nobody answered",
			[]record.Message{passing(0, false, bye, "b", "BYE"), passing(500, false, bye, "b", "BYE")},
			record.Repeats{Heard: 1},
		},
		{
			"one that the network doubled",
			[]record.Message{passing(0, false, bye, "b", "BYE"), passing(1, true, ok, "b", "BYE"), passing(1, false, bye, "b", "BYE")},
			record.Repeats{Heard: 1},
		},
		{
			"a final response that came again",
			[]record.Message{passing(0, true, invite, "a", "INVITE"), passing(9, false, ok, "a", "INVITE"), passing(10, true, "ACK sip:b@x SIP/2.0", "c", "ACK"), passing(509, false, ok, "a", "INVITE")},
			record.Repeats{Requests: 1, Heard: 1, HeardAgain: 1},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := record.RepeatsIn(row.messages); got != row.want {
				t.Errorf("got %+v, want %+v", got, row.want)
			}
		})
	}
}
