package load

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestCallIsPlacedHeldAndReleased(t *testing.T) {
	c, f := place(t, one(), 3*time.Second, answering(t, 10*time.Millisecond, "100 Trying", "180 Ringing", "200 OK"))
	if m := c.m; m.Attempts != 1 || m.Answered != 1 || m.Completed != 1 || m.Ringing != 1 || m.Codes[200] != 1 || m.Retransmitted != 0 {
		t.Errorf("got %+v", m)
	}
	if got := strings.Join(f.sent, ", "); got != "0s INVITE, 10ms ACK, 3.01s BYE" {
		t.Errorf("sent %s", got)
	}
	if got := c.m.SDT; got.n != 1 || got.ns < 3e9 || got.ns > 3.01e9 || c.m.FailedSDT.n != 0 {
		t.Errorf("SDT is %+v, want the 3 s from the answer to the BYE, and a grain of the timer", got)
	}
	for _, x := range []struct {
		name string
		got  int64
	}{{"SRD", c.m.SRD.Max()}, {"PDD", c.m.PDD.Max()}, {"answer", c.m.Answer.Max()}, {"SDD", c.m.SDD.Max()}} {
		if x.got < 10_000 || x.got > 10_100 {
			t.Errorf("%s is %d µs, want the 10 ms of the network", x.name, x.got)
		}
	}
}

func TestInviteThatNobodyHears(t *testing.T) {
	c, f := place(t, one(), 0, nil)
	if c.m.TimedOut != 1 || c.m.Refused != 0 || c.m.Codes[0] != 1 {
		t.Errorf("got %s", counts(c))
	}
	// RFC 3261 §17.1.1.2: seven within 64·T1. A timer's grain may add to each.
	if n := len(times(f.sent, "INVITE")); n != 7 {
		t.Errorf("sent %v: %d INVITEs, want 7", f.sent, n)
	}
	if strings.Contains(strings.Join(f.sent, " "), "CANCEL") {
		t.Error("sent CANCEL although there was no provisional response (RFC 3261 §9.1)")
	}
}

// A caller who hears nothing until the answer has waited for that.
func TestAnswerWithoutRingingEndsThePostDialDelay(t *testing.T) {
	c, _ := place(t, one(), 0, answering(t, 20*time.Second, "200 OK"))
	if got := c.m.PDD.Max(); c.m.PDD.TotalCount() != 1 || got < 20_000_000 || got > 20_100_000 {
		t.Errorf("PDD is %d µs, want the 20 s to the answer; %s", got, counts(c))
	}
}

// What never came has no delay, but for that of a refusal, which came.
func TestCallsWithoutAResponseAreCounted(t *testing.T) {
	for name, x := range map[string]struct {
		response        string
		unheard, unrung uint64
	}{
		"silent":        {"", 1, 1},
		"100, no more":  {"100 Trying", 1, 1},
		"rings":         {"180 Ringing", 0, 0},
		"refused":       {"503 Service Unavailable", 0, 0},
		"answered":      {"200 OK", 0, 0},
		"gets progress": {"183 Session Progress", 0, 0},
	} {
		c, _ := place(t, one(), 0, func(f *fake, _ netip.AddrPort, text string) {
			switch {
			case strings.HasPrefix(text, "INVITE") && x.response != "":
				f.deliver(time.Millisecond, respond(t, text, x.response))
			case strings.HasPrefix(text, "CANCEL"), strings.HasPrefix(text, "BYE"):
				f.deliver(time.Millisecond, respond(t, text, "200 OK"))
			}
		})
		if c.m.Unheard != x.unheard || c.m.Unrung != x.unrung {
			t.Errorf("%s: got %s", name, counts(c))
		}
	}
}

func TestCallThatRingsTooLongIsCancelled(t *testing.T) {
	c, f := place(t, one(), 0, func(f *fake, _ netip.AddrPort, text string) {
		switch {
		case strings.HasPrefix(text, "INVITE"):
			f.deliver(time.Millisecond, respond(t, text, "180 Ringing"))
		case strings.HasPrefix(text, "CANCEL"):
			f.deliver(time.Millisecond, respond(t, text, "200 OK"))
			f.deliver(2*time.Millisecond, respond(t, strings.ReplaceAll(text, "CANCEL", "INVITE"), "487 Request Terminated"))
		}
	})
	if c.m.TimedOut != 1 || c.m.Attempts != 1 {
		t.Errorf("got %s", counts(c))
	}
	if got := strings.Join(f.sent, ", "); got != "0s INVITE, 32s CANCEL, 32s ACK" {
		t.Errorf("sent %s", got)
	}
}

