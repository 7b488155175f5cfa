package ua_test

import (
	"context"
	"crypto/md5" //nolint:gosec // RFC 3261 §22.4
	"encoding/hex"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"ringproof/internal/memnet"
	"ringproof/internal/script"
	"ringproof/internal/sdp"
	"ringproof/internal/wire"
	"ringproof/reports/record"
	"ringproof/simulators/ua"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	ours   = netip.MustParseAddrPort("192.0.2.1:5060")
	theirs = netip.MustParseAddrPort("192.0.2.2:5060")
)

// silence is media that only remembers where it was told to send.
type silence struct {
	to     []string
	hushed int
}

func (*silence) Addr() netip.AddrPort { return netip.MustParseAddrPort("192.0.2.1:30000") }
func (s *silence) Start(to netip.AddrPort, c sdp.Codec) {
	s.to = append(s.to, to.String()+" "+c.String())
}
func (s *silence) Hush()              { s.hushed++ }
func (*silence) Close() record.Stream { return record.Stream{} }

// flow is an agent in virtual time with a script at the other side.
type flow struct {
	ctx     context.Context //nolint:containedctx // the bound of one test
	agent   *ua.Agent
	peer    *script.Peer
	media   *silence
	journal *record.Journal
	finish  func() // waits until the script is played: then its values may be read
}

