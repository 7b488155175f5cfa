package load

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

// What a call ends in that gets no response which can be used.
func TestWhyAResponseCannotBeUsedIsSaid(t *testing.T) {
	const nobody = "the system under test answered 1 of 1 calls with a 200 that nobody can acknowledge: "
	for name, x := range map[string]struct {
		change []string // of the 200
		want   string
	}{
		"no Contact":         {[]string{"Contact: <sip:callee@127.0.0.1:5070>\r\n", ""}, nobody + "no Contact"},
		"no To tag":          {[]string{";tag=callee", ""}, nobody + "no To tag"},
		"a long tag":         {[]string{";tag=callee", ";tag=" + strings.Repeat("x", 256)}, nobody + "its To tag, Contact or Record-Route is longer than 255, 1000 or 2000 bytes"},
		"a long route":       {[]string{"Contact:", "Record-Route: " + strings.Repeat("<sip:p.example;lr>,", 160) + "<sip:p.example;lr>\r\nContact:"}, nobody + "its To tag, Contact or Record-Route is longer than 255, 1000 or 2000 bytes"},
		"port 0":             {[]string{"@127.0.0.1:5070>", "@127.0.0.1:0>"}, nobody + "its Contact or Record-Route names an address that nothing can be sent to from here"},
		"another family":     {[]string{"@127.0.0.1:5070>", "@[::1]:5070>"}, nobody + "its Contact or Record-Route names an address that nothing can be sent to from here"},
		"of another method":  {[]string{"1 INVITE", "1 OPTIONS"}, nobody + "another method in CSeq"},
		"of the CANCEL":      {[]string{"1 INVITE", "1 CANCEL"}, nobody + "another method in CSeq"},
		"of another Call-ID": {[]string{"Call-ID: 0", "Call-ID: 1"}, "the system under test left 1 of 1 calls without a final response for 32 s"},
		"of another request": {[]string{"1 INVITE", "77 INVITE"}, "the system under test answered 1 of 1 calls with a response that has another CSeq number than the request"},
		"from another":       {[]string{"From: <sip:1000@127.0.0.1:5060>;tag=", "From: <sip:1000@127.0.0.1:5060>;tag=x"}, "the system under test answered 1 of 1 calls with a response that has another From tag than the request"},
		"refused so":         {[]string{"200 OK", "486 Busy Here", "1 INVITE", "77 INVITE"}, "the system under test answered 1 of 1 calls with a response that has another CSeq number than the request"},
		"sound":              {nil, ""},
	} {
		for before, status := range map[string]string{"with ringing": "180 Ringing", "at once": ""} {
			c, _ := place(t, one(), 0, func(f *fake, _ netip.AddrPort, text string) {
				switch {
				case strings.HasPrefix(text, "INVITE"):
					if status != "" {
						f.deliver(time.Millisecond, respond(t, text, status))
					}
					f.deliver(2*time.Millisecond, strings.NewReplacer(x.change...).Replace(respond(t, text, "200 OK")))
				case strings.HasPrefix(text, "CANCEL"), strings.HasPrefix(text, "BYE"):
					f.deliver(time.Millisecond, respond(t, text, "200 OK"))
				}
			})
			r := Result{Measure: c.m}
			if got := strings.Join(r.Report().Faults(), "; "); got != x.want || (x.want == "") != (r.Completed == 1) || r.Report().Failed() != 1-r.Completed {
				t.Errorf("%s, %s: got %q, want %q; %s", name, before, got, x.want, counts(c))
			}
		}
	}
}

// A crowd that was told to be silent excuses no answers that nobody can use.
func TestSilenceOfTheCrowdExcusesNoBrokenAnswer(t *testing.T) {
	r := Result{Measure: *newMeasure()}
	r.Attempts, r.TimedOut, r.Unusable[withoutContact] = 10, 10, 4
	r.Excuse(Hosted{Host: Host{Mute: 10}})
	if got := r.Report(); got.Failed() != 4 || len(got.Faults()) != 1 {
		t.Errorf("%d failed, %q; want 4 of 10", got.Failed(), got.Faults())
	}
}

// The same of a BYE: the call was answered, and is not released.
func TestWhyAResponseToAByeCannotBeUsedIsSaid(t *testing.T) {
	for name, x := range map[string]struct {
		change []string // of the 200 to BYE
		want   string
	}{
		"of another request": {[]string{"2 BYE", "3 BYE"}, "the system under test answered the BYE of 1 of 1 calls with a response that has another CSeq number than the request"},
		"from another":       {[]string{"From: <sip:1000@127.0.0.1:5060>;tag=", "From: <sip:1000@127.0.0.1:5060>;tag=x"}, "the system under test answered the BYE of 1 of 1 calls with a response that has another From tag than the request"},
		"sound":              {nil, ""},
		"in capitals":        {[]string{"tag=00000000", "TAG=00000000"}, ""},
	} {
		c, _ := place(t, one(), 0, func(f *fake, _ netip.AddrPort, text string) {
			switch {
			case strings.HasPrefix(text, "INVITE"):
				f.deliver(time.Millisecond, respond(t, text, "200 OK"))
			case strings.HasPrefix(text, "BYE"):
				f.deliver(time.Millisecond, strings.NewReplacer(x.change...).Replace(respond(t, text, "200 OK")))
			}
		})
		r := Result{Measure: c.m}
		if got := strings.Join(r.Report().Faults(), "; "); got != x.want || (x.want == "") != (r.Completed == 1) {
			t.Errorf("%s: got %q, want %q; %s", name, got, x.want, counts(c))
		}
	}
}

func TestWhyAResponseToARegistrationCannotBeUsedIsSaid(t *testing.T) {
	r := newRegistrar(t)
	c, _ := enrol(t, one(), r, func(c *caller) {
		f := c.s.(*fake)
		f.peer = func(f *fake, to netip.AddrPort, text string) {
			r.peer(f, to, text)
			for i := range f.in {
				f.in[i].data = []byte(strings.Replace(string(f.in[i].data), " REGISTER", "0 REGISTER", 1))
			}
		}
	})
	res := Result{Measure: c.m, Registrations: true}
	want := "the system under test answered 1 of 1 registrations with a response that has another CSeq number than the request"
	if got := strings.Join(res.Report().Faults(), "; "); got != want {
		t.Errorf("got %q, want %q; %s", got, want, counts(c))
	}
}