func TestRefusalIsAcknowledgedEachTime(t *testing.T) {
	var acks []string
	c, _ := place(t, Until(Constant(0.01), 3, 0), 0, func(f *fake, _ netip.AddrPort, text string) {
		switch {
		case strings.HasPrefix(text, "INVITE"):
			busy := respond(t, text, "486 Busy Here")
			f.deliver(time.Millisecond, busy)
			f.deliver(500*time.Millisecond, busy) // the ACK was lost
		case strings.HasPrefix(text, "ACK"):
			acks = append(acks, text)
		}
	})
	if c.m.Refused != 3 || c.m.Codes[486] != 3 || c.m.Repeated != 2 {
		t.Errorf("got %s", counts(c))
	}
	if len(acks) != 5 { // the last call ends the run before its copy comes
		t.Fatalf("%d ACKs, want two for each refusal but the last", len(acks))
	}
	for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq"} { // RFC 3261 §17.1.1.3
		if a, b := lineOf(acks[0], name), lineOf(acks[1], name); a != b || a == "" {
			t.Errorf("the second ACK has %q, the first %q", b, a)
		}
	}
	if !strings.HasPrefix(acks[1], "ACK sip:2000@127.0.0.1:5070 SIP/2.0") || lineOf(acks[0], "CSeq") != "CSeq: 1 ACK" {
		t.Errorf("got %s", acks[1])
	}
}

func TestAnswerThatComesAgainIsAcknowledgedAgain(t *testing.T) {
	c, f := place(t, one(), time.Second, func(f *fake, _ netip.AddrPort, text string) {
		switch {
		case strings.HasPrefix(text, "INVITE"):
			ok := respond(t, text, "200 OK")
			f.deliver(time.Millisecond, ok)
			f.deliver(500*time.Millisecond, ok)
			f.deliver(1500*time.Millisecond, ok) // when the call is over
		case strings.HasPrefix(text, "BYE"):
			f.deliver(time.Millisecond, respond(t, text, "200 OK"))
			f.deliver(600*time.Millisecond, "\r\n\r\n") // nothing: keeps the clock going
		}
	}, func(c *caller) { c.plan = Until(Constant(0.2), 2, 0) })
	if c.m.Repeated < 3 || c.m.Answered != 2 || c.m.Completed != 2 || c.m.Broken != 0 {
		t.Errorf("got %s", counts(c))
	}
	if n := len(times(f.sent, "ACK")); n < 5 {
		t.Errorf("%d ACKs for six answers, of which one comes when all is over", n)
	}
}

func TestLateAnswerIsReleased(t *testing.T) {
	var requests []string
	c, _ := place(t, one(), 0, func(f *fake, _ netip.AddrPort, text string) {
		requests = append(requests, text)
		switch {
		case strings.HasPrefix(text, "INVITE") && f.now == 0:
			f.deliver(40*time.Second, respond(t, text, "200 OK"))
		case strings.HasPrefix(text, "BYE"):
			f.deliver(time.Millisecond, respond(t, text, "200 OK"))
		}
	})
	if c.m.TimedOut != 1 || c.m.Late != 1 || c.m.Answered != 0 || c.m.Completed != 0 {
		t.Errorf("got %s", counts(c))
	}
	if last := requests[len(requests)-1]; !strings.HasPrefix(last, "BYE") {
		t.Errorf("the last request is %s", last)
	}
}

func TestAnswerThatCrossesTheCancelIsReleased(t *testing.T) {
	c, f := place(t, one(), 0, func(f *fake, _ netip.AddrPort, text string) {
		switch {
		case strings.HasPrefix(text, "INVITE"):
			f.deliver(time.Millisecond, respond(t, text, "180 Ringing"))
			f.deliver(32*time.Second+5*time.Millisecond, respond(t, text, "200 OK"))
		case strings.HasPrefix(text, "CANCEL"), strings.HasPrefix(text, "BYE"):
			f.deliver(10*time.Millisecond, respond(t, text, "200 OK"))
		}
	})
	if c.m.Late != 1 || c.m.TimedOut != 1 || c.m.Answered != 0 {
		t.Errorf("got %s", counts(c))
	}
	if s := strings.Join(f.sent, " "); !strings.HasSuffix(s, "ACK 32s BYE") && !strings.Contains(s, "BYE") {
		t.Errorf("sent %s, want ACK and BYE at the end", s)
	}
}

