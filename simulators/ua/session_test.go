package ua_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/reports/record"
	"ringproof/simulators/ua"
)

// settled tells whether n offers or refreshes of ours have their end.
func settled(n int) func(record.Attempt) bool {
	return func(a record.Attempt) bool {
		done := 0
		for _, r := range a.Reoffers {
			if r.Sent && r.Code != 0 {
				done++
			}
		}
		return done == n
	}
}

func changes(a record.Attempt) string {
	var out []string
	for _, r := range a.Reoffers {
		side := "in"
		if r.Sent {
			side = "out"
		}
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %d %s", side, r.Method, r.Code, r.Direction)))
	}
	return strings.Join(out, ", ")
}

// What happens within a call that the agent placed, with the other side's
// octets in a file.
func TestWithinACallThatTheAgentPlaced(t *testing.T) {
	rows := []struct {
		name, file string
		how        []ua.Option
		do         func(t *testing.T, f *flow, c *ua.Call)
		hold       func(t *testing.T, a record.Attempt)
		media      string
	}{
		{
			"it holds and resumes, is held and resumed", "call-held", nil,
			func(t *testing.T, f *flow, c *ua.Call) {
				f.await(t, c, "answer", answered)
				if err := c.Hold(f.ctx); err != nil {
					t.Error(err)
				}
				f.await(t, c, "hold", settled(1))
				if f.media.hushed == 0 {
					t.Error("it talks on while it holds")
				}
				if err := c.Resume(f.ctx); err != nil {
					t.Error(err)
				}
			},
			func(t *testing.T, a record.Attempt) {
				if got, want := changes(a), "out INVITE 200 sendonly, out INVITE 200 sendrecv, in INVITE 200 sendonly, in UPDATE 200 sendrecv"; got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			},
			"192.0.2.2:3456 PCMU/8000, 192.0.2.2:3456 PCMU/8000, 192.0.2.2:0 PCMU/8000, 192.0.2.2:3456 PCMU/8000",
		},
		{
			"it holds, is answered with port 0, and resumes", "call-held-refused", nil,
			func(t *testing.T, f *flow, c *ua.Call) {
				f.await(t, c, "answer", answered)
				if err := c.Hold(f.ctx); err != nil {
					t.Error(err)
				}
				a := f.await(t, c, "hold", settled(1))
				if f.media.hushed == 0 {
					t.Error("it talks on while it holds")
				}
				if r := a.Reoffers[0]; r.Answer != "" || a.ByeAt != 0 {
					t.Errorf("got %+v, released at %d; want no direction in the answer, and the call kept", r, a.ByeAt)
				}
				if err := c.Resume(f.ctx); err != nil {
					t.Error(err)
				}
			},
			func(t *testing.T, a record.Attempt) {
				if got, want := changes(a), "out INVITE 200 sendonly, out INVITE 200 sendrecv"; got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			},
			"192.0.2.2:3456 PCMU/8000, 192.0.2.2:3456 PCMU/8000",
		},
		{
			"its offer meets another", "call-glare", nil,
			func(t *testing.T, f *flow, c *ua.Call) {
				f.await(t, c, "answer", answered)
				if err := c.Hold(f.ctx); err != nil {
					t.Error(err)
				}
			},
			func(t *testing.T, a record.Attempt) {
				if got, want := changes(a), "out INVITE 200 sendonly"; got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			},
			"192.0.2.2:3456 PCMU/8000",
		},
		{
			"its offer meets another, and it has answered since", "call-glare-answered", nil,
			func(t *testing.T, f *flow, c *ua.Call) {
				f.await(t, c, "answer", answered)
				if err := c.Hold(f.ctx); err != nil {
					t.Error(err)
				}
			},
			func(t *testing.T, a record.Attempt) {
				if got, want := changes(a), "out INVITE 200 sendonly, in INVITE 200 sendrecv"; got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			},
			"192.0.2.2:3456 PCMU/8000",
		},
		{
			"it leaves the offer to the other side", "call-delayed",
			[]ua.Option{ua.Delayed()},
			nil,
			func(t *testing.T, a record.Attempt) {
				if !a.Delayed || a.AgreedAt == 0 || !slices.Equal(a.Agreed, []string{"PCMU/8000"}) {
					t.Errorf("got %+v", a.Session)
				}
			},
			"192.0.2.2:3456 PCMU/8000",
		},
		{
			"it requires reliable ringing", "call-reliable",
			[]ua.Option{ua.Reliably()},
			nil,
			func(t *testing.T, a record.Attempt) {
				if len(a.Reliable) != 2 || a.Reliable[0].AckCode != 200 || a.Reliable[1].RAck != "988790 1 INVITE" {
					t.Errorf("got %+v", a.Reliable)
				}
			},
			"192.0.2.2:3456 PCMU/8000",
		},
		{
			"it answers an offer in a reliable response", "call-reliable-offer",
			[]ua.Option{ua.Delayed()},
			nil,
			func(t *testing.T, a record.Attempt) {
				if a.AgreedAt == 0 || len(a.Reliable) != 1 {
					t.Errorf("got %+v", a.Session)
				}
			},
			"192.0.2.2:3456 PCMU/8000",
		},
		{
			"it asks for the shortest session that the other side takes", "call-brief",
			[]ua.Option{ua.Refreshed(90 * time.Second)},
			nil,
			func(t *testing.T, a record.Attempt) {
				if a.Timer.Asked != 120 || a.Timer.Granted != 120 || a.Timer.Refresher != "uas" {
					t.Errorf("got %+v", a.Timer)
				}
			},
			"192.0.2.2:3456 PCMU/8000",
		},
		{
			"it refreshes the session at half time", "call-refreshed",
			[]ua.Option{ua.Refreshing(100 * time.Second)},
			nil,
			func(t *testing.T, a record.Attempt) {
				if got, want := changes(a), "out UPDATE 200, out UPDATE 481"; got != want || a.Timer.Granted != 100 || a.Timer.Refresher != "uac" {
					t.Errorf("got %s and %+v, want %s", got, a.Timer, want)
				}
				if took := time.Duration(a.ByeAt - a.AnsweredAt).Round(time.Millisecond); took != 100*time.Second {
					t.Errorf("released after %s, want 100s: two refreshes", took)
				}
			},
			"192.0.2.2:3456 PCMU/8000",
		},
		{
			"it hangs up when it is no longer refreshed", "call-lapsed",
			[]ua.Option{ua.Refreshing(90 * time.Second)},
			nil,
			func(t *testing.T, a record.Attempt) {
				// SE - min(32 s, SE/3), RFC 4028 §10.
				if took := time.Duration(a.ByeAt - a.AnsweredAt).Round(time.Millisecond); took != 60*time.Second || !a.ByeSent {
					t.Errorf("released after %s, want 60s", took)
				}
			},
			"192.0.2.2:3456 PCMU/8000",
		},
		{
			"it transfers the other side", "call-transferred", nil,
			func(t *testing.T, f *flow, c *ua.Call) {
				f.await(t, c, "answer", answered)
				if err := c.Transfer(f.ctx, "carol"); err != nil {
					t.Error(err)
				}
			},
			func(t *testing.T, a record.Attempt) {
				if r := a.Refer; r == nil || r.To != "carol" || r.Code != 202 || !slices.Equal(r.Notified(), []int{100, 200}) || r.Notices[1].State != "terminated" {
					t.Errorf("got %+v", r)
				}
			},
			"192.0.2.2:3456 PCMU/8000",
		},
		{
			"it is sent to a number that it may go to, and to one that it may not", "call-redirected",
			[]ua.Option{ua.Following("carol")},
			nil,
			func(t *testing.T, a record.Attempt) {
				if a.Redirected != "carol" || a.Outcome != record.Rejected || a.Final() != 302 {
					t.Errorf("got %+v", a)
				}
			},
			"",
		},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			play(t, row.file, ua.Behaviour{}, func(t *testing.T, f *flow) {
				c, err := f.agent.Invite(f.ctx, "alice", "bob", row.how...)
				if err != nil {
					t.Fatal(err)
				}
				if row.do != nil {
					row.do(t, f, c)
				}
				a := f.await(t, c, "end", over)
				if a.Outcome == record.Answered {
					f.await(t, c, "release", released)
				}
				f.finish()
				row.hold(t, c.Fact())
				if got := strings.Join(f.media.to, ", "); got != row.media {
					t.Errorf("media to %q, want %q", got, row.media)
				}
			})
		})
	}
}