// play runs the script of that name against an agent while do does the
// agent's part.
func play(t *testing.T, name string, b ua.Behaviour, do func(t *testing.T, f *flow)) {
	t.Helper()
	s, err := script.Load("testdata/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	playScript(t, s, b, do)
}

func playScript(t *testing.T, s *script.Script, b ua.Behaviour, do func(t *testing.T, f *flow)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		journal, err := record.NewJournal("", record.Run{Started: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		f := &flow{media: &silence{}, journal: journal}
		var ids atomic.Int64
		id := func() string { return fmt.Sprint(ids.Add(1)) }
		f.agent, err = ua.New(ua.Config{
			Network: n, Addr: ours, Party: "phone", User: "alice", Username: "alice", Password: "bobspassword",
			Incoming: func(string) ua.Behaviour { return b },
			Media:    func() (ua.Media, error) { return f.media, nil },
			Journal:  journal, NewID: id, Token: id,
		})
		if err != nil {
			t.Fatal(err)
		}
		f.agent.Face(wire.Hop{Transport: wire.UDP, Addr: theirs}, "biloxi.example.com")
		var cancel context.CancelFunc
		f.ctx, cancel = context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		sock, err := n.ListenPacket(theirs)
		if err != nil {
			t.Fatal(err)
		}
		defer sock.Close()
		f.peer = script.NewPeer(sock, f.agent.Addr())
		played := make(chan error, 1)
		go func() { played <- f.peer.Play(f.ctx, s) }()
		f.finish = sync.OnceFunc(func() {
			if err := <-played; err != nil {
				t.Error(err)
			}
		})
		do(t, f)
		f.finish()
		f.agent.Close(f.ctx)
		if ack := f.peer.Value("ack-branch"); ack != "" && ack == f.peer.Value("branch") {
			t.Error("the ACK to a 2xx has the branch of the INVITE (RFC 3261 §13.2.2.4)")
		}
	})
}

func (f *flow) await(t *testing.T, c *ua.Call, what string, wanted func(record.Attempt) bool) record.Attempt {
	t.Helper()
	if err := c.Await(f.ctx, wanted); err != nil {
		t.Fatalf("%s: %v, fact %+v", what, err, c.Fact())
	}
	return c.Fact()
}

func codes(a record.Attempt) (all []int) {
	for _, r := range a.Responses {
		all = append(all, r.Code)
	}
	return all
}

func over(a record.Attempt) bool     { return a.Outcome != record.Pending }
func answered(a record.Attempt) bool { return a.Outcome == record.Answered }
func released(a record.Attempt) bool { return a.ByeAt != 0 && (!a.ByeSent || a.ByeCode != 0) }

// RFC 3665 §3: each flow with the other side's octets in a file.
func TestTheAgentCalls(t *testing.T) {
	rows := []struct {
		name, file string
		do         func(t *testing.T, f *flow, c *ua.Call)
		outcome    record.Outcome
		codes      []int
		media      string
	}{
		{
			"and is answered, and releases", "call-answered",
			func(t *testing.T, f *flow, c *ua.Call) {
				f.await(t, c, "answer", answered)
				if err := c.Hangup(f.ctx); err != nil {
					t.Error(err)
				}
				if a := f.await(t, c, "release", released); !a.ByeSent || a.ByeCode != 200 {
					t.Errorf("BYE sent %t, answered %d", a.ByeSent, a.ByeCode)
				}
			},
			record.Answered,
			[]int{180, 200},
			"192.0.2.2:3456 PCMU/8000",
		},
		{
			"and is answered in a multipart", "call-answered-multipart",
			func(t *testing.T, f *flow, c *ua.Call) {
				f.await(t, c, "answer", answered)
				if err := c.Hangup(f.ctx); err != nil {
					t.Error(err)
				}
			},
			record.Answered,
			[]int{180, 200},
			"192.0.2.2:3456 PCMU/8000",
		},
		{
			"and is answered and released by the other side, over a route", "call-released",
			func(t *testing.T, f *flow, c *ua.Call) {
				if a := f.await(t, c, "release", released); a.ByeSent {
					t.Error("sent a BYE of its own")
				}
				f.finish()
				if got, want := f.peer.Value("route"), "<sip:p1@192.0.2.2:5060;lr>"; got != want {
					t.Errorf("topmost Route %s, want %s, the last Record-Route (RFC 3261 §12.1.2)", got, want)
				}
			},
			record.Answered,
			[]int{180, 200},
			"192.0.2.2:3456 PCMU/8000",
		},
		{
			"and asks within the dialog when it has ended", "call-asked",
			func(t *testing.T, f *flow, c *ua.Call) {
				f.await(t, c, "answer", answered)
				if err := c.Hangup(f.ctx); err != nil {
					t.Error(err)
				}
				f.await(t, c, "release", released)
				if err := c.Ask(f.ctx); err != nil || c.Fact().AskedCode != 481 {
					t.Errorf("got %d, %v, want 481", c.Fact().AskedCode, err)
				}
			},
			record.Answered,
			[]int{180, 200},
			"192.0.2.2:3456 PCMU/8000",
		},
		{"a busy one", "call-busy", nil, record.Rejected, []int{486}, ""},
		{"one that is unavailable after ringing", "call-unavailable", nil, record.Rejected, []int{180, 480}, ""},
		{
			"and cancels, since nobody answers", "call-no-answer",
			func(t *testing.T, f *flow, c *ua.Call) {
				f.await(t, c, "ringing", func(a record.Attempt) bool { return len(a.Responses) == 1 })
				if err := c.Cancel(f.ctx); err != nil {
					t.Error(err)
				}
				if a := f.await(t, c, "end", over); a.CancelAt == 0 || a.CancelCode != 200 {
					t.Errorf("CANCEL at %d, answered %d", a.CancelAt, a.CancelCode)
				}
			},
			record.Abandoned,
			[]int{180, 487},
			"",
		},
		{
			"and cancels at once: as soon as it is allowed", "call-no-answer",
			func(t *testing.T, f *flow, c *ua.Call) {
				if err := c.Cancel(f.ctx); err != nil {
					t.Error(err)
				}
			},
			record.Abandoned,
			[]int{180, 487},
			"",
		},
		{
			"and cancels while the other side answers", "call-crossing",
			func(t *testing.T, f *flow, c *ua.Call) {
				f.await(t, c, "ringing", func(a record.Attempt) bool { return len(a.Responses) == 1 })
				if err := c.Cancel(f.ctx); err != nil {
					t.Error(err)
				}
				f.await(t, c, "release", released)
			},
			record.Answered,
			[]int{180, 200},
			"192.0.2.2:3456 PCMU/8000",
		},
		{
			"and two branches of a fork answer", "call-forked",
			func(t *testing.T, f *flow, c *ua.Call) {
				f.await(t, c, "answer", answered)
				synctest.Wait()
				if a := c.Fact(); a.ByeAt != 0 {
					t.Error("the first branch was released too")
				}
				if err := c.Hangup(f.ctx); err != nil {
					t.Error(err)
				}
			},
			record.Answered,
			[]int{180, 200},
			"192.0.2.2:3456 PCMU/8000",
		},
		{"and nothing is heard", "call-no-response", nil, record.TimedOut, nil, ""},
		{
			"again with credentials when it is asked for them", "call-challenged",
			func(t *testing.T, f *flow, c *ua.Call) {
				f.await(t, c, "end", over)
				f.finish()
				wantDigest(t, f.peer.Value("credentials"), "INVITE", "sip:bob@biloxi.example.com", "f84f1cec41e6cbe5aea9c8e88d359")
			},
			record.Rejected,
			[]int{407, 603},
			"",
		},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			play(t, row.file, ua.Behaviour{}, func(t *testing.T, f *flow) {
				c, err := f.agent.Invite(f.ctx, "alice", "bob")
				if err != nil {
					t.Fatal(err)
				}
				if row.do != nil {
					row.do(t, f, c)
				}
				a := f.await(t, c, "end", over)
				if a.Outcome != row.outcome || !slices.Equal(codes(a), row.codes) {
					t.Errorf("got %s, %v (%s), want %s, %v", a.Outcome, codes(a), a.Error, row.outcome, row.codes)
				}
				if got := strings.Join(f.media.to, ", "); got != row.media {
					t.Errorf("media to %q, want %q", got, row.media)
				}
			})
		})
	}
}

