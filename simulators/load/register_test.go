package load

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"
)

// registrar binds what it is asked to, and holds requests against RFC 3261
// §10.3.
type registrar struct {
	t       *testing.T
	bound   map[string]string // address of record: contact
	last    map[string]int    // CSeq by Call-ID
	calls   map[string]string // Call-ID by address of record
	asked   []string          // requests, each once
	granted string            // what stands behind the contact in a 200
	fate    func(request string) (status, header string)
}

func newRegistrar(t *testing.T) *registrar {
	return &registrar{t: t, bound: map[string]string{}, last: map[string]int{}, calls: map[string]string{}, granted: ";expires=3600"}
}

func (r *registrar) peer(f *fake, _ netip.AddrPort, text string) {
	if !strings.HasPrefix(text, "REGISTER ") {
		return
	}
	r.asked = append(r.asked, text)
	aor, id := lineOf(text, "To"), lineOf(text, "Call-ID")
	if r.calls[aor] == "" {
		r.calls[aor] = id
	}
	cseq, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(lineOf(text, "CSeq"), "CSeq: "), " REGISTER"))
	if err != nil || cseq < r.last[id] || r.calls[aor] != id {
		r.t.Errorf("CSeq %d after %d (%v), %s for %s", cseq, r.last[id], err, id, aor)
	}
	r.last[id] = cseq
	if r.fate != nil {
		if status, header := r.fate(text); status != "" {
			if status != "none" {
				f.deliver(10*time.Millisecond, respond(r.t, text, status, header))
			}
			return
		}
	}
	contact := strings.TrimPrefix(lineOf(text, "Contact"), "Contact: ")
	if lineOf(text, "Expires") == "Expires: 0" {
		delete(r.bound, aor)
		f.deliver(10*time.Millisecond, r.ok(text, `<sip:other@127.0.0.1:1>;expires=60`))
		return
	}
	r.bound[aor] = contact
	f.deliver(10*time.Millisecond, r.ok(text, `"a, <b>" <sip:other@127.0.0.1:1>;expires=60, `+contact+r.granted))
}

func (r *registrar) ok(request, contacts string) string {
	var m message
	if err := scan([]byte(request), &m); err != nil {
		r.t.Fatalf("%v:\n%s", err, request)
	}
	return string(reply(nil, &m, "200 OK", "x", "Contact: "+contacts+"\r\n", empty))
}

// users are the addresses of record of a test.
const users = 5

// enrol registers in memory; the same for calls is place.
func enrol(t *testing.T, plan Arrivals, r *registrar, change ...func(*caller)) (*caller, *fake) {
	t.Helper()
	return place(t, plan, 0, r.peer, append([]func(*caller){func(c *caller) {
		w := newWriter(here1, "example.net", Range("", 1000, users, 4), Range("", 1000, users, 4), "")
		c.auth = &authenticator{accounts: []Account{{Password: "p"}}}
		c.reg = newBindings(c.s, there, w, users, &c.m)
		c.reg.auth, c.reg.limit = c.auth, users
	}}, change...)...)
}

func TestRegistrationsAndReregistrations(t *testing.T) {
	r := newRegistrar(t)
	c, _ := enrol(t, Until(Constant(10), 2*users+1, 0), r)
	if m := c.m; m.Attempts != 11 || m.Answered != 11 || m.Completed != 11 || m.Reregistered != 6 || m.Codes[200] != 11 || m.Retransmitted != 0 {
		t.Errorf("got %s", counts(c))
	}
	if c.m.RRD.TotalCount() != 5 || c.m.AgainRRD.TotalCount() != 6 || c.m.RRD.Max() < 10_000 || c.m.AgainRRD.Max() > 10_100 {
		t.Errorf("RRD %d times, %d µs; again %d times, %d µs; want 5, 6, and the 10 ms of the network",
			c.m.RRD.TotalCount(), c.m.RRD.Max(), c.m.AgainRRD.TotalCount(), c.m.AgainRRD.Max())
	}
	// RFC 7502 §6.7: each a distinct address of record.
	if len(r.calls) != users || c.m.Removed != users || c.m.Left != 0 || len(r.bound) != 0 {
		t.Errorf("%d addresses, %d removed, %d left; the registrar has %v", len(r.calls), c.m.Removed, c.m.Left, r.bound)
	}
	want := "REGISTER sip:example.net SIP/2.0\r\n"
	if text := r.asked[1]; !strings.HasPrefix(text, want) || lineOf(text, "To") != "To: <sip:1001@example.net>" ||
		!strings.HasPrefix(lineOf(text, "From"), "From: <sip:1001@example.net>;tag=") || lineOf(text, "Contact") != "Contact: <sip:1001@127.0.0.1:5060>" ||
		lineOf(text, "Expires") != "Expires: 3600" {
		t.Errorf("got\n%s", text)
	}
	for i, s := range c.m.Seconds[:1] {
		if s.Attempts != 10 || s.Answered != 10 {
			t.Errorf("second %d: %+v", i, s)
		}
	}
}

// RFC 6076 §4.1: the challenge and its answer are one attempt, and their time
// is part of its delay.
func TestRegistrationIsChallenged(t *testing.T) {
	r := newRegistrar(t)
	r.fate = func(text string) (string, string) {
		switch nonce := valueOf(text, "nonce"); {
		case nonce == "":
			return "401 Who", digest("old", "")
		case nonce == "old":
			return "401 Too old", digest("new", ", stale=true")
		case valueOf(text, "username") != strings.TrimPrefix(strings.Split(lineOf(text, "To"), "@")[0], "To: <sip:"):
			return "403 Forbidden", "Subject: " + valueOf(text, "username")
		}
		return "", ""
	}
	c, _ := enrol(t, Until(Constant(10), users, 0), r)
	if c.m.Answered != users || c.m.Challenged != users || c.m.Refused != 0 || c.m.Removed != users || len(r.bound) != 0 {
		t.Errorf("%s; bound %v", counts(c), r.bound)
	}
	if d := c.m.RRD.Min(); d < 30_000 || d > 30_100 {
		t.Errorf("RRD is %d µs, want three times the 10 ms of the network", d)
	}
	if text := r.asked[1]; valueOf(text, "uri") != "sip:example.net" || lineOf(text, "CSeq") != "CSeq: 2 REGISTER" {
		t.Errorf("got\n%s", text)
	}
}

