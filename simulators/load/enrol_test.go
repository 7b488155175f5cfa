package load

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

var cameras = CrowdConfig{
	Registrar: there, Domain: "example.net",
	Accounts: []Account{{User: "cam1", Password: "p", Number: "6001"}, {User: "cam2", Password: "p", Number: "6002"}, {User: "cam3", Password: "p"}},
}

// gather runs a crowd with accounts in memory for a time of its clock, and
// then removes them.
func gather(t *testing.T, cfg CrowdConfig, manners Manners, d time.Duration, begin func(*fake), peer func(*fake, netip.AddrPort, string)) (*crowd, *fake) {
	t.Helper()
	f := &fake{t: t, peer: peer}
	c := newCrowd(f, manners, 1, 50, "")
	c.own = cfg.Own
	if len(cfg.Accounts) > 0 {
		c.enrol(cfg, 7)
	}
	begin(f)
	for f.now < int64(d) {
		c.step()
	}
	for c.reg != nil && !c.reg.swept(f.now) {
		c.step()
	}
	return c, f
}

func TestCrowdIsRegisteredAndRefreshedAndRemoved(t *testing.T) {
	r := newRegistrar(t)
	r.granted = ";expires=60" // less than was asked for
	at := map[string][]int64{}
	readyAt := int64(-1)
	c, f := gather(t, cameras, Manners{}, 5*time.Minute, func(*fake) {}, func(f *fake, to netip.AddrPort, text string) {
		at[lineOf(text, "To")] = append(at[lineOf(text, "To")], f.now)
		r.peer(f, to, text)
	})
	select {
	case <-c.ready:
		readyAt = 0
	default:
	}
	if readyAt < 0 || c.wrong != nil {
		t.Errorf("ready: %v, %v", readyAt == 0, c.wrong)
	}
	for aor, times := range at {
		for i := 1; i < len(times)-1; i++ { // the last is the removal
			if d := time.Duration(times[i] - times[i-1]); d < 30*time.Second || d > 50*time.Second {
				t.Errorf("%s: refreshed after %s, want it before the 60 s granted end, and not at once", aor, d)
			}
		}
		if len(times) < 8 {
			t.Errorf("%s: %d requests in 5 minutes", aor, len(times))
		}
	}
	if len(at) != 3 || len(r.bound) != 0 || c.reg.m.Left != 0 || c.reg.m.Removed != 3 || c.reg.lapsed != 0 {
		t.Errorf("%d addresses, still bound %v; sent %v", len(at), r.bound, f.sent)
	}
}

func TestCrowdSaysWhichAccountIsNotRegistered(t *testing.T) {
	for name, x := range map[string]struct{ status, header, want string }{
		"refused":   {"403 Forbidden", "Subject: no", "register sip:cam2@example.net at 127.0.0.1:5070: response 403; 2 of 3 accounts are registered"},
		"silent":    {"none", "", "register sip:cam2@example.net at 127.0.0.1:5070: no response; 2 of 3 accounts are registered"},
		"forgotten": {"200 OK", "Subject: no", "register sip:cam2@example.net at 127.0.0.1:5070: response 200, which does not list the contact; 2 of 3 accounts are registered"},
	} {
		r := newRegistrar(t)
		r.fate = func(text string) (string, string) {
			if has(lineOf(text, "To"), "cam2") {
				return x.status, x.header
			}
			return "", ""
		}
		c, _ := gather(t, cameras, Manners{}, 40*time.Second, func(*fake) {}, r.peer)
		if c.wrong == nil || c.wrong.Error() != x.want {
			t.Errorf("%s: got %v, want %s", name, c.wrong, x.want)
		}
	}
}

func TestDeadRegistrarIsNotAskedForEach(t *testing.T) {
	cfg := cameras
	cfg.Accounts = nil
	for range 1000 {
		cfg.Accounts = append(cfg.Accounts, Account{User: string(Range("", 1000, 1000, 4)(nil, uint64(len(cfg.Accounts))))})
	}
	c, _ := gather(t, cfg, Manners{}, 35*time.Second, func(*fake) {}, nil)
	if !c.bound || c.wrong == nil || c.reg.m.Attempts != window {
		t.Errorf("ready %v, %v, after %d attempts", c.bound, c.wrong, c.reg.m.Attempts)
	}
}

