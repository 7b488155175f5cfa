package load

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// phones gives a peer that answers each call once for every phone, after its
// time, and releases; it keeps the BYEs of all but the first phone.
func phones(t *testing.T, byes *[]string, bye string, after ...time.Duration) func(*fake, netip.AddrPort, string) {
	return func(f *fake, _ netip.AddrPort, text string) {
		switch {
		case strings.HasPrefix(text, "INVITE"):
			for i, d := range after {
				f.deliver(d, strings.ReplaceAll(respond(t, text, "200 OK"), "callee", fmt.Sprint("phone", i)))
			}
		case strings.HasPrefix(text, "BYE sip:phone0@"):
			f.deliver(time.Millisecond, respond(t, text, "200 OK"))
		case strings.HasPrefix(text, "BYE"):
			*byes = append(*byes, text)
			switch {
			case bye == "401 Unauthorized" && !has(text, "Authorization: "):
				f.deliver(time.Millisecond, respond(t, text, bye, `WWW-Authenticate: Digest realm="r", nonce="n"`))
			case bye != "":
				f.deliver(time.Millisecond, respond(t, text, strings.Replace(bye, "401 Unauthorized", "200 OK", 1)))
			}
		}
	}
}

func TestSecondPhoneIsReleased(t *testing.T) {
	const ms = time.Millisecond
	for name, x := range map[string]struct {
		after []time.Duration
		hold  time.Duration
		calls uint64
		bye   string
		want  string
	}{
		"while the call lasts": {[]time.Duration{ms, 10 * ms}, time.Second, 1, "200 OK", "Forked 1, "},
		// The run ends before the other three answer.
		"when another call has its slot": {[]time.Duration{ms, 300 * ms}, 0, 5, "200 OK", "Forked 2, "},
		"though it has gone":             {[]time.Duration{ms, 10 * ms}, time.Second, 1, "481 Call/Transaction Does Not Exist", "Forked 1, "},
		"once for each of three":         {[]time.Duration{ms, 10 * ms, 20 * ms}, time.Second, 1, "200 OK", "Forked 1, "},
		"with a challenge":               {[]time.Duration{ms, 10 * ms}, time.Second, 1, "401 Unauthorized", "Forked 1, "},
		"in vain":                        {[]time.Duration{ms, 10 * ms}, time.Second, 1, "403 Forbidden", "ByeRefused 1, Forked 1, "},
		"in vain, for nobody answers":    {[]time.Duration{ms, 10 * ms}, time.Second, 1, "", "ByeTimedOut 1, Forked 1, Retransmitted 10, "},
		"not, for there is none":         {[]time.Duration{ms}, time.Second, 1, "200 OK", ""},
	} {
		var byes []string
		c, f := place(t, Until(Constant(10), x.calls, 0), x.hold, phones(t, &byes, x.bye, x.after...), func(c *caller) {
			c.auth = &authenticator{accounts: []Account{{User: "u", Password: "p"}}}
		})
		want := fmt.Sprintf("Attempts %d, Answered %[1]d, Completed %[1]d, Silent %[1]d, %s200: %[1]d", x.calls, x.want)
		if got := counts(c); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
		others := int(c.m.Forked) * (len(x.after) - 1)
		if n := len(times(f.sent, "ACK")); n != int(x.calls)+others {
			t.Errorf("%s: %d ACKs, want one to each of %d answers", name, n, int(x.calls)+others)
		}
		seen := map[string]bool{}
		for _, b := range byes {
			seen[lineOf(b, "Via")] = true
			if lineOf(b, "CSeq") != "CSeq: 2 BYE" && !has(b, "Authorization: ") || !has(lineOf(b, "To"), ";tag=phone") {
				t.Errorf("%s: sent %s", name, b)
			}
		}
		if len(seen) < others {
			t.Errorf("%s: %d BYEs to other phones, want %d", name, len(seen), others)
		}
	}
}

// An answer that comes again is no second phone's, though the call is over.
func TestAnswerThatComesLateAgainIsNoFork(t *testing.T) {
	c, f := place(t, Until(Constant(10), 5, 0), 0, func(f *fake, _ netip.AddrPort, text string) {
		switch {
		case strings.HasPrefix(text, "INVITE"):
			f.deliver(time.Millisecond, respond(t, text, "200 OK"))
			f.deliver(90*time.Millisecond, respond(t, text, "200 OK"))
			f.deliver(350*time.Millisecond, respond(t, text, "200 OK"))
		case strings.HasPrefix(text, "BYE"):
			f.deliver(time.Millisecond, respond(t, text, "200 OK"))
		}
	})
	if c.m.Forked != 0 || len(times(f.sent, "BYE")) != 5 || c.m.Repeated == 0 {
		t.Errorf("got %s, %d BYEs; want no fork of 5 calls", counts(c), len(times(f.sent, "BYE")))
	}
}
