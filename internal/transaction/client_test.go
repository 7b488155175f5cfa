package transaction_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/transaction"
)

func TestClient(t *testing.T) {
	rows := []struct {
		name   string
		method sip.RequestMethod
		timers transaction.Timers
		do     string // responses of the far end
		until  time.Duration
		heard  string // by the far end
		events string
		strays string
	}{
		{
			name:   "an INVITE is sent again at doubling intervals and given up after 32 s (timers A and B, RFC 3261 §17.1.1.2)",
			method: sip.INVITE, until: 100 * time.Second,
			heard:  "0s INVITE, 500ms INVITE, 1.5s INVITE, 3.5s INVITE, 7.5s INVITE, 15.5s INVITE, 31.5s INVITE",
			events: "32s timeout 32s",
		},
		{
			name:   "all of it follows T1",
			method: sip.INVITE, timers: transaction.Timers{T1: 100 * time.Millisecond}, until: 100 * time.Second,
			heard:  "0s INVITE, 100ms INVITE, 300ms INVITE, 700ms INVITE, 1.5s INVITE, 3.1s INVITE, 6.3s INVITE",
			events: "6.4s timeout 6.4s",
		},
		{
			name:   "a provisional response ends the repetition of an INVITE and its bound",
			method: sip.INVITE, do: "700ms 180", until: 300 * time.Second,
			heard: "0s INVITE, 500ms INVITE", events: "700ms 180 INVITE",
		},
		{
			name:   "further provisional responses and the final one go up",
			method: sip.INVITE, do: "100ms 100, 200ms 180, 300ms 180, 3m20s 200", until: 300 * time.Second,
			heard: "0s INVITE", events: "100ms 100 INVITE, 200ms 180 INVITE, 300ms 180 INVITE, 3m20s 200 INVITE",
		},
		{
			name:   "every 2xx goes up, none is acknowledged here, until timer M ends (RFC 6026 §7.2)",
			method: sip.INVITE, do: "1s 200, 1.5s 200, 32.9s 200, 33.1s 200", until: 60 * time.Second,
			heard: "0s INVITE, 500ms INVITE", events: "1s 200 INVITE, 1.5s 200 INVITE, 32.9s 200 INVITE", strays: "33.1s 200 INVITE",
		},
		{
			name:   "after a 2xx anything else is dropped",
			method: sip.INVITE, do: "1s 200, 2s 180, 3s 486", until: 60 * time.Second,
			heard: "0s INVITE, 500ms INVITE", events: "1s 200 INVITE",
		},
		{
			name:   "a refusal is acknowledged, each copy again but not passed up, until timer D ends (§17.1.1.2)",
			method: sip.INVITE, do: "1s 486, 2s 486, 32.9s 486, 33.1s 486", until: 60 * time.Second,
			heard:  "0s INVITE, 500ms INVITE, 1s ACK, 2s ACK, 32.9s ACK",
			events: "1s 486 INVITE", strays: "33.1s 486 INVITE",
		},
		{
			name:   "after a refusal a provisional response or a 2xx is dropped",
			method: sip.INVITE, do: "100ms 486, 200ms 180, 300ms 200", until: 60 * time.Second,
			heard: "0s INVITE, 100ms ACK", events: "100ms 486 INVITE",
		},
		{
			name:   "another request is sent again at intervals up to T2 and given up after 32 s (timers E and F, §17.1.2.2)",
			method: sip.OPTIONS, until: 100 * time.Second,
			heard: "0s OPTIONS, 500ms OPTIONS, 1.5s OPTIONS, 3.5s OPTIONS, 7.5s OPTIONS, 11.5s OPTIONS, 15.5s OPTIONS, " +
				"19.5s OPTIONS, 23.5s OPTIONS, 27.5s OPTIONS, 31.5s OPTIONS",
			events: "32s timeout 32s",
		},
		{
			name:   "a provisional response slows it down to T2 and leaves the bound",
			method: sip.OPTIONS, do: "700ms 100", until: 100 * time.Second,
			heard: "0s OPTIONS, 500ms OPTIONS, 1.5s OPTIONS, 5.5s OPTIONS, 9.5s OPTIONS, 13.5s OPTIONS, 17.5s OPTIONS, " +
				"21.5s OPTIONS, 25.5s OPTIONS, 29.5s OPTIONS",
			events: "700ms 100 OPTIONS, 32s timeout 32s",
		},
		{
			name:   "its final response goes up once, copies are absorbed until timer K ends",
			method: sip.OPTIONS, do: "1s 200, 2s 200, 5.9s 200, 6.1s 200", until: 60 * time.Second,
			heard: "0s OPTIONS, 500ms OPTIONS", events: "1s 200 OPTIONS", strays: "6.1s 200 OPTIONS",
		},
		{
			name:   "its refusal is not acknowledged",
			method: sip.OPTIONS, do: "1s 404", until: 60 * time.Second,
			heard: "0s OPTIONS, 500ms OPTIONS", events: "1s 404 OPTIONS",
		},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			virtual(t, row.timers, nil, func(b *bench) {
				b.request(row.method, far)
				for _, step := range list(row.do) {
					code, _ := strconv.Atoi(b.act(step))
					b.say(reply(b.received(0), code))
				}
				b.at(row.until)
				b.wantHeard(list(row.heard)...)
				b.wantEvents(list(row.events)...)
				b.wantStrays(list(row.strays)...)
			})
		})
	}
}