func TestTheAgentIsCalled(t *testing.T) {
	rows := []struct {
		name, file string
		behaviour  ua.Behaviour
		do         func(t *testing.T, f *flow, c *ua.Call)
		outcome    record.Outcome
		codes      []int
		media      string
	}{
		{"and answers, and the caller releases", "called-answers", ua.Behaviour{}, nil, record.Answered, []int{180, 200}, "192.0.2.2:49172 PCMU/8000"},
		{"and takes what fits the dialog", "called-stray", ua.Behaviour{}, nil, record.Answered, []int{180, 200}, "192.0.2.2:49172 PCMU/8000"},
		{"and takes requests in order", "called-lower-cseq", ua.Behaviour{}, nil, record.Answered, []int{180, 200}, "192.0.2.2:49172 PCMU/8000"},
		{
			"and answers, and releases", "called-releases",
			ua.Behaviour{},
			func(t *testing.T, f *flow, c *ua.Call) {
				f.await(t, c, "answer", answered) // the ACK is not here yet (RFC 3261 §15)
				if err := c.Hangup(f.ctx); err != nil {
					t.Error(err)
				}
			},
			record.Answered,
			[]int{180, 200},
			"192.0.2.2:49172 PCMU/8000",
		},
		{"and answers without ringing", "called-at-once", ua.Behaviour{AtOnce: true}, nil, record.Answered, []int{200}, "192.0.2.2:49172 PCMU/8000"},
		{
			"and answers just when the caller cancels", "called-crossing",
			ua.Behaviour{Cross: true},
			nil, record.Answered,
			[]int{180, 200},
			"192.0.2.2:49172 PCMU/8000",
		},
		{
			"and is asked something when the call has ended", "called-late",
			ua.Behaviour{},
			func(t *testing.T, f *flow, c *ua.Call) {
				a := f.await(t, c, "a late request", func(a record.Attempt) bool { return len(a.After) > 0 })
				if !slices.Equal(a.After, []string{"OPTIONS"}) {
					t.Errorf("noted %v", a.After)
				}
			},
			record.Answered,
			[]int{180, 200},
			"192.0.2.2:49172 PCMU/8000",
		},
		{"and takes the call, which is cancelled before it rings", "called-trying", ua.Behaviour{Trying: true}, nil, record.Abandoned, []int{100, 487}, ""},
		{"without an offer, and makes one", "called-offers", ua.Behaviour{}, nil, record.Answered, []int{180, 200}, "192.0.2.2:49172 PCMU/8000"},
		{"and the caller moves its media", "called-again", ua.Behaviour{}, nil, record.Answered, []int{180, 200}, "192.0.2.2:49172 PCMU/8000, 192.0.2.2:49174 PCMU/8000"},
		{"with descriptions in multiparts", "called-multipart", ua.Behaviour{}, nil, record.Answered, []int{180, 200}, "192.0.2.2:49172 PCMU/8000, 192.0.2.2:49174 PCMU/8000"},
		{"and a later body is not understood", "called-again-body", ua.Behaviour{}, func(t *testing.T, f *flow, c *ua.Call) {
			f.await(t, c, "an objection", func(a record.Attempt) bool { return strings.Contains(a.Objection, "application/isup") })
		}, record.Answered, []int{180, 200}, "192.0.2.2:49172 PCMU/8000"},
		{"and its 200 is not acknowledged at first", "called-twice", ua.Behaviour{}, nil, record.Answered, []int{180, 200}, "192.0.2.2:49172 PCMU/8000"},
		{"and is busy", "called-busy", ua.Behaviour{Reject: 486}, nil, record.Rejected, []int{486}, ""},
		{
			"and rings until the caller releases the early dialog", "called-early-bye",
			ua.Behaviour{Ring: true},
			nil, record.Abandoned,
			[]int{180, 487},
			"",
		},
		{
			"and rings until the caller cancels", "called-no-answer",
			ua.Behaviour{Ring: true},
			func(t *testing.T, f *flow, c *ua.Call) {
				if a := f.await(t, c, "end", over); a.CancelAt == 0 {
					t.Error("no CANCEL noted")
				}
			},
			record.Abandoned,
			[]int{180, 487},
			"",
		},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			play(t, row.file, row.behaviour, func(t *testing.T, f *flow) {
				c, err := f.agent.Arrival(f.ctx)
				if err != nil {
					t.Fatal(err)
				}
				if row.do != nil {
					row.do(t, f, c)
				}
				a := f.await(t, c, "end", over)
				if a.Outcome == record.Answered {
					a = f.await(t, c, "release", released)
				}
				if a.Outcome != row.outcome || !slices.Equal(codes(a), row.codes) || a.Error != "" {
					t.Errorf("got %s, %v (%s), want %s, %v", a.Outcome, codes(a), a.Error, row.outcome, row.codes)
				}
				if a.From != "alice" || a.To != "bob" {
					t.Errorf("from %s to %s, want from alice to bob", a.From, a.To)
				}
				if got := strings.Join(f.media.to, ", "); got != row.media {
					t.Errorf("media to %q, want %q", got, row.media)
				}
			})
		})
	}
}

