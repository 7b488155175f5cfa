package ua_test

import (
	"crypto/md5" //nolint:gosec // RFC 3261 §22.4
	"encoding/hex"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"ringproof/internal/script"
	"ringproof/reports/record"
	"ringproof/simulators/ua"
)

// challenging reads a script and puts a challenge into it.
func challenging(t *testing.T, name, challenge string) *script.Script {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(b), "CHALLENGE\n", challenge)
	s, err := script.Parse(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAChallengeThatCannotBeAnsweredIsNamed(t *testing.T) {
	for _, row := range []struct{ name, challenge, want string }{
		{"without a nonce", `Digest realm="r", qop="auth"`, "no nonce"},
		{"in an unknown algorithm", `Digest realm="r", nonce="n", algorithm=MD4, qop="auth"`, "algorithm=MD4"},
		{"with an unknown qop", `Digest realm="r", nonce="n", qop="auth-all"`, `qop="auth-all"`},
		{"of another scheme", `NTLM realm="r"`, `"NTLM", not Digest`},
		{"that is not there", "", "-Authenticate in it"},
	} {
		header := func(name string) string {
			if row.challenge == "" {
				return ""
			}
			return name + ": " + row.challenge + "\n"
		}
		t.Run(row.name+", of a call", func(t *testing.T) {
			playScript(t, challenging(t, "call-unanswerable", header("Proxy-Authenticate")), ua.Behaviour{}, func(t *testing.T, f *flow) {
				c, err := f.agent.Invite(f.ctx, "alice", "bob")
				if err != nil {
					t.Fatal(err)
				}
				a := f.await(t, c, "end", over)
				if a.Outcome != record.Rejected || a.Final() != 407 || !strings.Contains(a.Challenge, row.want) {
					t.Errorf("got %s, %d, %q, want it rejected with 407, %q", a.Outcome, a.Final(), a.Challenge, row.want)
				}
			})
		})
		t.Run(row.name+", of a registration", func(t *testing.T) {
			playScript(t, challenging(t, "register-unanswerable", header("WWW-Authenticate")), ua.Behaviour{}, func(t *testing.T, f *flow) {
				got, err := f.agent.Register(f.ctx, 0)
				if err != nil || got.Code != 401 || !strings.Contains(got.Challenge, row.want) {
					t.Errorf("got %+v, %v, want 401 and %q", got, err, row.want)
				}
			})
		})
	}
}

// RFC 7616 §3.4.3: with auth-int alone the digest is of the body too.
func TestTheBodyIsDigestedWhereThatIsAsked(t *testing.T) {
	b, err := os.ReadFile("testdata/call-challenged.txtar")
	if err != nil {
		t.Fatal(err)
	}
	s, err := script.Parse("call-challenged", []byte(strings.Replace(string(b), `qop="auth"`, `qop=" auth-int"`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	playScript(t, s, ua.Behaviour{}, func(t *testing.T, f *flow) {
		c, err := f.agent.Invite(f.ctx, "alice", "bob")
		if err != nil {
			t.Fatal(err)
		}
		a := f.await(t, c, "end", over)
		if !strings.Contains(a.Challenge, "auth-int") {
			t.Errorf("noted %q, want that the body is digested", a.Challenge)
		}
		f.finish()
		body := ""
		for _, m := range f.journal.Snapshot().Messages {
			if m.Sent && strings.HasPrefix(m.Raw, "INVITE ") {
				_, body, _ = strings.Cut(m.Raw, "\r\n\r\n")
			}
		}
		wantBodyDigest(t, f.peer.Value("credentials"), body)
	})
}

func wantBodyDigest(t *testing.T, credentials, body string) {
	t.Helper()
	sum := func(parts ...string) string {
		h := md5.Sum([]byte(strings.Join(parts, ":"))) //nolint:gosec // RFC 3261 §22.4
		return hex.EncodeToString(h[:])
	}
	value := func(name string) string {
		if m := regexp.MustCompile(`\b` + name + `="?([^",]*)`).FindStringSubmatch(credentials); m != nil {
			return m[1]
		}
		return ""
	}
	a2 := sum("INVITE", "sip:bob@biloxi.example.com", sum(body))
	want := sum(sum("alice", "biloxi.example.com", "bobspassword"), "f84f1cec41e6cbe5aea9c8e88d359", "00000001", value("cnonce"), "auth-int", a2)
	if got := value("response"); got != want || value("qop") != "auth-int" || body == "" {
		t.Errorf("response %q, qop %q, want %q over a body of %d bytes", got, value("qop"), want, len(body))
	}
}

// RFC 7616 §3.3: a nonce that was too old is no wrong password.
func TestAStaleNonceIsNoRefusal(t *testing.T) {
	play(t, "call-stale", ua.Behaviour{}, func(t *testing.T, f *flow) {
		c, err := f.agent.Invite(f.ctx, "alice", "bob")
		if err != nil {
			t.Fatal(err)
		}
		if a := f.await(t, c, "end", over); a.Final() != 603 {
			t.Errorf("got %v, want 603 after two challenges", codes(a))
		}
		f.finish()
		wantDigest(t, f.peer.Value("fresh"), "INVITE", "sip:bob@biloxi.example.com", "0a4f113b")
	})
	play(t, "register-stale", ua.Behaviour{}, func(t *testing.T, f *flow) {
		if got, err := f.agent.Register(f.ctx, time.Hour); err != nil || got.Code != 200 {
			t.Errorf("got %+v, %v, want 200", got, err)
		}
		f.finish()
		wantDigest(t, f.peer.Value("fresh"), "REGISTER", "sip:biloxi.example.com", "0a4f113b")
	})
}

// An account that is refused learns why: what the registrar does not know.
func TestWhatARefusalSaysIsNoted(t *testing.T) {
	s := fmt.Sprintf(refusal, "420 Bad Extension", "Unsupported: gin, path")
	sc, err := script.Parse("refusal", []byte(s))
	if err != nil {
		t.Fatal(err)
	}
	playScript(t, sc, ua.Behaviour{}, func(t *testing.T, f *flow) {
		got, err := f.agent.Register(f.ctx, time.Hour)
		if err != nil || got.Code != 420 || got.Says != "Unsupported: gin, path" {
			t.Errorf("got %+v, %v, want what 420 says", got, err)
		}
	})
}

const refusal = `-- recv REGISTER --
REGISTER sip:biloxi.example.com SIP/2.0
Via: <via>
From: <from>
Call-ID: <call>
CSeq: 1 REGISTER
-- send --
SIP/2.0 %s
Via: <via>
From: <from>
To: <sip:alice@biloxi.example.com>;tag=1
Call-ID: <call>
CSeq: 1 REGISTER
%s
Content-Length: 0
`