func TestRegistrationsThatFail(t *testing.T) {
	r := newRegistrar(t)
	r.fate = func(text string) (string, string) {
		switch {
		case strings.Contains(lineOf(text, "To"), "1001"):
			return "403 Forbidden", "Subject: no"
		case strings.Contains(lineOf(text, "To"), "1002"):
			return "none", ""
		case strings.Contains(lineOf(text, "To"), "1003"): // the password is wrong
			return "401 Who", digest("n", "")
		case strings.Contains(lineOf(text, "To"), "1004"): // accepts, and does not bind
			return "200 OK", "Contact: <sip:1004@127.0.0.1:9>;expires=60"
		}
		return "", ""
	}
	c, f := enrol(t, Until(Constant(10), users, 0), r)
	if c.m.Attempts != users || c.m.Answered != 1 || c.m.Refused != 2 || c.m.TimedOut != 1 || c.m.Unbound != 1 || c.m.Codes[403] != 1 || c.m.Codes[401] != 1 {
		t.Errorf("got %s", counts(c))
	}
	res := Result{Measure: c.m, Registrations: true}
	// RFC 6076 §4.2: 403 and no response; 401 is never a failure.
	if o := res.Report(); o.IRA == nil || *o.IRA != 40 || o.SER != nil || o.ASR != nil {
		t.Errorf("IRA %v, SER %v", o.IRA, o.SER)
	}
	// What may be bound is removed, or said to be left.
	if c.m.Removed != 1 || c.m.Left != 1 {
		t.Errorf("removed %d, left %d; sent %v", c.m.Removed, c.m.Left, f.sent)
	}
	n := 0 // RFC 3261 §17.1.2.2: 0, 0.5, 1.5, 3.5, then every 4 s until 32 s
	for _, text := range r.asked {
		if strings.Contains(lineOf(text, "To"), "1002") && lineOf(text, "Expires") != "Expires: 0" {
			n++
		}
	}
	if n != 11 {
		t.Errorf("%d REGISTERs that nobody answers, want 11", n)
	}
}

// An address has one request at a time (RFC 3261 §10.2), and too few of them
// for the rate spoil the run.
func TestAddressIsStillRegistered(t *testing.T) {
	r := newRegistrar(t)
	r.fate = func(string) (string, string) { return "none", "" }
	c, _ := enrol(t, Until(Constant(10), 2*users, 0), r, func(c *caller) { c.reg.limit = 100 })
	if c.m.Overtaken != users || c.m.TimedOut != users {
		t.Errorf("got %s", counts(c))
	}
	res := Result{Measure: c.m, Took: time.Minute, Engines: 1}
	if reasons := fmt.Sprint(res.reasons()); !strings.Contains(reasons, "5 of 10 registrations could not begin") {
		t.Errorf("got %s", reasons)
	}
}

func TestInterruptionRemovesBindings(t *testing.T) {
	r := newRegistrar(t)
	f := &fake{t: t, peer: r.peer}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	w := newWriter(here1, "example.net", Range("", 1000, users, 4), nil, "")
	c := newCaller(f, there, w, 0)
	c.plan, c.of, c.rnd = Constant(10), 1, rand.New(rand.NewPCG(1, 1))
	c.reg = newBindings(f, there, w, users, &c.m)
	c.next, c.more = c.plan.Next()
	c.setGrid(10)
	most := 0
	for c.step(ctx) {
		most = max(most, len(r.bound))
		if f.now > int64(250*time.Millisecond) {
			stop()
		}
		if f.now > int64(time.Minute) {
			t.Fatal("no end")
		}
	}
	if most != 3 || len(r.bound) != 0 || c.m.Removed != 3 || c.m.Attempts != 3 {
		t.Errorf("%d bound at most, %d at the end, %s", most, len(r.bound), counts(c))
	}
}

func TestFaultsOfARegistrationAreAllNamed(t *testing.T) {
	_, err := Register(t.Context(), RegisterConfig{From: here1, To: there, Expires: 1500 * time.Millisecond})
	want := "arrivals: want some\nusers: want addresses of record, or accounts\ncount 0: want 1 to 1000000 addresses of record, and one for each engine\nexpires 1.5s: want whole seconds"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// A registrar may tell of a binding that it has just removed.
func TestBindingListedAsEndedIsRemoved(t *testing.T) {
	for contact, want := range map[string]uint64{
		";expires=0": 1, ";expires=00": 1, ";expires=1": 0, "": 0,
	} {
		r := newRegistrar(t)
		c, _ := enrol(t, one(), r, func(c *caller) {
			c.s.(*fake).peer = func(f *fake, to netip.AddrPort, text string) {
				if lineOf(text, "Expires") != "Expires: 0" {
					r.peer(f, to, text)
					return
				}
				f.deliver(time.Millisecond, r.ok(text, strings.TrimPrefix(lineOf(text, "Contact"), "Contact: ")+contact))
			}
		})
		if c.m.Removed != want || c.m.Left != 1-want {
			t.Errorf("listed with %q: %d removed, %d left; want %d removed", contact, c.m.Removed, c.m.Left, want)
		}
	}
}
