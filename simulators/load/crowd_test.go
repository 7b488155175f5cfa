package load

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"
)

// ask makes a request of a caller, from a template of lines.
func ask(method, call, toTag string, cseq int, more ...string) string {
	branch := call + method
	if method == "CANCEL" { // RFC 3261 §9.1
		branch = call + "INVITE"
	}
	l := []string{
		method + " sip:2000@127.0.0.1:5060 SIP/2.0", "Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK" + branch, "From: <sip:1000@h>;tag=c" + call,
		"To: <sip:2000@h>" + toTag, "Call-ID: " + call + "@h", fmt.Sprintf("CSeq: %d %s", cseq, method), "Contact: <sip:caller@127.0.0.1:5070>",
	}
	text := string(crlf(append(l, more...)...))
	if method == "INVITE" {
		text += SDP(here1)
	}
	return text
}

// host runs a crowd in memory for a time of its clock.
func host(t *testing.T, manners Manners, d time.Duration, begin func(*fake), peer func(*fake, netip.AddrPort, string)) (*crowd, *fake) {
	t.Helper()
	f := &fake{t: t, peer: peer}
	c := newCrowd(f, manners, 1, 50, SDP(netip.AddrPortFrom(here1.Addr(), 9)))
	begin(f)
	for f.now < int64(d) {
		c.step()
	}
	return c, f
}

func tallies(h Host) string {
	var b strings.Builder
	v := reflect.ValueOf(h)
	for i := range v.NumField() {
		if f := v.Field(i); !f.IsZero() {
			fmt.Fprintf(&b, "%s %v, ", v.Type().Field(i).Name, f.Interface())
		}
	}
	return strings.TrimSuffix(b.String(), ", ")
}