func TestACopyOfARequestIsTheSameOctets(t *testing.T) {
	virtual(t, transaction.Timers{}, nil, func(b *bench) {
		b.request(sip.INVITE, far)
		b.at(time.Second)
		if first, again := b.received(0), b.received(1); first != again {
			t.Errorf("got\n%s\nafter\n%s", again, first)
		}
		if via, want := header(b.received(0), "Via"), "SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK1"; via != want {
			t.Errorf("Via: got %s, want %s", via, want)
		}
	})
}

// RFC 3261 §17.1.1.3.
func TestTheACKToARefusalIsMadeFromTheINVITEAndTheResponse(t *testing.T) {
	virtual(t, transaction.Timers{}, nil, func(b *bench) {
		b.request(sip.INVITE, far)
		b.say(reply(b.received(0), 486))
		b.say(reply(b.received(0), 486))
		want := "ACK sip:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK1\r\nRoute: <sip:192.0.2.2;lr>\r\n" +
			"From: \"Alice\" <sip:alice@192.0.2.1>;tag=a\r\nCall-ID: c@192.0.2.1\r\nCSeq: 7 ACK\r\nMax-Forwards: 70\r\n" +
			"Content-Length: 0\r\nTo: <sip:bob@192.0.2.2>;tag=theirs\r\n\r\n"
		for n := 1; n <= 2; n++ {
			if got := b.received(n); got != want {
				t.Errorf("ACK %d: got\n%s\nwant\n%s", n, got, want)
			}
		}
	})
}

func TestAResponseBelongsToItsRequestByBranchAndMethod(t *testing.T) {
	rows := map[string]struct{ old, put, stray string }{
		"another branch":              {"branch=z9hG4bK1", "branch=z9hG4bK2", "0s 200 INVITE"},
		"no branch":                   {";branch=z9hG4bK1", "", "0s 200 INVITE"},
		"another method":              {"CSeq: 7 INVITE", "CSeq: 7 CANCEL", "0s 200 CANCEL"},
		"a Via below ours (§8.1.3.3)": {"From:", "Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK9\r\nFrom:", "0s 200 INVITE"},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			virtual(t, transaction.Timers{}, nil, func(b *bench) {
				b.request(sip.INVITE, far)
				b.say(strings.Replace(reply(b.received(0), 200), row.old, row.put, 1))
				b.wantEvents()
				b.wantStrays(row.stray)
			})
		})
	}
}

func TestATransportErrorIsToldAtOnce(t *testing.T) {
	virtual(t, transaction.Timers{}, nil, func(b *bench) {
		b.layer.Close()
		if _, err := b.layer.Request(outgoing(t, sip.OPTIONS), far, b.inbox); err == nil {
			t.Error("a closed layer sent a request")
		}
	})
}

func TestAbandon(t *testing.T) {
	t.Run("ends the repetition and leaves the bound", func(t *testing.T) {
		virtual(t, transaction.Timers{}, nil, func(b *bench) {
			c := b.request(sip.INVITE, far)
			b.at(600 * time.Millisecond)
			c.Abandon()
			b.at(100 * time.Second)
			b.wantHeard("0s INVITE", "500ms INVITE")
			b.wantEvents("32s timeout 32s")
		})
	})
	t.Run("lets a late provisional response be cancelled", func(t *testing.T) {
		virtual(t, transaction.Timers{}, nil, func(b *bench) {
			c := b.request(sip.INVITE, far)
			c.Abandon()
			b.at(10 * time.Second)
			b.say(reply(b.received(0), 180))
			if err := c.Cancel(); err != nil {
				t.Fatal(err)
			}
			b.wantEvents("10s 180 INVITE")
			b.wantHeard("0s INVITE", "10s CANCEL")
		})
	})
}

func TestCloseEndsTransactionsWithoutAWord(t *testing.T) {
	virtual(t, transaction.Timers{}, nil, func(b *bench) {
		b.request(sip.INVITE, far)
		b.say(incoming("INVITE", "z9hG4bKb"))
		b.layer.Close()
		b.at(100 * time.Second)
		b.wantHeard("0s INVITE")
		b.wantEvents("0s INVITE")
	})
}
