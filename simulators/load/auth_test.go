package load

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func digest(nonce, more string) string {
	return fmt.Sprintf(`WWW-Authenticate: Digest realm="r", nonce="%s", qop="auth", algorithm=SHA-256%s`, nonce, more)
}

func asUser(c *caller) { c.auth = &authenticator{accounts: []Account{{User: "u", Password: "p"}}} }

// valueOf gives a parameter of the credentials of a request.
func valueOf(text, name string) string {
	_, v, _ := strings.Cut(lineOf(text, "Authorization"), name+"=")
	v, _, _ = strings.Cut(v, ",")
	return strings.Trim(v, `"`)
}

func TestByeIsChallenged(t *testing.T) {
	var byes []string
	peer := func(accept bool) func(*fake, netip.AddrPort, string) {
		return func(f *fake, _ netip.AddrPort, text string) {
			credentials := lineOf(text, "Authorization") != ""
			switch {
			case strings.HasPrefix(text, "INVITE") && !credentials:
				f.deliver(time.Millisecond, respond(t, text, "401 Who", digest("n", "")))
			case strings.HasPrefix(text, "INVITE"):
				f.deliver(time.Millisecond, respond(t, text, "200 OK", "Record-Route: <sip:127.0.0.1:5070;lr>"))
			case strings.HasPrefix(text, "BYE"):
				byes = append(byes, text)
				if credentials && accept {
					f.deliver(time.Millisecond, respond(t, text, "200 OK"))
				} else {
					f.deliver(time.Millisecond, respond(t, text, "401 Who", digest("n", "")))
				}
			}
		}
	}
	c, _ := place(t, one(), 0, peer(true), asUser)
	if c.m.Completed != 1 || c.m.ByeRefused != 0 || len(byes) != 2 || c.m.Challenged != 1 {
		t.Fatalf("%d BYEs, %s", len(byes), counts(c))
	}
	if a, b := lineOf(byes[0], "CSeq"), lineOf(byes[1], "CSeq"); a != "CSeq: 3 BYE" || b != "CSeq: 4 BYE" || lineOf(byes[0], "Via") == lineOf(byes[1], "Via") {
		t.Errorf("the second BYE is no new request:\n%s%s", byes[0], byes[1])
	}
	if lineOf(byes[1], "Route") == "" || valueOf(byes[1], "uri") != "sip:callee@127.0.0.1:5070" {
		t.Errorf("got %s", byes[1])
	}
	if nc := valueOf(byes[1], "nc"); nc != "00000002" { // the INVITE had the nonce first, RFC 7616 §3.4
		t.Errorf("nc of the BYE is %s, want 00000002", nc)
	}
	byes = nil
	if c, _ = place(t, one(), 0, peer(false), asUser); c.m.Completed != 0 || c.m.ByeRefused != 1 || len(byes) != 2 {
		t.Errorf("never satisfied: %d BYEs, %s", len(byes), counts(c))
	}
}

// RFC 6076 §4.4: the 503 is not the end of the session, and the delay counts
// from the first BYE.
func TestByeIsPutOff(t *testing.T) {
	byes := 0
	peer := func(after string, times int) func(*fake, netip.AddrPort, string) {
		byes = 0
		return func(f *fake, _ netip.AddrPort, text string) {
			switch {
			case strings.HasPrefix(text, "INVITE"):
				f.deliver(time.Millisecond, respond(t, text, "200 OK"))
			case strings.HasPrefix(text, "BYE"):
				if byes++; byes <= times {
					f.deliver(time.Millisecond, respond(t, text, "503 Not now", after))
				} else {
					f.deliver(time.Millisecond, respond(t, text, "200 OK"))
				}
			}
		}
	}
	c, f := place(t, one(), 0, peer("Retry-After: 3 (soon);duration=60", 1))
	if c.m.Completed != 1 || c.m.ByeRefused != 0 || c.m.Retransmitted != 0 {
		t.Errorf("%s; sent %v", counts(c), f.sent)
	}
	if got := strings.Join(times(f.sent, "BYE"), " "); got != "0s 3s" && got != "0s 3.01s" {
		t.Errorf("BYEs at %s, want 3 s between", got)
	}
	if d := c.m.SDD.Max(); d < 3_000_000 || d > 3_100_000 {
		t.Errorf("SDD is %d µs, want what the recovery took", d)
	}
	for name, after := range map[string]string{"for an hour": "Retry-After: 3600", "for ever": "Subject: no"} {
		if c, _ := place(t, one(), 0, peer(after, 100)); c.m.ByeRefused != 1 || byes != 1 {
			t.Errorf("%s: %d BYEs, %s", name, byes, counts(c))
		}
	}
	if c, _ := place(t, one(), 0, peer("Retry-After: 1", 100)); c.m.ByeRefused != 1 || byes != 1+mostByes {
		t.Errorf("again and again: %d BYEs, %s", byes, counts(c))
	}
}