// toTag gives the tag parameter of a response.
func toTag(t *testing.T, text string) string {
	t.Helper()
	var m message
	if err := scan([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	return ";tag=" + string(tagOf(m.to))
}

// A proxy that sends an INVITE on two ways leaves its Call-ID and tags alone.
func TestInviteThatComesOnASecondWayIsASecondCall(t *testing.T) {
	invite := ask("INVITE", "1", "", 1)
	second := strings.Replace(invite, "z9hG4bK1INVITE", "z9hG4bKother", 1)
	c, _ := host(t, Manners{}, time.Second, func(f *fake) {
		f.deliver(0, invite)
		f.deliver(10*time.Millisecond, invite)
		f.deliver(20*time.Millisecond, second)
	}, nil)
	if c.host.Invited != 2 || c.host.Repeated != 1 {
		t.Errorf("got %s, want two calls, one of them repeated", tallies(c.host))
	}
}

// Calls that are left without a response end by themselves, and hide none of
// those that are left over.
func TestIgnoredCallsAreCountedWhileTheyLast(t *testing.T) {
	for after, want := range map[time.Duration]int{10 * time.Second: 1, 40 * time.Second: 0} {
		c, _ := host(t, Manners{Mute: 1}, after, func(f *fake) {
			f.deliver(0, ask("INVITE", "1", "", 1))
			f.deliver(0, ask("INVITE", "2", "", 1))
			f.deliver(time.Second, ask("CANCEL", "2", "", 1))
			f.deliver(2*time.Second, ask("OPTIONS", "3", "", 1))
		}, nil)
		if c.host.Mute != 2 || c.host.Ignored != want {
			t.Errorf("after %s got %s, want %d ignored", after, tallies(c.host), want)
		}
	}
}

func TestCrowdAnswersAndIsReleased(t *testing.T) {
	c, f := host(t, Manners{}, 10*time.Second, func(f *fake) { f.deliver(0, ask("INVITE", "1", "", 1)) }, func(f *fake, _ netip.AddrPort, text string) {
		if strings.HasPrefix(text, "SIP/2.0 200") && has(text, "1 INVITE") {
			tag := toTag(t, text)
			f.deliver(time.Millisecond, ask("ACK", "1", tag, 1))
			f.deliver(time.Second, ask("OPTIONS", "1", tag, 2))
			f.deliver(2*time.Second, ask("BYE", "1", tag, 3))
			f.deliver(3*time.Second, ask("BYE", "1", tag, 3)) // its 200 was lost
			f.deliver(4*time.Second, ask("BYE", "1", tag, 4)) // a second one
		}
	})
	if got, want := tallies(c.host), "Invited 1, Answered 1, Acknowledged 1, Released 1, Gone 1, Repeated 1, Most 1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := strings.Join(f.sent, ", "); got != "0s 180, 0s 200, 1s 200, 2s 200, 3s 200, 4s 481" {
		t.Errorf("sent %s", got)
	}
}

func TestCrowdRepeatsItsAnswerUntilItIsAcknowledged(t *testing.T) {
	c, f := host(t, Manners{}, time.Minute, func(f *fake) {
		f.deliver(0, ask("INVITE", "1", "", 1))
		f.deliver(200*time.Millisecond, ask("INVITE", "1", "", 1)) // again
	}, nil)
	// RFC 3261 §13.3.1.4: after T1, doubling up to T2, for 64·T1; and one to
	// the INVITE that came again.
	if n := len(times(f.sent, "200")); n != 12 || c.host.Unheard != 1 || c.host.Repeated != 1 || c.host.Open != 0 {
		t.Errorf("%d answers, %s; sent %v", n, tallies(c.host), f.sent)
	}
}

func TestCrowdTakesItsTime(t *testing.T) {
	c, f := host(t, Manners{Answer: Fixed(2 * time.Second), Hold: Fixed(3 * time.Second)}, 20*time.Second,
		func(f *fake) {
			f.deliver(0, ask("INVITE", "1", "", 1, "Record-Route: <sip:127.0.0.1:6001;lr>", "Record-Route: <sip:127.0.0.1:6002;lr>"))
		},
		func(f *fake, to netip.AddrPort, text string) {
			switch {
			case strings.HasPrefix(text, "SIP/2.0 200"):
				f.deliver(time.Millisecond, ask("ACK", "1", toTag(t, text), 1))
			case strings.HasPrefix(text, "BYE"):
				if !strings.HasPrefix(text, "BYE sip:caller@127.0.0.1:5070 ") || !has(text, "Route: <sip:127.0.0.1:6001;lr>\r\nRoute: <sip:127.0.0.1:6002;lr>\r\n") ||
					lineOf(text, "To") != "To: <sip:1000@h>;tag=c1" || to.Port() != 6001 {
					t.Errorf("to %s:\n%s", to, text)
				}
				if f.now > int64(5200*time.Millisecond) { // the first was lost
					f.deliver(time.Millisecond, respond(t, text, "200 OK"))
				}
			}
		})
	if got, want := tallies(c.host), "Invited 1, Answered 1, Acknowledged 1, HungUp 1, Sent 1, Most 1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := strings.Join(f.sent, ", "); got != "0s 180, 2s 200, 5s BYE, 5.51s BYE" {
		t.Errorf("sent %s", got)
	}
}

func TestCrowdIsCancelled(t *testing.T) {
	c, f := host(t, Manners{Answer: Fixed(time.Minute)}, 10*time.Second, func(f *fake) {
		f.deliver(0, ask("INVITE", "1", "", 1))
		f.deliver(time.Second, ask("CANCEL", "1", "", 1))
	}, func(f *fake, _ netip.AddrPort, text string) {
		if strings.HasPrefix(text, "SIP/2.0 487") {
			if lineOf(text, "CSeq") != "CSeq: 1 INVITE" {
				t.Errorf("got %s", text)
			}
			f.deliver(time.Millisecond, ask("ACK", "1", toTag(t, text), 1))
		}
	})
	if got, want := tallies(c.host), "Invited 1, Cancelled 1, Most 1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := strings.Join(f.sent, ", "); got != "0s 180, 1s 200, 1s 487" {
		t.Errorf("sent %s", got)
	}
}

