package transaction_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"ringproof/internal/transaction"
	"ringproof/internal/wire"
)

func TestServer(t *testing.T) {
	rows := []struct {
		name   string
		do     string // a method: the far end says it, with the same branch; a code: the user responds
		until  time.Duration
		heard  string // by the far end
		events string
	}{
		{
			name: "100 is sent for a user that takes 200 ms (RFC 3261 §17.2.1)",
			do:   "0s INVITE, 1s 180", until: 2 * time.Second,
			heard: "200ms 100 INVITE, 1s 180 INVITE", events: "0s INVITE",
		},
		{
			name: "and not for one that responds before",
			do:   "0s INVITE, 199ms 180", until: 2 * time.Second,
			heard: "199ms 180 INVITE", events: "0s INVITE",
		},
		{
			name: "nor for another request (RFC 4320 §4.1)",
			do:   "0s OPTIONS, 3s 200", until: 4 * time.Second,
			heard: "3s 200 OPTIONS", events: "0s OPTIONS",
		},
		{
			name: "a copy of the INVITE before any response is absorbed",
			do:   "0s INVITE, 100ms INVITE, 150ms 180", until: 2 * time.Second,
			heard: "150ms 180 INVITE", events: "0s INVITE",
		},
		{
			name: "a copy of the INVITE gets the last provisional response again",
			do:   "0s INVITE, 100ms 180, 500ms INVITE, 1s 183, 1.5s INVITE", until: 2 * time.Second,
			heard: "100ms 180 INVITE, 500ms 180 INVITE, 1s 183 INVITE, 1.5s 183 INVITE", events: "0s INVITE",
		},
		{
			name: "an INVITE rings as long as its user lets it",
			do:   "0s INVITE, 100ms 180, 8m20s 200", until: 501 * time.Second,
			heard: "100ms 180 INVITE, 8m20s 200 INVITE", events: "0s INVITE",
		},
		{
			name: "a refusal is sent again at intervals up to T2 until 32 s without ACK (timers G and H)",
			do:   "0s INVITE, 0s 486", until: 100 * time.Second,
			heard: "0s 486 INVITE, 500ms 486 INVITE, 1.5s 486 INVITE, 3.5s 486 INVITE, 7.5s 486 INVITE, 11.5s 486 INVITE, " +
				"15.5s 486 INVITE, 19.5s 486 INVITE, 23.5s 486 INVITE, 27.5s 486 INVITE, 31.5s 486 INVITE",
			events: "0s INVITE, 32s timeout 32s",
		},
		{
			name: "a copy of the INVITE gets the refusal again at once",
			do:   "0s INVITE, 0s 486, 200ms INVITE, 300ms ACK", until: 100 * time.Second,
			heard: "0s 486 INVITE, 200ms 486 INVITE", events: "0s INVITE",
		},
		{
			name: "the ACK ends the repetition; its copies are absorbed until timer I ends, and those of the INVITE too",
			do:   "0s INVITE, 0s 486, 2s ACK, 3s ACK, 4s INVITE, 6.9s ACK, 7.1s ACK", until: 100 * time.Second,
			heard: "0s 486 INVITE, 500ms 486 INVITE, 1.5s 486 INVITE", events: "0s INVITE, 7.1s ACK",
		},
		{
			name: "a 2xx is repeated by its user alone, copies of the INVITE are absorbed until timer L ends (RFC 6026 §7.1)",
			do:   "0s INVITE, 0s 200, 500ms 200, 1s INVITE, 31.9s INVITE, 32.1s INVITE", until: 33 * time.Second,
			heard: "0s 200 INVITE, 500ms 200 INVITE, 32.3s 100 INVITE", events: "0s INVITE, 32.1s INVITE",
		},
		{
			name: "the ACK to a 2xx goes up, whatever its branch",
			do:   "0s INVITE, 0s 200, 1s ACK, 2s ACK", until: 33 * time.Second,
			heard: "0s 200 INVITE", events: "0s INVITE, 1s ACK, 2s ACK",
		},
		{
			name: "copies of another request are absorbed, and get its final response again until timer J ends (§17.2.2)",
			do:   "0s OPTIONS, 500ms OPTIONS, 1s 200, 1.5s OPTIONS, 32.9s OPTIONS, 33.1s OPTIONS", until: 34 * time.Second,
			heard: "1s 200 OPTIONS, 1.5s 200 OPTIONS, 32.9s 200 OPTIONS", events: "0s OPTIONS, 33.1s OPTIONS",
		},
		{
			name: "and its provisional one before",
			do:   "0s OPTIONS, 5s 100, 6s OPTIONS, 7s 200", until: 34 * time.Second,
			heard: "5s 100 OPTIONS, 6s 100 OPTIONS, 7s 200 OPTIONS", events: "0s OPTIONS",
		},
		{
			name: "its refusal is not repeated",
			do:   "0s OPTIONS, 1s 404", until: 60 * time.Second,
			heard: "1s 404 OPTIONS", events: "0s OPTIONS",
		},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			virtual(t, transaction.Timers{}, nil, func(b *bench) {
				for _, step := range list(row.do) {
					what := b.act(step)
					code, err := strconv.Atoi(what)
					if err != nil {
						b.say(incoming(what, "z9hG4bKb"))
						continue
					}
					if err := b.respond(code); err != nil {
						t.Errorf("%s: %v", step, err)
					}
				}
				b.at(row.until)
				b.wantHeard(list(row.heard)...)
				b.wantEvents(list(row.events)...)
			})
		})
	}
}

