package check_test

import (
	"net/netip"
	"testing"
	"time"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

const ms = int64(time.Millisecond)

// leg is an attempt that started at 1 s and got these responses, 100 ms apart.
func leg(party, to string, outcome record.Outcome, codes ...int) *record.Attempt {
	reasons := map[int]string{100: "Trying", 180: "Ringing", 200: "OK", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 480: "Temporarily Unavailable", 486: "Busy Here", 487: "Request Terminated", 500: "Server Internal Error"}
	a := &record.Attempt{Party: party, From: "6000", To: to, Start: 1000 * ms, Outcome: outcome}
	for i, c := range codes {
		a.Responses = append(a.Responses, record.Response{At: (1100 + 100*int64(i)) * ms, Code: c, Reason: reasons[c]})
	}
	return a
}

func with(a *record.Attempt, f func(*record.Attempt)) *record.Attempt {
	f(a)
	return a
}

func register(challenged bool, code int, reason string) *record.Registration {
	return &record.Registration{Party: "phone", Start: 10 * ms, End: 25 * ms, Challenged: challenged, Code: code, Reason: reason}
}

// hears is a stream in which these were heard, so long each.
func hears(d time.Duration, voices ...string) *record.Stream {
	s := &record.Stream{Received: 20}
	for i, v := range voices {
		from := int64(i) * 10000 * ms
		s.Heard = append(s.Heard, record.Heard{Voice: v, From: from, To: from + int64(d)})
	}
	return s
}

func call(e check.Evidence) check.Evidence {
	e.CallerName, e.CalledName = "west", "east"
	if e.Within == 0 {
		e.Within = 5 * time.Second
	}
	return e
}

type row struct {
	rule, name        string
	evidence          check.Evidence
	verdict           record.Verdict
	subject, measured string
	limit             string
}

func (r row) hold(t *testing.T) {
	t.Run(r.rule+": "+r.name, func(t *testing.T) {
		got := check.Evaluate(r.rule, r.evidence)
		if got.Verdict != r.verdict {
			t.Errorf("verdict: got %s, want %s", got.Verdict, r.verdict)
		}
		for _, x := range [][3]string{{"subject", got.Subject, r.subject}, {"measured", got.Measured, r.measured}, {"limit", got.Limit, r.limit}} {
			if x[1] != x[2] {
				t.Errorf("%s:\n got %q\nwant %q", x[0], x[1], x[2])
			}
		}
		if got.ID != r.rule || got.Title == "" || got.Source == "" || got.Severity == "" {
			t.Errorf("got %+v", got)
		}
	})
}

func registrationRows() []row {
	refusals := []int{401, 403}
	const own = "a contact, and none of another account"
	listed := func(contacts ...string) check.Evidence {
		f := register(true, 200, "OK")
		f.User, f.Contacts = "1001", contacts
		return check.Evidence{Registration: f, Strangers: []string{"1002@192.0.2.71:4001"}}
	}
	return []row{
		{
			"system.answers", "it does",
			check.Evidence{System: "udp:192.0.2.1:5060"},
			record.Pass, "udp:192.0.2.1:5060", "answers OPTIONS", "any response",
		},
		{
			"system.answers", "it is silent",
			check.Evidence{System: "udp:192.0.2.1:5060", Down: "no answer within 5s"},
			record.Fail, "udp:192.0.2.1:5060", "no answer within 5s", "any response",
		},
		{
			"register.accepted", "after a challenge",
			check.Evidence{Registration: register(true, 200, "OK")},
			record.Pass, "phone", "200 OK to its credentials after 15ms", "2xx",
		},
		{
			"register.accepted", "without one",
			check.Evidence{Registration: register(false, 200, "OK")},
			record.Pass, "phone", "200 OK without being asked for credentials, after 15ms", "2xx",
		},
		{
			"register.accepted", "refused",
			check.Evidence{Registration: register(true, 403, "Forbidden")},
			record.Fail, "phone", "403 Forbidden to its credentials after 15ms", "2xx",
		},
		{
			"register.accepted", "no answer",
			check.Evidence{Registration: &record.Registration{Party: "phone", Error: "no response after 32s"}},
			record.Fail, "phone", "no response after 32s", "2xx",
		},
		{"register.listed", "its own", listed("sip:1001@192.0.2.71:4000;transport=tcp"), record.Pass, "phone", "1 listed", own},
		{"register.listed", "one that is not ours beside it", listed("sip:1001@192.0.2.71:4000", "sip:1001@198.51.100.1"), record.Pass, "phone", "2 listed", own},
		{"register.listed", "another account's", listed("sip:1001@192.0.2.71:4000", "sip:1002@192.0.2.71:4001;ob"), record.Fail, "phone", "sip:1002@192.0.2.71:4001;ob listed for account 1001", own},
		{"register.listed", "none", listed(), record.Fail, "phone", "no contact in the 2xx", own},
		{"register.listed", "refused", check.Evidence{Registration: register(true, 403, "Forbidden")}, record.Unprovable, "phone", "403 Forbidden to its credentials after 15ms", own},
		{
			"register.withdrawn", "after a challenge",
			check.Evidence{Registration: register(true, 200, "OK")},
			record.Pass, "phone", "200 OK to its credentials after 15ms", "2xx",
		},
		{
			"register.withdrawn", "refused",
			check.Evidence{Registration: register(true, 400, "Bad Request")},
			record.Fail, "phone", "400 Bad Request to its credentials after 15ms", "2xx",
		},
		{
			"register.refused", "with a code that refuses",
			check.Evidence{Registration: register(true, 403, "Forbidden"), Codes: refusals},
			record.Pass, "phone", "403 Forbidden to its credentials after 15ms", "refused with 401 or 403",
		},
		{
			"register.refused", "accepted after a challenge",
			check.Evidence{Registration: register(true, 200, "OK"), Codes: refusals},
			record.Fail, "phone", "200 OK to its credentials after 15ms", "refused with 401 or 403",
		},
		{
			"register.refused", "accepted without one",
			check.Evidence{Registration: register(false, 200, "OK"), Codes: refusals},
			record.Fail, "phone", "200 OK without being asked for credentials, after 15ms", "refused with 401 or 403",
		},
		{
			"register.refused", "no answer refuses nothing",
			check.Evidence{Registration: &record.Registration{Party: "phone", Error: "no response after 32s"}, Codes: refusals},
			record.Fail, "phone", "no response after 32s", "refused with 401 or 403",
		},
	}
}

func sourceRows() []row {
	phones := func(change func(*check.Source)) check.Evidence {
		s := check.Source{Party: "the phones", Addr: netip.MustParseAddrPort("192.0.2.77:0"), Kernel: netip.MustParseAddr("192.0.2.11")}
		change(&s)
		west := check.Source{Party: "trunk west", Addr: netip.MustParseAddrPort("192.0.2.11:5060"), Kernel: netip.MustParseAddr("192.0.2.11")}
		return check.Evidence{System: "udp:192.0.2.1:5060", Sources: []check.Source{west, s}}
	}
	of := func(name string, verdict record.Verdict, measured string, change func(*check.Source)) row {
		return row{
			"source.ready", name, phones(change), verdict,
			"trunk west, the phones", "trunk west at 192.0.2.11:5060; the phones at " + measured, "each bound, with a route to udp:192.0.2.1:5060",
		}
	}
	return []row{
		of("fit", record.Pass, "192.0.2.77", func(*check.Source) {}),
		of("not this machine's", record.Fail, "192.0.2.77: cannot assign requested address", func(s *check.Source) { s.Bind = "cannot assign requested address" }),
		of("no route", record.Fail, "192.0.2.77: network is unreachable", func(s *check.Source) { s.Route = "network is unreachable" }),
		of("loopback towards another machine", record.Fail, "127.0.0.21: a loopback address, from which only this machine is reached", func(s *check.Source) {
			s.Addr = netip.MustParseAddrPort("127.0.0.21:0")
		}),
		of("loopback towards this machine", record.Pass, "127.0.0.21", func(s *check.Source) {
			s.Addr, s.Kernel = netip.MustParseAddrPort("127.0.0.21:0"), netip.MustParseAddr("127.0.0.1")
		}),
	}
}

func callRows() []row {
	return []row{
		{
			"call.once", "one call", call(check.Evidence{Arrivals: 1}),
			record.Pass, "east", "1 for one that was dialled", "one call",
		},
		{
			"call.once", "two calls", call(check.Evidence{Arrivals: 2}),
			record.Fail, "east", "2 for one that was dialled", "one call",
		},
		{
			"call.withheld", "refused, nobody called", call(check.Evidence{Caller: leg("west", "1001", record.Rejected, 480)}),
			record.Pass, "west → 1001", "480 Temporarily Unavailable after 100ms", "refused, nobody called",
		},
		{
			"call.withheld", "it arrives", call(check.Evidence{Caller: leg("west", "1001", record.Answered, 200), Called: leg("east", "1001", record.Answered, 200)}),
			record.Fail, "west → 1001", "the call reached east", "refused, nobody called",
		},
		{
			"call.withheld", "no answer: it may still arrive", call(check.Evidence{Caller: leg("west", "1001", record.Pending, 100)}),
			record.Unprovable, "west → 1001", "100 Trying after 100ms", "refused, nobody called",
		},
		{
			"call.refused", "refused, nobody called", call(check.Evidence{Caller: leg("west", "8000", record.Rejected, 401, 403), Codes: []int{403}}),
			record.Pass, "west", "403 Forbidden after 200ms (401 403)", "refused with 403, nobody called",
		},
		{
			"call.refused", "challenged, and then it rings for ever", call(check.Evidence{Caller: leg("west", "8000", record.Pending, 401, 180), Codes: []int{401}}),
			record.Fail, "west", "180 Ringing after 200ms (401 180)", "refused with 401, nobody called",
		},
		{
			"call.refused", "answered", call(check.Evidence{Caller: leg("west", "8000", record.Answered, 200), Called: leg("east", "8000", record.Answered, 200), Codes: []int{403}}),
			record.Fail, "west", "200 OK after 100ms, and the call reached east", "refused with 403, nobody called",
		},
		{
			"call.refused", "refused, yet somebody was called", call(check.Evidence{Caller: leg("west", "8000", record.Rejected, 403), Called: leg("east", "8000", record.Pending), Codes: []int{403}}),
			record.Fail, "west", "403 Forbidden after 100ms, and the call reached east", "refused with 403, nobody called",
		},
		{
			"call.delivered", "it arrives", call(check.Evidence{Caller: leg("west", "8000", record.Pending), Called: with(leg("east", "8000", record.Pending), func(a *record.Attempt) { a.Start += 12 * ms })}),
			record.Pass, "8000", "INVITE for 8000 at east after 12ms", "an INVITE at east within 5s",
		},
		{
			"call.delivered", "it never comes", call(check.Evidence{Caller: leg("west", "8000", record.Rejected, 100, 500)}),
			record.Fail, "8000", "no INVITE came; the caller: 500 Server Internal Error after 200ms (100 500)", "an INVITE at east within 5s",
		},
		{
			"call.delivered", "it comes with another number", call(check.Evidence{Caller: leg("west", "8000", record.Pending), Called: leg("east", "000", record.Pending)}),
			record.Fail, "8000", "INVITE for 000 at east after less than 1ms", "an INVITE at east within 5s",
		},
		{
			"call.delivered", "it comes to another party", call(check.Evidence{Caller: leg("west", "8000", record.Pending), Called: leg("south", "8000", record.Pending)}),
			record.Fail, "8000", "INVITE for 8000 at south after less than 1ms", "an INVITE at east within 5s",
		},
		{
			"call.answered", "with 200", call(check.Evidence{Caller: leg("west", "8000", record.Answered, 100, 180, 200)}),
			record.Pass, "west → 8000", "200 OK after 300ms (100 180 200)", "2xx within 5s",
		},
		{
			"call.answered", "it rings on", call(check.Evidence{Caller: leg("west", "8000", record.Pending, 100, 180)}),
			record.Fail, "west → 8000", "180 Ringing after 200ms (100 180)", "2xx within 5s",
		},
		{
			"call.answered", "no response", call(check.Evidence{Caller: leg("west", "8000", record.TimedOut), Within: 12500 * time.Millisecond}),
			record.Fail, "west → 8000", "no response", "2xx within 12.5s",
		},
		{
			"call.answered", "it could not be sent", call(check.Evidence{Caller: with(leg("west", "8000", record.TimedOut), func(a *record.Attempt) { a.Error = "port closed" })}),
			record.Fail, "west → 8000", "port closed", "2xx within 5s",
		},
		{
			"call.busy", "told so", call(check.Evidence{Caller: leg("west", "8000", record.Rejected, 486), Codes: []int{486, 600}}),
			record.Pass, "west → 8000", "486 Busy Here after 100ms", "486 or 600",
		},
		{
			"call.busy", "told of an error", call(check.Evidence{Caller: leg("west", "8000", record.Rejected, 500), Codes: []int{486, 600}}),
			record.Fail, "west → 8000", "500 Server Internal Error after 100ms", "486 or 600",
		},
	}
}

func mediaRows() []row {
	const limit = "west's voice for 400ms within 5s"
	e := func(s *record.Stream) check.Evidence { return call(check.Evidence{CalledStream: s}) }
	return []row{
		{"media.heard-by-callee", "long enough", e(hears(400*time.Millisecond, "west")), record.Pass, "east", "west's voice for 400ms", limit},
		{"media.heard-by-callee", "in two stretches", e(hears(200*time.Millisecond, "west", "south", "west")), record.Pass, "east", "west's voice for 400ms", limit},
		{"media.heard-by-callee", "too short", e(hears(380*time.Millisecond, "west")), record.Fail, "east", "west's voice for 380ms", limit},
		{"media.heard-by-callee", "somebody else", e(hears(time.Second, "south")), record.Fail, "east", "south's voice instead", limit},
		{"media.heard-by-callee", "its own voice back", e(hears(time.Second, "east")), record.Fail, "east", "east's voice instead", limit},
		{"media.heard-by-callee", "packets without a voice", e(hears(0)), record.Fail, "east", "20 packets, nobody's voice in them", limit},
		{"media.heard-by-callee", "nothing", e(&record.Stream{}), record.Fail, "east", "nothing: not one packet came", limit},
		{"media.heard-by-callee", "no media", e(nil), record.Fail, "east", "no media was opened", limit},
		{
			"media.heard-by-caller", "long enough", call(check.Evidence{CallerStream: hears(time.Second, "east")}),
			record.Pass, "west", "east's voice for 1s", "east's voice for 400ms within 5s",
		},
		{
			"media.heard-by-caller", "in pieces", call(check.Evidence{CallerStream: &record.Stream{Received: 7, Lost: 48, Heard: []record.Heard{{Voice: "east", To: int64(740 * time.Millisecond), Voiced: int64(140 * time.Millisecond)}}}}),
			record.Fail, "west", "east's voice in pieces: 7 packets came, 48 were lost", "east's voice for 400ms within 5s",
		},
		{
			"media.heard-by-caller", "the callee alone hears", call(check.Evidence{CallerStream: &record.Stream{}, CalledStream: hears(time.Second, "west")}),
			record.Fail, "west", "nothing: not one packet came", "east's voice for 400ms within 5s",
		},
	}
}

// lastingRows hold the last sound against a BYE at 3 s.
func lastingRows() []row {
	const limit = "each voice until 250ms before the first BYE"
	talked := func(voice string, to int64, late time.Duration) *record.Stream {
		return &record.Stream{Late: int64(late), Heard: []record.Heard{{Voice: voice, From: 1000 * ms, To: to * ms, Delay: 40 * ms}}}
	}
	bye := with(leg("west", "8000", record.Answered, 200), func(a *record.Attempt) { a.ByeAt, a.ByeSent = 3000*ms, true })
	e := func(toEast, toWest *record.Stream) check.Evidence {
		return call(check.Evidence{Caller: bye, Called: leg("east", "8000", record.Answered, 200), CalledStream: toEast, CallerStream: toWest, Silence: 250 * time.Millisecond})
	}
	delayed := func(toEast, toWest int64) check.Evidence {
		x := e(talked("west", 3000, 0), talked("east", 3000, 0))
		x.CalledStream.Heard[0].Delay, x.CallerStream.Heard[0].Delay = toEast*ms, toWest*ms
		x.Delay = 400 * time.Millisecond
		return x
	}
	gappy := func(west, east int64) check.Evidence {
		x := e(talked("west", 3000, 0), talked("east", 3000, 0))
		for s, voiced := range map[*record.Stream]int64{x.CalledStream: west, x.CallerStream: east} {
			s.Heard[0] = record.Heard{Voice: s.Heard[0].Voice, To: 3000 * ms, Voiced: voiced * ms}
			if voiced == 0 {
				s.Heard = nil
			}
		}
		x.Loss, x.Silence = 0.05, 250*time.Millisecond
		return x
	}
	regular := func(changes, stuck int) check.Evidence {
		x := e(talked("west", 3000, 0), talked("east", 3000, 0))
		x.CalledStream.Received, x.CalledStream.Changes = 100, changes
		x.CallerStream.Received, x.CallerStream.Stuck = 100, stuck
		return x
	}
	holed := gappy(3000, 3000)
	holed.CalledStream.Heard = []record.Heard{{Voice: "west", To: 1000 * ms, Voiced: 1000 * ms}, {Voice: "west", From: 1600 * ms, To: 3000 * ms, Voiced: 1400 * ms}}
	tardy := gappy(2700, 3000)
	tardy.CallerStream.Late = 300 * ms
	open := e(talked("west", 3000, 0), talked("east", 3000, 0))
	open.Caller = leg("west", "8000", record.Answered, 200)
	early := e(talked("west", 2600, 0), talked("east", 2600, 0))
	early.Called = with(leg("east", "8000", record.Answered, 200), func(a *record.Attempt) { a.ByeAt = 2700 * ms })
	return []row{
		{"media.lasts", "both to the end", e(talked("west", 2990, 0), talked("east", 2750, 0)), record.Pass, "west ↔ east", "both to the end", limit},
		{"media.lasts", "the other side's BYE was first", early, record.Pass, "west ↔ east", "both to the end", limit},
		{"media.lasts", "cut off towards the caller", e(talked("west", 2990, 0), talked("east", 1500, 0)), record.Fail, "west ↔ east", "west heard east last 1.5s before the BYE", limit},
		{"media.lasts", "cut off towards the callee", e(talked("west", 2749, 0), talked("east", 3000, 0)), record.Fail, "west ↔ east", "east heard west last 251ms before the BYE", limit},
		{"media.lasts", "the speaker itself was late", e(talked("west", 2600, 0), talked("east", 3000, 200*time.Millisecond)), record.Pass, "west ↔ east", "both to the end", limit},
		{"media.lasts", "never heard", e(&record.Stream{}, talked("east", 3000, 0)), record.Fail, "west ↔ east", "east never heard west", limit},
		{"media.lasts", "no media", e(nil, nil), record.Fail, "west ↔ east", "east never heard west", limit},
		{"media.lasts", "nobody has hung up", open, record.Unprovable, "west ↔ east", "nobody has hung up", limit},
		{"media.whole", "nothing is missing", gappy(3000, 3000), record.Pass, "west ↔ east", "west to east 0 %, east to west 0 %", "5 % of a voice missing at most"},
		{"media.whole", "as much as may be", gappy(2850, 3000), record.Pass, "west ↔ east", "west to east 5 %, east to west 0 %", "5 % of a voice missing at most"},
		{"media.whole", "every tenth packet of one", gappy(3000, 2700), record.Fail, "west ↔ east", "west to east 0 %, east to west 10 %", "5 % of a voice missing at most"},
		{"media.whole", "a hole in the middle", holed, record.Fail, "west ↔ east", "west to east 20 %, east to west 0 %", "5 % of a voice missing at most"},
		{"media.whole", "the speaker itself was late", tardy, record.Pass, "west ↔ east", "west to east 0 %, east to west 0 %", "5 % of a voice missing at most"},
		{"media.whole", "heard too shortly", gappy(3000, 0), record.Unprovable, "west ↔ east", "west heard too little of east to tell", "5 % of a voice missing at most"},
		{"media.source", "one stream each", regular(0, 0), record.Pass, "west ↔ east", "west to east 0 changes, east to west 0 changes", "4 changes of the SSRC at most"},
		{"media.source", "as many as may be", regular(4, 0), record.Pass, "west ↔ east", "west to east 4 changes, east to west 0 changes", "4 changes of the SSRC at most"},
		{"media.source", "scattered", regular(5, 0), record.Fail, "west ↔ east", "west to east 5 changes, east to west 0 changes", "4 changes of the SSRC at most"},
		{"media.source", "nothing came", e(nil, nil), record.Unprovable, "west ↔ east", "east received nothing", "4 changes of the SSRC at most"},
		{"media.clock", "it runs", regular(0, 10), record.Pass, "west ↔ east", "west to east 0 of 100 stuck, east to west 10 of 100 stuck", "10 % of the packets with the timestamp of the one before at most"},
		{"media.clock", "it stands", regular(0, 11), record.Fail, "west ↔ east", "west to east 0 of 100 stuck, east to west 11 of 100 stuck", "10 % of the packets with the timestamp of the one before at most"},
		{"media.clock", "nothing came", e(nil, nil), record.Unprovable, "west ↔ east", "east received nothing", "10 % of the packets with the timestamp of the one before at most"},
		{"media.delay", "soon", delayed(20, 400), record.Pass, "west ↔ east", "west to east 20ms, east to west 400ms", "400ms at most"},
		{"media.delay", "late one way", delayed(620, 20), record.Fail, "west ↔ east", "west to east 620ms, east to west 20ms", "400ms at most"},
		{"media.delay", "late the other way", delayed(20, 420), record.Fail, "west ↔ east", "west to east 20ms, east to west 420ms", "400ms at most"},
		{"media.delay", "cannot be told", delayed(20, 0), record.Unprovable, "west ↔ east", "west heard too little of east to tell", "400ms at most"},
	}
}

// afterRows: what is left of calls, and of those that nobody took.
func afterRows() []row {
	const quiet = "no request after the end, no packet later than 250ms"
	const ring = "408 or 480, and the phone falls silent, after 400ms of ringing and 5s at most"
	released := with(leg("west", "8000", record.Answered, 200), func(a *record.Attempt) { a.ByeAt = 3000 * ms })
	byeAgain := with(leg("east", "8000", record.Answered, 200), func(a *record.Attempt) { a.ByeAt, a.After = 3000*ms, []string{"BYE"} })
	until := func(last int64) *record.Stream { return &record.Stream{Received: 20, LastAt: last * ms} }
	rings := func(at int64, codes ...int) *record.Attempt {
		a := leg("west", "4000", record.Rejected, codes...)
		a.Responses[len(a.Responses)-1].At = (1000 + at) * ms
		return a
	}
	silenced := with(leg("east", "4000", record.Abandoned, 180, 487), func(a *record.Attempt) { a.CancelAt = 1400 * ms })
	na := func(caller, called *record.Attempt) check.Evidence {
		return call(check.Evidence{Caller: caller, Called: called, Codes: []int{408, 480}, Ring: 400 * time.Millisecond})
	}
	asked := func(code int) check.Evidence {
		return call(check.Evidence{Caller: with(leg("west", "8000", record.Answered, 200), func(a *record.Attempt) { a.AskedCode = code })})
	}
	return []row{
		{"call.rejected", "told so", call(check.Evidence{Caller: leg("west", "8000", record.Rejected, 603), Codes: []int{603}}), record.Pass, "west → 8000", "603  after 100ms", "603"},
		{"call.rejected", "told of another reason", call(check.Evidence{Caller: leg("west", "8000", record.Rejected, 480), Codes: []int{603}}), record.Fail, "west → 8000", "480 Temporarily Unavailable after 100ms", "603"},
		{"call.no-answer", "in time", na(rings(400, 180, 480), silenced), record.Pass, "4000", "480 Temporarily Unavailable after 400ms (180 480)", ring},
		{"call.no-answer", "it rings on", na(leg("west", "4000", record.Pending, 180), leg("east", "4000", record.Pending, 180)), record.Fail, "4000", "east rings on; the caller: 180 Ringing after 100ms", ring},
		{"call.no-answer", "the phone rings on", na(rings(400, 180, 480), leg("east", "4000", record.Pending, 180)), record.Fail, "4000", "east rings on, no CANCEL came; the caller: 480 Temporarily Unavailable after 400ms (180 480)", ring},
		{"call.no-answer", "too early", na(rings(100, 180, 480), silenced), record.Fail, "4000", "too early: 480 Temporarily Unavailable after 100ms (180 480)", ring},
		{"call.no-answer", "too late", na(rings(5401, 180, 480), silenced), record.Fail, "4000", "480 Temporarily Unavailable after 5.401s (180 480)", ring},
		{"call.no-answer", "with another code", na(rings(400, 180, 500), silenced), record.Fail, "4000", "500 Server Internal Error after 400ms (180 500)", ring},
		{"call.no-answer", "nobody was called", na(rings(400, 480), nil), record.Fail, "4000", "nobody was called; the caller: 480 Temporarily Unavailable after 400ms", ring},
		{"call.quiet", "nothing more", call(check.Evidence{Caller: released, CallerStream: until(3250), CalledStream: until(3000), Called: released}), record.Pass, "west → 8000", "nothing", quiet},
		{"call.quiet", "packets as long as the other side was not released", call(check.Evidence{Caller: released, CallerStream: until(3500), Called: with(leg("east", "8000", record.Answered, 200), func(a *record.Attempt) { a.ByeAt = 3400 * ms })}), record.Pass, "west → 8000", "nothing", quiet},
		{"call.quiet", "packets at the caller", call(check.Evidence{Caller: released, CallerStream: until(3251)}), record.Fail, "west → 8000", "a packet at west after 251ms", quiet},
		{"call.quiet", "packets at the callee", call(check.Evidence{Caller: released, Called: released, CalledStream: until(4000)}), record.Fail, "west → 8000", "a packet at west after 1s", quiet},
		{"call.quiet", "packets of a call that was refused", call(check.Evidence{Caller: leg("west", "8000", record.Rejected, 486), CallerStream: until(1400)}), record.Fail, "west → 8000", "a packet at west after 300ms", quiet},
		{"call.quiet", "a second BYE", call(check.Evidence{Caller: released, Called: byeAgain}), record.Fail, "west → 8000", "BYE at east", quiet},
		{"call.forgotten", "481", asked(481), record.Pass, "west → 8000", "BYE got 481", "481, or another refusal, within 5s"},
		{"call.forgotten", "200", asked(200), record.Fail, "west → 8000", "BYE got 200", "481, or another refusal, within 5s"},
		{"call.forgotten", "no answer", asked(0), record.Fail, "west → 8000", "BYE got no answer", "481, or another refusal, within 5s"},
	}
}

// crossingRows: an answer that crosses the CANCEL.
func crossingRows() []row {
	const limit = "BYE at east, and the call over for west, within 5s"
	answered := with(leg("east", "8000", record.Answered, 180, 200), func(a *record.Attempt) { a.AnsweredAt, a.CancelAt = 1200*ms, 1200*ms })
	byed := with(leg("east", "8000", record.Answered, 180, 200), func(a *record.Attempt) { a.AnsweredAt, a.CancelAt, a.ByeAt = 1200*ms, 1200*ms, 1203*ms })
	over := with(leg("west", "8000", record.Answered, 180, 200), func(a *record.Attempt) { a.CancelAt, a.ByeAt, a.ByeSent, a.ByeCode = 1100*ms, 1201*ms, true, 200 })
	e := func(caller, called *record.Attempt) check.Evidence {
		return call(check.Evidence{Caller: caller, Called: called})
	}
	return []row{
		{"cancel.crossing", "487 here, BYE there", e(leg("west", "8000", record.Abandoned, 180, 487), byed), record.Pass, "east", "BYE after 3ms; the caller: 487 Request Terminated after 200ms (180 487)", limit},
		{"cancel.crossing", "answered and released", e(over, byed), record.Pass, "east", "BYE after 3ms; the caller: 200 OK after 200ms (180 200)", limit},
		{"cancel.crossing", "the callee stays", e(leg("west", "8000", record.Abandoned, 180, 487), answered), record.Fail, "east", "no BYE came: it stays in the call; the caller: 487 Request Terminated after 200ms (180 487)", limit},
		{"cancel.crossing", "the caller stays", e(leg("west", "8000", record.Pending, 180), byed), record.Fail, "east", "the caller is not released: 180 Ringing after 100ms", limit},
		{"cancel.crossing", "no CANCEL came", e(leg("west", "8000", record.Abandoned, 180, 487), leg("east", "8000", record.Pending, 180)), record.Fail, "east", "no CANCEL came that an answer could cross", limit},
	}
}

func endRows() []row {
	bye := func(party string, at int64, sent bool, code int) *record.Attempt {
		return with(leg(party, "8000", record.Answered, 200), func(a *record.Attempt) { a.ByeAt, a.ByeSent, a.ByeCode = at*ms, sent, code })
	}
	const released = "BYE answered 2xx, and the other side released, within 5s"
	cancelled := with(leg("west", "8000", record.Abandoned, 180, 487), func(a *record.Attempt) { a.CancelAt, a.CancelCode = 1500*ms, 200 })
	return []row{
		{
			"call.released", "the caller hangs up", call(check.Evidence{Caller: bye("west", 3000, true, 200), Called: bye("east", 3007, false, 0)}),
			record.Pass, "west hangs up", "east released after 7ms", released,
		},
		{
			"call.released", "the callee hangs up", call(check.Evidence{Caller: bye("west", 3007, false, 0), Called: bye("east", 3000, true, 200)}),
			record.Pass, "east hangs up", "west released after 7ms", released,
		},
		{
			"call.released", "the BYE is not passed on", call(check.Evidence{Caller: bye("west", 3000, true, 200), Called: bye("east", 0, false, 0)}),
			record.Fail, "west hangs up", "no BYE reached east", released,
		},
		{
			"call.released", "the BYE fits no dialog", call(check.Evidence{
				Caller: bye("west", 3000, true, 200),
				Called: with(bye("east", 0, false, 0), func(a *record.Attempt) { a.Stray = []string{`BYE for "x"`} }),
			}),
			record.Fail, "west hangs up", `no BYE reached east; BYE for "x"`, released,
		},
		{
			"call.released", "its answer was not acknowledged", call(check.Evidence{
				Caller: bye("west", 0, false, 0),
				Called: with(bye("east", 0, false, 0), func(a *record.Attempt) { a.Unacked = true }),
			}),
			record.Fail, "east hangs up", "east could not hang up: its 2xx got no ACK", released,
		},
		{
			"call.released", "the BYE is not answered", call(check.Evidence{Caller: bye("west", 3000, true, 0), Called: bye("east", 3007, false, 0)}),
			record.Fail, "west hangs up", "the BYE of west got no answer", released,
		},
		{
			"call.released", "the BYE is refused", call(check.Evidence{Caller: bye("west", 3000, true, 481), Called: bye("east", 3007, false, 0)}),
			record.Fail, "west hangs up", "the BYE of west got 481", released,
		},
		{
			"cancel.passed-on", "it is", call(check.Evidence{Caller: cancelled, Called: with(leg("east", "8000", record.Abandoned, 180), func(a *record.Attempt) { a.CancelAt = 1503 * ms })}),
			record.Pass, "east", "CANCEL after 3ms", "CANCEL within 5s",
		},
		{
			"cancel.passed-on", "it is not", call(check.Evidence{Caller: cancelled, Called: leg("east", "8000", record.Pending, 180)}),
			record.Fail, "east", "no CANCEL came: it rings on", "CANCEL within 5s",
		},
		{
			"cancel.passed-on", "nobody was called", call(check.Evidence{Caller: cancelled}),
			record.Fail, "east", "no CANCEL came: it rings on", "CANCEL within 5s",
		},
		{
			"cancel.ended", "with 487", call(check.Evidence{Caller: cancelled, Codes: []int{487}}),
			record.Pass, "west", "487 Request Terminated after 200ms (180 487); the CANCEL: 200", "487, and 200 to the CANCEL, within 5s",
		},
		{
			"cancel.ended", "it was answered after all", call(check.Evidence{Caller: leg("west", "8000", record.Answered, 180, 200), Codes: []int{487}}),
			record.Fail, "west", "200 OK after 200ms (180 200); the CANCEL: no answer", "487, and 200 to the CANCEL, within 5s",
		},
		{
			"cancel.ended", "it never ends", call(check.Evidence{Caller: leg("west", "8000", record.Pending, 180), Codes: []int{487}}),
			record.Fail, "west", "180 Ringing after 100ms; the CANCEL: no answer", "487, and 200 to the CANCEL, within 5s",
		},
		{
			"cancel.ended", "with 487, but nobody answers the CANCEL", call(check.Evidence{Caller: leg("west", "8000", record.Abandoned, 180, 487), Codes: []int{487}}),
			record.Fail, "west", "487 Request Terminated after 200ms (180 487); the CANCEL: no answer", "487, and 200 to the CANCEL, within 5s",
		},
		{
			"cancel.passed-on", "it comes before the caller gave up", call(check.Evidence{Caller: cancelled, Called: with(leg("east", "8000", record.Abandoned, 180), func(a *record.Attempt) { a.CancelAt = 1400 * ms })}),
			record.Fail, "east", "CANCEL came before the caller gave up", "CANCEL within 5s",
		},
		{
			"call.released", "the other side was released before", call(check.Evidence{Caller: bye("west", 3000, true, 200), Called: bye("east", 2000, false, 0)}),
			record.Fail, "west hangs up", "east was released before west hung up", released,
		},
	}
}

func fallbackRows() []row {
	const limit = "the second target called within 6s (guard 1s + 5s)"
	e := func(first, called *record.Attempt) check.Evidence {
		return call(check.Evidence{Caller: leg("west", "7000", record.Rejected, 100, 500), First: first, Called: called, Guard: time.Second})
	}
	south := leg("south", "7000", record.Pending)
	return []row{
		{
			"route.fallback", "the second is called", e(south, with(leg("east", "7000", record.Pending), func(a *record.Attempt) { a.Start += 1002 * ms })),
			record.Pass, "7000", "east called 1.002s after the silent south", limit,
		},
		{
			"route.fallback", "both are called at once", e(south, with(leg("east", "7000", record.Pending), func(a *record.Attempt) { a.Start += 6 * ms })),
			record.Fail, "7000", "east called 6ms after south: not instead of it, but beside it", limit,
		},
		{
			"route.fallback", "the second is never called", e(south, nil),
			record.Fail, "7000", "south was called and stayed silent, the second target was never called; the caller: 500 Server Internal Error after 200ms (100 500)", limit,
		},
		{
			"route.fallback", "neither is called", e(nil, nil),
			record.Fail, "7000", "neither target was called; the caller: 500 Server Internal Error after 200ms (100 500)", limit,
		},
		{
			"route.trying", "the second is called", e(south, with(leg("east", "7000", record.Pending), func(a *record.Attempt) { a.Start += 1002 * ms })),
			record.Pass, "7000", "east called 1.002s after the 100 of south", limit,
		},
		{
			"route.trying", "the second is never called", e(south, nil),
			record.Fail, "7000", "south was called and said 100 and no more, the second target was never called; the caller: 500 Server Internal Error after 200ms (100 500)", limit,
		},
		{
			"route.fallback", "the first was not tried", e(nil, leg("east", "7000", record.Pending)),
			record.Unprovable, "7000", "east was called at once: the first target was not tried", limit,
		},
	}
}

func TestEvaluate(t *testing.T) {
	var rows []row
	for _, more := range [][]row{
		sourceRows(), registrationRows(), callRows(), mediaRows(), lastingRows(), endRows(), afterRows(), crossingRows(), fallbackRows(),
		cameraRows(), refusedRows(), stoppedRows(), bindingRows(), impostureRows(), agreedRows(), changeRows(), ringRows(), transferRows(),
		routingRows(), identityRows(), formRows(), pathRows(), timerRows(), loadRows(), phoneRows(),
	} {
		rows = append(rows, more...)
	}
	seen := map[string]map[record.Verdict]bool{}
	for _, r := range rows {
		r.hold(t)
		if seen[r.rule] == nil {
			seen[r.rule] = map[record.Verdict]bool{}
		}
		seen[r.rule][r.verdict] = true
	}
	for _, r := range check.Catalogue() {
		if !seen[r.ID][record.Pass] || !seen[r.ID][record.Fail] {
			t.Errorf("%s: the table has no row that passes, or none that fails", r.ID)
		}
	}
}

func TestRulesAreUniqueAndComplete(t *testing.T) {
	ids, titles := map[string]bool{}, map[string]bool{}
	for _, r := range check.Catalogue() {
		if ids[r.ID] || titles[r.Title] {
			t.Errorf("%s, %q: there are two", r.ID, r.Title)
		}
		ids[r.ID], titles[r.Title] = true, true
		if r.ID == "" || r.Title == "" || r.Source == "" {
			t.Errorf("got %+v, with something missing", r)
		}
		switch r.Severity {
		case record.Must, record.Should, record.Info:
		default:
			t.Errorf("%s: severity %q", r.ID, r.Severity)
		}
	}
}

func TestUnknownRulePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("got no panic")
		}
	}()
	check.Evaluate("no.such", check.Evidence{})
}