// invitation is an INVITE with a Request-URI and a To of its own.
func invitation(call, uri, to string) string {
	s := ask("INVITE", call, "", 1)
	s = strings.Replace(s, "INVITE sip:2000@127.0.0.1:5060", "INVITE "+uri, 1)
	return strings.Replace(s, "<sip:2000@h>", "<"+to+">", 1)
}

func TestWrongNumberIsNoticed(t *testing.T) {
	for _, x := range []struct{ why, uri, to, want string }{
		{"its contact", "sip:cam1@127.0.0.1:5060", "sip:6001@h", "200"},
		{"the number that was called", "sip:6001@127.0.0.1:5060;user=phone", "sip:6001@h", "200"},
		{"a user with parameters", "sip:6001;phone-context=x@127.0.0.1:5060", "sip:6001@h", "200"},
		{"called by another name", "sip:cam1@127.0.0.1:5060", "sip:hotline@h", "200"},
		{"a number of its own besides", "sip:7000@127.0.0.1:5060", "sip:7000@h", "200"},
		{"another camera's number", "sip:cam2@127.0.0.1:5060", "sip:6001@h", "404"},
		{"another camera", "sip:cam2@127.0.0.1:5060", "\"<sip:cam2@h>\" <sip:cam3@h>", "404"},
		{"nobody's number", "sip:6003@127.0.0.1:5060", "sip:6003@h", "404"},
		{"no user", "sip:127.0.0.1:5060", "sip:6001@h", "404"},
	} {
		r := newRegistrar(t)
		cfg := cameras
		cfg.Own = AnyOf(Range("", 7000, 10, 4), 10)
		text := invitation("1", x.uri, x.to)
		text = strings.Replace(text, "<\"<sip:cam2@h>\" <sip:cam3@h>>", "\"<sip:cam2@h>\" <sip:cam3@h>", 1)
		c, f := gather(t, cfg, Manners{}, time.Second, func(f *fake) { f.deliver(100*time.Millisecond, text) }, r.peer)
		if got := len(times(f.sent, x.want)); got == 0 {
			t.Errorf("%s: sent %v, want %s", x.why, f.sent, x.want)
		}
		if refused := x.want == "404"; (c.host.Misdialled == 1) != refused || (c.host.Answered == 1) == refused {
			t.Errorf("%s: %s", x.why, tallies(c.host))
		}
	}
}

func TestCrowdIsChallengedForItsBye(t *testing.T) {
	r := newRegistrar(t)
	var byes []string
	c, f := gather(t, cameras, Manners{Hold: Fixed(time.Second)}, time.Minute,
		func(f *fake) { f.deliver(time.Second, invitation("1", "sip:cam2@127.0.0.1:5060", "sip:6002@h")) },
		func(f *fake, to netip.AddrPort, text string) {
			r.peer(f, to, text)
			switch {
			case strings.HasPrefix(text, "SIP/2.0 200") && has(text, "1 INVITE"):
				f.deliver(time.Millisecond, ask("ACK", "1", toTag(t, text), 1))
			case strings.HasPrefix(text, "BYE"):
				switch byes = append(byes, text); {
				case len(byes) == 1 || len(byes) == 3: // the third begins anew
					f.deliver(time.Millisecond, respond(t, text, "401 Who", digest("n", "")))
				case valueOf(text, "username") != "cam2" || valueOf(text, "uri") != "sip:caller@127.0.0.1:5070":
					t.Errorf("got %s", text)
				case len(byes) == 2:
					f.deliver(time.Millisecond, respond(t, text, "503 Not now", "Retry-After: 2"))
				default:
					f.deliver(time.Millisecond, respond(t, text, "200 OK"))
				}
			}
		})
	if c.host.HungUp != 1 || c.host.Lost != 0 || len(byes) != 4 {
		t.Errorf("%d BYEs, %s, sent %v", len(byes), tallies(c.host), f.sent)
	}
}
