package html_test

import (
	"fmt"
	"net/netip"
	"time"

	"ringproof/reports/record"
)

const ms = int64(time.Millisecond)

func at(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// mixed is a run in which something of each kind happened: a fallback with
// retransmissions and a voice with a gap, a flaky scenario with its
// repetition, one that was waived, one skipped and two not run.
func mixed() *record.Run {
	return &record.Run{
		Schema: 1, Tool: "ringproof test", Started: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Ended: 9 * 1000 * ms, Seed: 42,
		Command: "ringproof run site.yaml --seed 42", Verdict: record.Incomplete, Why: "not proved: cancel (flaky)",
		Environment: &record.Environment{OS: "Debian 12", Arch: "amd64", Kernel: "6.1.0", Go: "go1.26", CPUs: 4, Clock: "tsc, synchronised to within 2ms", Zone: "UTC"},
		Features:    []record.Feature{{File: "10_calls.feature", Name: "Calls", Text: "Calls are carried."}},
		Site: record.Site{
			Name: `HQ: "Main" </style> & carrier`, Profile: "site.yaml",
			Systems:   []record.System{{Name: "pbx", Product: "A PBX 1.2", Address: "udp:127.0.0.1:5060", Domain: "pbx.example", Tested: true, More: []record.Setting{{Name: "behind", Value: "a NAT"}}}},
			Trunks:    []record.Trunk{{Name: "west", Address: "127.0.0.11:5060", Numbers: "6000-6099", Trusted: true}},
			Accounts:  []record.Account{{User: "alice", Number: "2001", Address: "127.0.0.21", Password: "a file, passwords/alice"}},
			Routing:   []record.Route{{Prefix: "7", Targets: []string{"south", "east", "north"}, Guard: 1000 * ms, Numbers: "7000-7009"}},
			NeverDial: []string{"110", "112"},
			Firewall: []record.Flow{
				{From: "trunk west", FromAddr: "127.0.0.11", To: "pbx", ToAddr: "127.0.0.1", Protocol: "UDP", Ports: "5060", Purpose: "SIP"},
				{From: "trunk west", FromAddr: "127.0.0.11", To: "pbx", ToAddr: "127.0.0.1", Protocol: "TCP", Ports: "5060", Purpose: "SIP"},
				{From: "trunk west", FromAddr: "127.0.0.11", To: "pbx", ToAddr: "127.0.0.1", Protocol: "UDP", Ports: "as told in SDP", Purpose: "RTP"},
			},
			Thresholds: []record.Setting{{Name: "A call is answered within", Value: "5s"}},
			Expected:   []record.Setting{{Name: "A caller is told of a busy callee by", Value: "486 or 600"}},
			Waivers:    []record.Waiver{{Scenario: "reg.audio", Reason: "no phones at this site", By: "A. Customer"}},
		},
		Scenarios: []record.Scenario{
			{Index: 0, ID: "fallback", Name: "The second target answers", Feature: "10_calls.feature", Try: 1, Start: 1000 * ms, End: 4000 * ms, Status: record.Passed, Steps: []record.Step{{Text: "the caller calls", Status: record.Passed}}},
			{Index: 1, ID: "cancel", Name: "A caller gives up", Feature: "10_calls.feature", Try: 1, Start: 4000 * ms, End: 5000 * ms, Status: record.Flaky, Why: "passed when repeated, after: no CANCEL came"},
			{Index: 2, ID: "reg.audio", Name: "Two phones", Feature: "10_calls.feature", Try: 1, Status: record.Skipped, Why: "unprovable: no accounts"},
			{Index: 3, ID: "busy", Name: "Busy", Feature: "20_more_calls.feature", Try: 1, Status: record.Skipped, Why: "unprovable: one trunk"},
			{Index: 4, ID: "late.1", Name: "Late 1", Feature: "20_more_calls.feature", Try: 1, Status: record.NotRun, Why: "the run was interrupted"},
			{Index: 5, ID: "late.2", Name: "Late 2", Feature: "20_more_calls.feature", Try: 1, Status: record.NotRun, Why: "the run was interrupted"},
			{Index: 6, ID: "cancel", Name: "A caller gives up", Feature: "10_calls.feature", Try: 2, Start: 6000 * ms, End: 7000 * ms, Status: record.Passed},
		},
		Checks: []record.Check{
			{Scenario: 0, ID: "route.fallback", Title: "The second target is tried", Severity: record.Must, Verdict: record.Pass, Subject: "7000", Measured: "after 1s", Limit: "6s", Source: "RFC 3263 §4.3"},
			{Scenario: 1, ID: "cancel.passed-on", Title: "A CANCEL reaches the called party", Severity: record.Must, Verdict: record.Fail, Subject: "east", Measured: "none", Limit: "5s", Source: "RFC 3261 §9.2"},
		},
		Findings:      []record.Finding{{Scenario: 1, Check: "cancel.passed-on", Cause: record.CauseSignalling, Why: "No CANCEL came.", ToDo: "Look at the route.", Evidence: []string{"east saw none"}}},
		Registrations: []record.Registration{{Scenario: 0, Party: "phone alice", User: "alice", Start: 1000 * ms, End: 1003 * ms, Challenged: true, Code: 200, Reason: "OK"}},
		Attempts:      fallback(),
		Streams: []record.Stream{
			{
				Scenario: 0, Attempt: "a1", Party: "trunk west", Codec: "PCMA/8000", Local: at("127.0.0.11:40000"), Remote: at("127.0.0.1:30000"), Sent: 50, Received: 38, Lost: 12, JitterMS: 0.25,
				Sources: []netip.AddrPort{at("127.0.0.1:30000")},
				Heard:   []record.Heard{{Voice: "trunk east", From: 2500 * ms, To: 2700 * ms, Voiced: 200 * ms}, {Voice: "trunk east", From: 3000 * ms, To: 3500 * ms, Voiced: 100 * ms}},
			},
			{Scenario: 0, Attempt: "a3", Party: "trunk east", Codec: "PCMA/8000", Local: at("127.0.0.12:40002"), Remote: at("10.9.9.9:30002"), Sent: 50, SendError: "network is unreachable"},
		},
		Testimonies: []record.Testimony{
			{Scenario: 1, Party: "phone 1031", Product: "a softphone", Voice: "trunk west", Records: "kept", Files: []string{"kept/dec.wav"}, Heard: 1900 * ms, Took: 2000 * ms},
			{Scenario: 1, Party: "phone 1045", Voice: "trunk west", Held: true, Spoken: "4711", Typed: "4711", Aloud: 900 * ms},
		},
		Events:   []record.Event{{Scenario: 1, Party: "harness", Text: "a word on it"}},
		Messages: retransmitted(),
	}
}

// fallback are the legs of a call whose first target stays silent.
func fallback() []record.Attempt {
	return []record.Attempt{
		{Scenario: 0, ID: "a2", Party: "trunk south", Inbound: true, To: "7000", Start: 1010 * ms, Outcome: record.Pending},
		{Scenario: 0, ID: "a3", Party: "trunk east", Inbound: true, To: "7000", Start: 2010 * ms, Outcome: record.Answered, AnsweredAt: 2500 * ms, ByeAt: 3500 * ms, Responses: []record.Response{{At: 2020 * ms, Code: 180, Reason: "Ringing"}, {At: 2500 * ms, Code: 200, Reason: "OK"}}},
		{Scenario: 0, ID: "a1", Party: "trunk west", To: "7000", Start: 1000 * ms, Outcome: record.Answered, AnsweredAt: 2500 * ms, ByeAt: 3500 * ms, Responses: []record.Response{{At: 1001 * ms, Code: 100, Reason: "Trying"}, {At: 2500 * ms, Code: 200, Reason: "OK"}}},
	}
}

// retransmitted is an INVITE that the first target never answers, sent four
// times, among other messages.
func retransmitted() (out []record.Message) {
	add := func(party, local string, sent bool, when int64, raw string) {
		out = append(out, record.Message{Party: party, Sent: sent, Transport: "UDP", At: when * ms, Local: at(local), Remote: at("127.0.0.1:5060"), Raw: raw})
	}
	invite := "INVITE sip:7000@127.0.0.1 SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\n"
	add("trunk west", "127.0.0.11:5060", true, 1000, invite)
	for i := range int64(4) {
		add("trunk south", "127.0.0.13:5060", false, 1010+200*i, invite)
	}
	for i, who := range []string{"trunk east", "trunk west"} {
		add(who, fmt.Sprintf("127.0.0.1%d:5060", 2-i), i == 0, 2500, "SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n")
	}
	return out
}