// RFC 3665 §2.
func TestTheAgentRegisters(t *testing.T) {
	rows := []struct {
		name, file string
		expires    time.Duration
		code       int
		nonce      string
	}{
		{"and is asked for credentials", "register", time.Hour, 200, "ea9c8e88df84f1cec4341ae6cbe5a359"},
		{"and gives up when they are not enough", "register-refused", 0, 401, "ea9c8e88df84f1cec4341ae6cbe5a359"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			play(t, row.file, ua.Behaviour{}, func(t *testing.T, f *flow) {
				got, err := f.agent.Register(f.ctx, row.expires)
				if err != nil || got.Code != row.code || !got.Challenged {
					t.Errorf("got %+v, %v, want %d after a challenge", got, err, row.code)
				}
				f.finish()
				wantDigest(t, f.peer.Value("credentials"), "REGISTER", "sip:biloxi.example.com", row.nonce)
				if f.peer.Value("branch-1") == f.peer.Value("branch-2") {
					t.Error("both requests have the same branch (RFC 3261 §8.1.1.7)")
				}
			})
		})
	}
}

func TestTheAgentAsksAgainForALongerExpiry(t *testing.T) {
	play(t, "register-brief", ua.Behaviour{}, func(t *testing.T, f *flow) {
		got, err := f.agent.Register(f.ctx, time.Hour)
		if err != nil || got.Code != 200 {
			t.Errorf("got %+v, %v, want 200", got, err)
		}
		f.finish()
	})
}

func TestSilenceAfterAChallengeIsNotTakenForItsAnswer(t *testing.T) {
	play(t, "register-silent", ua.Behaviour{}, func(t *testing.T, f *flow) {
		got, err := f.agent.Register(f.ctx, time.Hour)
		if err == nil || got.Code != 0 || got.Error == "" || !got.Challenged {
			t.Errorf("got %+v, %v, want no code, and an error", got, err)
		}
		f.finish()
	})
}

// wantDigest recomputes the response of RFC 2617 §3.2.2 with qop=auth.
func wantDigest(t *testing.T, credentials, method, uri, nonce string) {
	t.Helper()
	got := map[string]string{}
	for _, m := range regexp.MustCompile(`(\w+)="?([^",]*)"?`).FindAllStringSubmatch(strings.TrimPrefix(credentials, "Digest "), -1) {
		got[m[1]] = m[2]
	}
	sum := func(parts ...string) string {
		h := md5.Sum([]byte(strings.Join(parts, ":"))) //nolint:gosec // RFC 3261 §22.4
		return hex.EncodeToString(h[:])
	}
	want := map[string]string{
		"username": "alice", "realm": "biloxi.example.com", "nonce": nonce, "uri": uri, "qop": "auth", "nc": "00000001",
		"response": sum(sum("alice", "biloxi.example.com", "bobspassword"), nonce, "00000001", got["cnonce"], "auth", sum(method, uri)),
	}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s: got %q, want %q in %s", k, got[k], v, credentials)
		}
	}
	if got["cnonce"] == "" {
		t.Error("no cnonce")
	}
}