// RFC 7616 §3.3: stale says that only the nonce was too old.
func TestStaleNonceIsReplaced(t *testing.T) {
	var invites []string
	peer := func(stale string) func(*fake, netip.AddrPort, string) {
		invites = nil
		return func(f *fake, _ netip.AddrPort, text string) {
			switch {
			case strings.HasPrefix(text, "INVITE"):
				switch invites = append(invites, text); valueOf(text, "nonce") {
				case "":
					f.deliver(time.Millisecond, respond(t, text, "401 Who", digest("old", "")))
				case "old":
					f.deliver(time.Millisecond, respond(t, text, "401 Too old", digest("new", stale)))
				case "new":
					f.deliver(time.Millisecond, respond(t, text, "200 OK"))
				}
			case strings.HasPrefix(text, "BYE"):
				f.deliver(time.Millisecond, respond(t, text, "200 OK"))
			}
		}
	}
	if c, _ := place(t, one(), 0, peer(", stale=TRUE"), asUser); c.m.Completed != 1 || len(invites) != 3 || c.m.Challenged != 1 || lineOf(invites[2], "CSeq") != "CSeq: 3 INVITE" {
		t.Errorf("%d INVITEs, %s", len(invites), counts(c))
	}
	if c, _ := place(t, one(), 0, peer(""), asUser); c.m.Refused != 1 || len(invites) != 2 {
		t.Errorf("not stale: %d INVITEs, %s", len(invites), counts(c))
	}
}

// RFC 8760 §2.4: the first that we can answer.
func TestChallengeOfAnUnknownAlgorithmIsPassedOver(t *testing.T) {
	c, _ := place(t, one(), 0, func(f *fake, _ netip.AddrPort, text string) {
		switch {
		case strings.HasPrefix(text, "INVITE") && lineOf(text, "Authorization") == "":
			f.deliver(time.Millisecond, respond(t, text, "401 Who", `WWW-Authenticate: Digest realm="r", nonce="x", algorithm=SHA-512-256`, digest("y", "")))
		case strings.HasPrefix(text, "INVITE"):
			if n := valueOf(text, "nonce"); n != "y" {
				t.Errorf("nonce %q is answered, want the one of SHA-256", n)
			}
			f.deliver(time.Millisecond, respond(t, text, "200 OK"))
		case strings.HasPrefix(text, "BYE"):
			f.deliver(time.Millisecond, respond(t, text, "200 OK"))
		}
	}, asUser)
	if c.m.Completed != 1 {
		t.Errorf("got %s", counts(c))
	}
}

func TestAccountIsForItsRealm(t *testing.T) {
	c, f := place(t, one(), 0, func(f *fake, _ netip.AddrPort, text string) {
		if strings.HasPrefix(text, "INVITE") {
			f.deliver(time.Millisecond, respond(t, text, "401 Who", digest("n", "")))
		}
	}, func(c *caller) {
		c.auth = &authenticator{accounts: []Account{{User: "u", Password: "p", Realm: "another"}}}
	})
	if c.m.Refused != 1 || len(times(f.sent, "INVITE")) != 1 {
		t.Errorf("%s, sent %v", counts(c), f.sent)
	}
}