func TestCrowdOfManyManners(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	const calls = 4000
	c, _ := host(t, Manners{Busy: 0.2, Rejected: 0.1, Mute: 0.05}, 20*time.Minute, func(f *fake) {
		for i := range calls {
			f.deliver(time.Duration(i)*250*time.Millisecond+time.Duration(rnd.IntN(1000)), ask("INVITE", fmt.Sprint(i), "", 1))
		}
	}, func(f *fake, _ netip.AddrPort, text string) {
		var m message
		if err := scan([]byte(text), &m); err != nil {
			t.Fatal(err)
		}
		id, _, _ := strings.Cut(string(m.callID), "@")
		switch {
		case m.of != invite || m.status < 200:
		case m.status < 300:
			f.deliver(time.Millisecond, ask("ACK", id, ";tag="+string(tagOf(m.to)), 1))
			f.deliver(time.Second, ask("BYE", id, ";tag="+string(tagOf(m.to)), 2))
		default:
			f.deliver(time.Millisecond, ask("ACK", id, ";tag="+string(tagOf(m.to)), 1))
		}
	})
	near := func(name string, got uint64, share float64) {
		if d := float64(got)/calls - share; d < -0.02 || d > 0.02 {
			t.Errorf("%s: %d of %d, want a share of %g", name, got, calls, share)
		}
	}
	near("busy", c.host.Busy, 0.2)
	near("rejected", c.host.Rejected, 0.1)
	near("mute", c.host.Mute, 0.05)
	h := c.host
	if h.Invited != calls || h.Answered+h.Busy+h.Rejected+h.Mute != calls || h.Released != h.Answered || h.Open != 0 || h.Full != 0 {
		t.Errorf("got %s", tallies(h))
	}
	if len(c.unused) != len(c.guests) || len(c.calls) != 0 {
		t.Errorf("%d slots and %d calls are left", len(c.guests)-len(c.unused), len(c.calls))
	}
}

func TestFullCrowdSaysSo(t *testing.T) {
	c, f := host(t, Manners{Answer: Fixed(time.Hour)}, time.Second, func(f *fake) {
		for i := range 60 {
			f.deliver(0, ask("INVITE", fmt.Sprint(i), "", 1))
		}
	}, nil)
	if c.host.Full != 10 || c.host.Open != 50 || len(times(f.sent, "503")) != 10 {
		t.Errorf("got %s", tallies(c.host))
	}
}

// A system that loses ACKs leaves the called side with calls that it must take
// for dead; one that is overtaken by its BYE is not lost.
func TestAnswersWithoutAnACKAreCounted(t *testing.T) {
	for name, x := range map[string]struct {
		ack  time.Duration // after the BYE; -1 for none
		want uint64
	}{"lost": {-1, 1}, "overtaken": {time.Millisecond, 0}, "in time": {-10 * time.Millisecond, 0}} {
		c, _ := host(t, Manners{}, time.Second, func(f *fake) { f.deliver(0, ask("INVITE", "1", "", 1)) }, func(f *fake, _ netip.AddrPort, text string) {
			if !strings.HasPrefix(text, "SIP/2.0 200") || !strings.Contains(text, "INVITE") {
				return
			}
			f.deliver(50*time.Millisecond, ask("BYE", "1", toTag(t, text), 2))
			if x.ack != -1 {
				f.deliver(50*time.Millisecond+x.ack, ask("ACK", "1", toTag(t, text), 1))
			}
		})
		if got := c.host.Unacknowledged(); got != x.want || c.host.Released != 1 {
			t.Errorf("%s: %d answers without an ACK, want %d: %s", name, got, x.want, tallies(c.host))
		}
	}
}

// One datagram of many may be lost; a call that arrives twice is never right.
func TestWhatACrowdMissesOfItsCallers(t *testing.T) {
	placed := Report{Attempts: 2_000, Answered: 2_000}
	for name, x := range map[string]struct {
		host Host
		want string
	}{
		"all is well":            {Host{Invited: 2_000, Answered: 2_000, Acknowledged: 2_000}, ""},
		"one ACK was lost":       {Host{Invited: 2_000, Answered: 2_000, Unproved: 1}, ""},
		"ACKs are lost":          {Host{Invited: 2_000, Answered: 2_000, Unproved: 90, Unheard: 10}, "answers without an ACK: 100 of 2000"},
		"calls come twice":       {Host{Invited: 4_000, Answered: 4_000, Acknowledged: 4_000}, "calls that came twice: 2000 of 2000"},
		"a busy one is tried on": {Host{Invited: 2_400, Answered: 2_000, Busy: 400, Acknowledged: 2_000}, ""},
	} {
		var got []string
		for _, m := range (Hosted{Host: x.host}).Check(placed) {
			got = append(got, m.Name+": "+m.Measured)
		}
		if text := strings.Join(got, "; "); text != x.want {
			t.Errorf("%s: got %q, want %q", name, text, x.want)
		}
	}
}