func TestThe100IsTheLayersOwnWithoutATag(t *testing.T) {
	virtual(t, transaction.Timers{}, nil, func(b *bench) {
		b.say(incoming("INVITE", "z9hG4bKb"))
		b.at(time.Second)
		want := "SIP/2.0 100 Trying\r\nVia: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKb\r\nFrom: <sip:bob@192.0.2.2>;tag=b\r\n" +
			"To: <sip:alice@192.0.2.1>\r\nCall-ID: d@192.0.2.2\r\nCSeq: 3 INVITE\r\nContent-Length: 0\r\n\r\n"
		if got := b.received(0); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
}

func TestASecondFinalResponseIsAnError(t *testing.T) {
	rows := map[string]struct {
		method string
		first  int
		then   []int
	}{
		"after a refused INVITE":     {"INVITE", 486, []int{486, 200, 180}},
		"after an accepted INVITE":   {"INVITE", 200, []int{486, 180}},
		"after any other's response": {"OPTIONS", 200, []int{200, 404, 100}},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			virtual(t, transaction.Timers{}, nil, func(b *bench) {
				b.say(incoming(row.method, "z9hG4bKb"))
				if err := b.respond(row.first); err != nil {
					t.Fatal(err)
				}
				for _, code := range row.then {
					if err := b.respond(code); err == nil {
						t.Errorf("%d after %d was sent", code, row.first)
					}
				}
				b.wantHeard("0s " + strconv.Itoa(row.first) + " " + row.method)
			})
		})
	}
}

// RFC 3261 §17.2.3.
func TestARequestIsACopyByBranchSentByAndMethod(t *testing.T) {
	invite := incoming("INVITE", "z9hG4bKb")
	old := incoming("INVITE", "1") // of RFC 2543: no magic cookie
	rows := []struct {
		name, first, second string
		events              string
	}{
		{"the same is a copy", invite, invite, "0s INVITE"},
		{"another branch is another request", invite, incoming("INVITE", "z9hG4bKc"), "0s INVITE, 0s INVITE"},
		{"another sent-by is another request", invite, strings.Replace(invite, "UDP 192.0.2.2;", "UDP 192.0.2.3;", 1), "0s INVITE, 0s INVITE"},
		{"another method is another request", invite, incoming("OPTIONS", "z9hG4bKb"), "0s INVITE, 0s OPTIONS"},
		{"without the magic cookie the same Call-ID, tag and CSeq make a copy", old, old, "0s INVITE"},
		{"and another CSeq makes another request", old, strings.Replace(old, "CSeq: 3", "CSeq: 4", 1), "0s INVITE, 0s INVITE"},
		{"and so does another Call-ID", old, strings.Replace(old, "d@", "e@", 1), "0s INVITE, 0s INVITE"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			virtual(t, transaction.Timers{}, nil, func(b *bench) {
				b.say(row.first)
				b.say(row.second)
				b.wantEvents(list(row.events)...)
			})
		})
	}
}