func TestByeThatNobodyAnswers(t *testing.T) {
	c, f := place(t, one(), 0, func(f *fake, _ netip.AddrPort, text string) {
		if strings.HasPrefix(text, "INVITE") {
			f.deliver(time.Millisecond, respond(t, text, "200 OK"))
		}
	})
	if got := c.m.FailedSDT; got.n != 1 || got.ns < 32e9 || got.ns > 36e9 || c.m.SDT.n != 0 {
		t.Errorf("SDT of the call that could not be released is %+v, want the 32 s of timer F", got)
	}
	if c.m.ByeTimedOut != 1 || c.m.Completed != 0 || c.m.Answered != 1 {
		t.Errorf("got %s", counts(c))
	}
	// RFC 3261 §17.1.2.2: 0, 0.5, 1.5, 3.5, then every 4 s until 32 s.
	if n := len(times(f.sent, "BYE")); n != 11 {
		t.Errorf("%d BYEs, want 11: %v", n, f.sent)
	}
}

func TestPeerReleases(t *testing.T) {
	c, f := place(t, Until(Constant(0.5), 2, 0), time.Minute, func(f *fake, _ netip.AddrPort, text string) {
		switch {
		case strings.HasPrefix(text, "INVITE") && f.now < int64(time.Second):
			f.deliver(time.Millisecond, respond(t, text, "200 OK"))
		case strings.HasPrefix(text, "INVITE"):
			f.deliver(time.Millisecond, respond(t, text, "486 Busy Here"))
		case strings.HasPrefix(text, "ACK") && f.now < int64(time.Second):
			id, tag := lineOf(text, "Call-ID"), strings.TrimPrefix(lineOf(text, "From"), "From: ")
			bye := "BYE sip:1000@127.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKz\r\nFrom: " +
				strings.TrimPrefix(lineOf(text, "To"), "To: ") + "\r\nTo: " + tag + "\r\n" + id + "\r\nCSeq: 1 BYE\r\n\r\n"
			f.deliver(time.Second, bye)
			f.deliver(time.Second+500*time.Millisecond, bye) // our 200 was lost
		}
	})
	if c.m.ByPeer != 1 || c.m.Completed != 1 || c.m.Stray != 0 || c.m.Repeated != 1 {
		t.Errorf("got %s", counts(c))
	}
	if s := strings.Join(f.sent, ", "); s != "0s INVITE, 0s ACK, 1s 200, 1.5s 200, 2s INVITE, 2s ACK" {
		t.Errorf("sent %s, want a 200 to the BYE and to its repetition", s)
	}
}

func TestRouteSetIsFollowed(t *testing.T) {
	var bye string
	var to netip.AddrPort
	place(t, one(), 0, func(f *fake, at netip.AddrPort, text string) {
		switch {
		case strings.HasPrefix(text, "INVITE"):
			f.deliver(time.Millisecond, respond(t, text, "200 OK", "Record-Route: <sip:127.0.0.1:6001;lr>, <sip:127.0.0.1:6002;lr>", `Record-Route: "a, b" <sip:127.0.0.1:6003;lr>`))
		case strings.HasPrefix(text, "BYE"):
			bye, to = text, at
			f.deliver(time.Millisecond, respond(t, text, "200 OK"))
		}
	})
	want := "Route: \"a, b\" <sip:127.0.0.1:6003;lr>\r\nRoute: <sip:127.0.0.1:6002;lr>\r\nRoute: <sip:127.0.0.1:6001;lr>\r\n"
	if !strings.HasPrefix(bye, "BYE sip:callee@127.0.0.1:5070 SIP/2.0\r\n") || !has(bye, want) {
		t.Errorf("got\n%swant\n%s", bye, want)
	}
	if to != netip.MustParseAddrPort("127.0.0.1:6003") {
		t.Errorf("sent to %s, want the first of the route set", to)
	}
}