func TestWithinACallThatCameIn(t *testing.T) {
	rows := []struct {
		name, file string
		behaviour  ua.Behaviour
		codes      []int
		hold       func(t *testing.T, a record.Attempt)
	}{
		{"it speaks before it answers", "called-announces", ua.Behaviour{Announce: true}, []int{183, 200}, nil},
		{
			"it rings reliably", "called-reliably",
			ua.Behaviour{Reliable: true},
			[]int{180, 200},
			func(t *testing.T, a record.Attempt) {
				if len(a.Reliable) != 1 || a.Reliable[0].AckCode != 200 {
					t.Errorf("got %+v", a.Reliable)
				}
			},
		},
		{"it can ring reliably alone, and the caller cannot", "called-unreliably", ua.Behaviour{Reliable: true}, []int{421}, objects("Supported: 100rel")},
		{"its ringing is not acknowledged", "called-no-prack", ua.Behaviour{Reliable: true}, []int{180, 504}, nil},
		{"it sends the caller elsewhere", "called-redirects", ua.Behaviour{Redirect: "carol"}, []int{302}, nil},
		{"an unknown extension is required", "called-extension", ua.Behaviour{}, []int{420}, objects("requires nothing-known")},
		{"a body beside the offer is not understood", "called-body", ua.Behaviour{}, []int{415}, objects("application/isup")},
		{"a body in place of an offer is not understood", "called-body-alone", ua.Behaviour{}, []int{415}, objects("text/plain")},
		{"there is no codec in common", "called-no-codec", ua.Behaviour{Codecs: []string{"G729"}}, []int{488}, nil},
		{"the session is too short", "called-brief", ua.Behaviour{}, []int{422}, nil},
		{
			"it hangs up when it is no longer refreshed", "called-lapsed",
			ua.Behaviour{},
			[]int{180, 200},
			func(t *testing.T, a record.Attempt) {
				if took := time.Duration(a.ByeAt - a.AnsweredAt).Round(time.Millisecond); took != 60*time.Second || !a.ByeSent {
					t.Errorf("released after %s, want 60s: 90 - 90/3 (RFC 4028 §10)", took)
				}
			},
		},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			play(t, row.file, row.behaviour, func(t *testing.T, f *flow) {
				c, err := f.agent.Arrival(f.ctx)
				if err != nil {
					t.Fatal(err)
				}
				if row.behaviour.Announce {
					synctest.Wait() // the 183 is sent
					if len(f.media.to) != 1 {
						t.Errorf("talks to %v before the answer, want one", f.media.to)
					}
					if err := c.Answer(f.ctx); err != nil {
						t.Error(err)
					}
				}
				a := f.await(t, c, "end", over)
				if a.Outcome == record.Answered {
					f.await(t, c, "release", released)
				}
				f.finish()
				a = c.Fact()
				if !slices.Equal(codes(a), row.codes) {
					t.Errorf("got %v, want %v", codes(a), row.codes)
				}
				if row.hold != nil {
					row.hold(t, a)
				}
			})
		})
	}
}

// objects tells whether a party says why it refuses.
func objects(to string) func(*testing.T, record.Attempt) {
	return func(t *testing.T, a record.Attempt) {
		if !strings.Contains(a.Objection, to) {
			t.Errorf("objects %q, want %q", a.Objection, to)
		}
	}
}