func TestWithoutAnInboxARequest(t *testing.T) {
	t.Run("that Route does not answer is never answered, and its copies are absorbed", func(t *testing.T) {
		silent := func(*bench, *transaction.Server) *transaction.Inbox { return nil }
		virtual(t, transaction.Timers{}, silent, func(b *bench) {
			for _, d := range []time.Duration{0, 500 * time.Millisecond, 31500 * time.Millisecond} {
				b.at(d)
				b.say(incoming("INVITE", "z9hG4bKb"))
			}
			b.at(100 * time.Second)
			b.wantHeard()
			b.wantAsked("0s INVITE")
		})
	})
	t.Run("may be answered by Route itself, and its copies get the same", func(t *testing.T) {
		answers := func(_ *bench, s *transaction.Server) *transaction.Inbox {
			if err := s.Respond(wire.NewResponse(s.Request(), 404, "Not Found", "tag")); err != nil {
				t.Error(err)
			}
			return nil
		}
		virtual(t, transaction.Timers{}, answers, func(b *bench) {
			b.say(incoming("INVITE", "z9hG4bKb"))
			b.at(100 * time.Millisecond)
			b.say(incoming("INVITE", "z9hG4bKb"))
			b.at(600 * time.Millisecond)
			b.say(incoming("ACK", "z9hG4bKb"))
			b.at(100 * time.Second)
			b.wantHeard("0s 404 INVITE", "100ms 404 INVITE", "500ms 404 INVITE")
			b.wantAsked("0s INVITE")
		})
	})
}

func TestAMalformedRequest(t *testing.T) {
	invite := incoming("INVITE", "z9hG4bKb")
	const refused = "0s 400 INVITE"
	rows := []struct {
		name, old, put string
		heard          string
	}{
		{"whose CSeq names another method is answered 400", "CSeq: 3 INVITE", "CSeq: 3 OPTIONS", "0s 400 OPTIONS"},
		{"of another version is answered 400", "192.0.2.1 SIP/2.0", "192.0.2.1 SIP/7.0", refused},
		{"with less body than its Content-Length says is answered 400 (RFC 3261 §18.3)", "Content-Length: 0", "Content-Length: 9", refused},
		{"with a header field that cannot be read is answered 400", "Content-Length: 0", "Contact: <sip:", refused},
		{"without From is dropped: a response could not be written", "From: <sip:bob@192.0.2.2>;tag=b\r\n", "", ""},
		{"without Via is dropped", "Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKb\r\n", "", ""},
		{"that is an ACK is dropped", "INVITE sip:alice", "ACK sip:alice", ""},
		{"that is no SIP is dropped", " SIP/2.0\r\nVia", " HTTP/1.1\r\nVia", ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			virtual(t, transaction.Timers{}, nil, func(b *bench) {
				if !strings.Contains(invite, row.old) {
					t.Fatalf("no %q in the request", row.old)
				}
				b.say(strings.Replace(invite, row.old, row.put, 1))
				b.wantHeard(list(row.heard)...)
				b.wantAsked()
				if row.heard == "" {
					return
				}
				for name, want := range map[string]string{
					"Via": "SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKb", "Call-ID": "d@192.0.2.2",
					"From": "<sip:bob@192.0.2.2>;tag=b", "To": "<sip:alice@192.0.2.1>;tag=ours",
				} {
					if got := header(b.received(0), name); got != want {
						t.Errorf("%s: got %s, want %s", name, got, want)
					}
				}
			})
		})
	}
	t.Run("and a malformed response is dropped", func(t *testing.T) {
		virtual(t, transaction.Timers{}, nil, func(b *bench) {
			b.say(strings.Replace(reply(invite, 200), "Call-ID", "X-Call-ID", 1))
			b.wantHeard()
			b.wantStrays()
		})
	})
}