func TestChallengeIsAnsweredOnce(t *testing.T) {
	const ask = `Digest realm="r", nonce="n", qop="auth,auth-int", opaque="o", algorithm=MD5`
	var invites []string
	peer := func(accept bool) func(*fake, netip.AddrPort, string) {
		return func(f *fake, _ netip.AddrPort, text string) {
			switch {
			case strings.HasPrefix(text, "INVITE"):
				invites = append(invites, text)
				if accept && has(text, "Proxy-Authorization: ") {
					f.deliver(time.Millisecond, respond(t, text, "200 OK"))
					return
				}
				f.deliver(time.Millisecond, respond(t, text, "407 Who are you", "Proxy-Authenticate: "+ask))
			case strings.HasPrefix(text, "BYE"):
				f.deliver(time.Millisecond, respond(t, text, "200 OK"))
			}
		}
	}
	with := func(c *caller) { c.auth = &authenticator{accounts: []Account{{User: "u", Password: "p"}}} }
	c, _ := place(t, one(), 0, peer(true), with)
	if c.m.Attempts != 1 || c.m.Answered != 1 || c.m.Challenged != 1 || c.m.Refused != 0 {
		t.Errorf("got %s", counts(c))
	}
	if a, b := lineOf(invites[0], "CSeq"), lineOf(invites[1], "CSeq"); a != "CSeq: 1 INVITE" || b != "CSeq: 2 INVITE" || lineOf(invites[0], "Via") == lineOf(invites[1], "Via") {
		t.Errorf("the second INVITE is no new request:\n%s%s", invites[0], invites[1])
	}
	invites = nil
	if c, _ = place(t, one(), 0, peer(false), with); c.m.Refused != 1 || c.m.Codes[407] != 1 || len(invites) != 2 {
		t.Errorf("wrong password: %d INVITEs, %s", len(invites), counts(c))
	}
	invites = nil
	if c, _ = place(t, one(), 0, peer(false)); c.m.Refused != 1 || c.m.Codes[407] != 1 || len(invites) != 1 {
		t.Errorf("no account: %d INVITEs, %s", len(invites), counts(c))
	}
}

// RFC 7616 §3.9.1, with the method of HTTP.
func TestDigest(t *testing.T) {
	a := &authenticator{}
	for algorithm, want := range map[string]string{
		"MD5":     "8ca523f5e9506fed4657c9700eebdbec",
		"SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
	} {
		got, ok := a.credentials(nil, []byte(`Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=`+algorithm+`, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`),
			proof{nc: 1}, Account{User: "Mufasa", Password: "Circle of Life"}, "GET", []byte("/dir/index.html"), []byte("f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"))
		if !ok || !has(string(got), `response="`+want+`"`) {
			t.Errorf("%s: got %s, want %s", algorithm, got, want)
		}
	}
	for _, bad := range []string{"Basic realm=x", `Digest realm="r"`, `Digest nonce="n", algorithm=SHA-512-256`, `Digest nonce="n`, `Digest nonce="n", qop="auth-int"`} {
		if got, ok := a.credentials(nil, []byte(bad), proof{nc: 1}, Account{}, "INVITE", nil, nil); ok {
			t.Errorf("%s: got %s", bad, got)
		}
	}
}

func TestStrangersAreCountedAndChangeNothing(t *testing.T) {
	c, _ := place(t, one(), time.Second, func(f *fake, _ netip.AddrPort, text string) {
		switch {
		case strings.HasPrefix(text, "INVITE"):
			ok := respond(t, text, "200 OK")
			f.deliver(time.Millisecond, strings.Replace(ok, "Call-ID: 0", "Call-ID: 1", 1))
			f.deliver(time.Millisecond, strings.Replace(ok, "branch=z9hG4bKi", "branch=z9hG4bKq", 1))
			f.deliver(time.Millisecond, strings.Replace(ok, "branch=z9hG4bK", "branch=", 1))
			f.deliver(time.Millisecond, strings.Replace(ok, ";tag=callee", "", 1))
			f.deliver(time.Millisecond, "what\r\n\r\n")
			f.deliver(time.Millisecond, strings.Replace(respond(t, text, "100 Trying"), "SIP/2.0 100", "BYE sip:x SIP/2.0", 1))
			f.deliver(5*time.Millisecond, ok)
		case strings.HasPrefix(text, "BYE"):
			f.deliver(time.Millisecond, respond(t, text, "200 OK"))
		}
	})
	if c.m.Answered != 1 || c.m.Completed != 1 || c.m.Stray != 4 || c.m.Broken != 2 {
		t.Errorf("got %s", counts(c))
	}
}

func TestNoRoomIsCounted(t *testing.T) {
	c, _ := place(t, Until(Constant(1000), 500, 0), time.Minute, answering(t, time.Millisecond, "200 OK"))
	if c.m.Attempts != 500 || c.m.Answered != 100 || c.m.Blocked != 400 {
		t.Errorf("got %s", counts(c))
	}
}
