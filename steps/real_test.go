package steps_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"

	"ringproof/internal/memnet"
	"ringproof/internal/sdp"
	"ringproof/internal/wire"
	"ringproof/reports/record"
	"ringproof/simulators/media"
	"ringproof/simulators/phone"
	"ringproof/simulators/ua"
	"ringproof/steps"
	"ringproof/steps/target/bundled"
)

// realProfile has a phone that is not ours, 1051; the rest of its account
// follows.
const realProfile = `version: 1
name: Real phones
harness: {phones: 127.0.0.21}
trunks: [{name: west, address: '127.0.0.11:0', numbers: 6000-6999}]
routes: [{prefix: '6', targets: west}]
accounts:
  - {user: '1001'}
  - {user: '1051', played_by: real, password_file: password, phone: {product: desk phone%s}}
`

// desk is the bundled switch, and a phone that stands beside it.
type desk struct {
	*bundled.Target
	t     *testing.T
	media func(steps.Network) func() (ua.Media, error)
	ended func(*ua.Call) // a call that the phone had
	cut   time.Duration  // after which the phone ends a call; 0 if never
	rings bool           // and is not picked up
	phone *phone.Phone
	done  chan struct{}
}

func (d *desk) Start(ctx context.Context, s steps.Surroundings) (steps.Endpoint, error) {
	at, err := d.Target.Start(ctx, s)
	if err != nil {
		return at, err
	}
	j, err := record.NewJournal("", record.Run{Started: time.Now()})
	if err != nil {
		return at, err
	}
	d.phone, err = phone.New(ua.Config{
		Network: s.Network, Addr: netip.MustParseAddrPort("127.0.0.77:0"), Party: "desk", User: "1051", Username: "1051", Password: "desk-1051",
		Journal: j, NewID: rand.Text, Token: rand.Text, Media: d.media(s.Network),
	})
	if err != nil {
		return at, err
	}
	d.phone.Behave(ua.Behaviour{Codecs: []string{"PCMU"}, Ring: d.rings})
	d.phone.Face(wire.Hop{Transport: wire.UDP, Addr: at.Addr}, at.Domain)
	if f, err := d.phone.Register(ctx); err != nil || f.Code != 200 {
		return at, fmt.Errorf("the phone is not registered: %d, %w", f.Code, err)
	}
	d.done = make(chan struct{})
	go d.answers()
	return at, nil
}

// answers takes call after call, and tells of each when it has ended.
func (d *desk) answers() {
	defer close(d.done)
	for n := 0; ; n++ {
		c, err := d.phone.ArrivalAfter(d.t.Context(), n)
		if err != nil {
			return
		}
		if d.cut > 0 {
			time.AfterFunc(d.cut, func() { _ = c.Hangup(d.t.Context()) })
		}
		if c.Await(d.t.Context(), func(a record.Attempt) bool { return a.ByeAt != 0 || a.CancelAt != 0 }) != nil {
			return
		}
		if d.ended != nil {
			d.ended(c)
		}
	}
}

func (d *desk) Stop(ctx context.Context) error {
	d.phone.Close(ctx, time.Second)
	return d.Target.Stop(ctx)
}

// desktop runs the scenarios of real phones with a phone of that account.
func desktop(t *testing.T, defect, account string, d *desk, ask func(context.Context, string) (string, error)) (run *record.Run) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string][]byte{
		"site.yaml": fmt.Appendf(nil, realProfile, account), "password": []byte("desk-1051"), "voice.wav": media.WAV(5, 3*time.Second),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "kept"), 0o700); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		profile := filepath.Join(dir, "site.yaml")
		b, err := bundled.New(bundled.Config{Profile: profile, Defect: defect})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		d.Target, d.t = b, t
		if d.ended == nil && strings.Contains(account, "records") {
			d.keeps(filepath.Join(dir, "kept"))
		}
		h, err := steps.New(steps.Suite{Profile: profile, Target: d, Network: memnet.New(), Seed: 1, Tags: "@real", Ask: ask})
		if err != nil {
			t.Fatal(err)
		}
		if run, err = h.Run(ctx); err != nil {
			t.Fatal(err)
		}
		cancel()
	})
	return run
}

const program = ", plays: voice.wav, records: kept"

// keeps has the phone play voice 5 and write what it heard of each call.
func (d *desk) keeps(dir string) {
	var mu sync.Mutex
	names := map[string]media.Voice{}
	d.media = func(n steps.Network) func() (ua.Media, error) {
		return func() (ua.Media, error) {
			return media.Open(media.Config{
				Network: n, Addr: netip.MustParseAddr("127.0.0.77"), Voice: 5, SSRC: 9, At: func(at time.Time) int64 { return at.UnixNano() },
				NameOf: func(v media.Voice) string {
					mu.Lock()
					defer mu.Unlock()
					names[v.String()] = v
					return v.String()
				},
			})
		}
	}
	calls := 0
	d.ended = func(c *ua.Call) {
		b := media.WAV(0, 2*time.Second)
		clear(b[44:])
		if m, ok := c.Media().(*media.Session); ok {
			for _, h := range m.Fact().Heard {
				b = media.WAV(names[h.Voice], time.Duration(h.To-h.From))
			}
		}
		calls++
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("call-%d.wav", calls)), b, 0o600); err != nil {
			d.t.Error(err)
		}
	}
}

// ended gives how the scenarios of a run went, "id: status".
func became(run *record.Run) (out []string) {
	for _, s := range run.Scenarios {
		if s.ID == "reach" || s.Try > 1 {
			continue
		}
		word := string(s.Status)
		if s.NotApplicable {
			word = "not applicable"
		}
		if out = append(out, s.ID+": "+word); s.Status == record.Failed {
			for _, f := range run.Of(s.Index) {
				out = append(out, fmt.Sprintf("%s, %s", f.Check, f.Cause))
			}
		}
	}
	return out
}

func TestProgramIsCalledHeardAndHears(t *testing.T) {
	run := desktop(t, "", program, &desk{}, nil)
	want := []string{"real.called: passed", "real.called: passed", "real.calls: not applicable", "real.calls: not applicable"}
	if got := became(run); run.Verdict != record.Accepted || !slices.Equal(got, want) {
		t.Errorf("%s (%s): %v", run.Verdict, run.Why, got)
	}
	if len(run.Testimonies) != 2 || run.Testimonies[0].Heard < int64(time.Second) || run.Testimonies[0].Product != "desk phone" {
		t.Errorf("testimonies %+v", run.Testimonies)
	}
}

func TestProgramThatDoesNotHearIsNoticed(t *testing.T) {
	run := desktop(t, "one-way-account", program, &desk{}, nil)
	want := []string{"real.called: passed", "real.called: failed", "phone.hears, media", "real.calls: not applicable", "real.calls: not applicable"}
	if got := became(run); run.Verdict != record.NotAccepted || !slices.Equal(got, want) {
		t.Errorf("%s (%s): %v", run.Verdict, run.Why, got)
	}
}

func TestProgramThatIsNotHeardIsNoticed(t *testing.T) {
	run := desktop(t, "deaf-caller", program, &desk{}, nil)
	want := []string{"real.called: passed", "real.called: failed", "phone.heard, media", "real.calls: not applicable", "real.calls: not applicable"}
	if got := became(run); run.Verdict != record.NotAccepted || !slices.Equal(got, want) {
		t.Errorf("%s (%s): %v", run.Verdict, run.Why, got)
	}
}

// A program does not hang up by itself: somebody cuts its calls.
func TestProgramWhoseCallsAreCutIsNoticed(t *testing.T) {
	run := desktop(t, "", program, &desk{cut: 700 * time.Millisecond}, nil)
	if got := became(run); run.Verdict != record.NotAccepted || !slices.Contains(got, "phone.released, signalling") {
		t.Errorf("%s (%s): %v", run.Verdict, run.Why, got)
	}
}

// A phone that is not picked up is told that the call is over.
func TestPhoneThatRingsOnIsCancelled(t *testing.T) {
	p := &person{}
	waits := func(ctx context.Context, _ string) (string, error) {
		<-ctx.Done()
		return "", context.Cause(ctx)
	}
	run := desktop(t, "", "", &desk{media: p.media, rings: true}, waits)
	if s := run.Scenarios[1]; s.Status != record.Skipped || !strings.Contains(s.Why, "was not picked up") {
		t.Errorf("%s (%s): %v", run.Verdict, run.Why, became(run))
	}
	for _, a := range run.Attempts {
		if a.To == "1051" && (a.CancelAt == 0 || a.ByeAt != 0) {
			t.Errorf("the call to %s was left with BYE at %d, CANCEL at %d", a.To, a.ByeAt, a.CancelAt)
		}
	}
}

// Two phones may have each other's account.
func TestPersonWhosePhoneHasAnothersNumberIsNoticed(t *testing.T) {
	run := holds(t, "foreign-from", &person{as: "1001"})
	if got := became(run); run.Verdict != record.NotAccepted || !slices.Contains(got, "phone.calls, registration") {
		t.Errorf("%s (%s): %v", run.Verdict, run.Why, got)
	}
}

// What is not kept proves nothing, and accuses nobody.
func TestProgramThatKeepsNothingProvesNothing(t *testing.T) {
	d := &desk{ended: func(*ua.Call) {}}
	d.media = func(n steps.Network) func() (ua.Media, error) {
		return func() (ua.Media, error) {
			return media.Open(media.Config{Network: n, Addr: netip.MustParseAddr("127.0.0.77"), Voice: 5, At: func(time.Time) int64 { return 1 }, NameOf: func(media.Voice) string { return "" }})
		}
	}
	run := desktop(t, "", program, d, nil)
	if run.Verdict != record.Incomplete || !strings.Contains(run.Scenarios[len(run.Scenarios)-4].Why, "no recording of the call") {
		t.Errorf("%s (%s): %v", run.Verdict, run.Why, became(run))
	}
}

// handset is a phone's sound as somebody hears it who holds it. It speaks when
// it is told to.
type handset struct {
	conn net.PacketConn

	mu     sync.Mutex
	heard  []byte // µ-law
	remote netip.AddrPort
}

func (h *handset) Addr() netip.AddrPort { return addrPort(h.conn.LocalAddr()) }
func (h *handset) Hush()                {}
func (h *handset) Close() record.Stream { h.conn.Close(); return record.Stream{} }

func (h *handset) Start(to netip.AddrPort, codec sdp.Codec) {
	h.mu.Lock()
	h.remote = to
	h.mu.Unlock()
}

func addrPort(a net.Addr) netip.AddrPort { return netip.MustParseAddrPort(a.String()) }

func (h *handset) listen() {
	buf := make([]byte, 2048)
	for {
		n, _, err := h.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		var p rtp.Packet
		if p.Unmarshal(buf[:n]) == nil {
			h.mu.Lock()
			h.heard = append(h.heard, p.Payload...)
			h.mu.Unlock()
		}
	}
}

// speaks sends noise for so many packets of 20 ms.
func (h *handset) speaks(t *testing.T, packets int) {
	h.mu.Lock()
	to := h.remote
	h.mu.Unlock()
	p := rtp.Packet{Header: rtp.Header{Version: 2, SSRC: 9}}
	for range packets {
		p.Payload = make([]byte, 160)
		for i := range p.Payload {
			p.Payload[i] = byte(0x10 + 0x80*(i*i/7%2))
		}
		b, err := p.Marshal()
		if err != nil {
			t.Error(err)
		}
		_, _ = h.conn.WriteTo(b, net.UDPAddrFromAddrPort(to))
		p.SequenceNumber++
		p.Timestamp += 160
		<-time.After(20 * time.Millisecond)
	}
}

// digits gives the first digits that were heard: what is said is the clips
// themselves.
func (h *handset) digits(t *testing.T) (out string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for range 4 {
		first, which := -1, ""
		for d := range 10 {
			clip, err := os.ReadFile(fmt.Sprintf("../simulators/media/digits/%d.ul", d))
			if err != nil {
				t.Fatal(err)
			}
			clip = clip[200 : len(clip)-200] // its edges may be silence
			if at := bytes.Index(h.heard, clip[:800]); at >= 0 && (first < 0 || at < first) {
				first, which = at, fmt.Sprint(d)
			}
		}
		if first < 0 {
			return out
		}
		out, h.heard = out+which, h.heard[first+800:]
	}
	return out
}

// person holds a phone, and does what is asked.
type person struct {
	t      *testing.T
	held   *handset
	dials  func(number string) // nil for one who does not
	typing func(digits string) string
	as     string // the number that it calls from; its own if empty
	mute   bool
	beeps  bool // in place of speaking
	kept   bool // the phone is in the call when it should be free
	asked  []string
}

func (p *person) media(n steps.Network) func() (ua.Media, error) {
	return func() (ua.Media, error) {
		c, err := n.ListenPacket(netip.MustParseAddrPort("127.0.0.77:0"))
		if err != nil {
			return nil, err
		}
		p.held = &handset{conn: c}
		go p.held.listen()
		return p.held, nil
	}
}

func (p *person) ask(ctx context.Context, question string) (string, error) {
	p.asked = append(p.asked, question)
	pause := func(d time.Duration) bool {
		select {
		case <-time.After(d):
			return true
		case <-ctx.Done():
			return false
		}
	}
	switch {
	case strings.Contains(question, "dial "):
		_, number, _ := strings.Cut(question, "dial ")
		number, _, _ = strings.Cut(number, " ")
		if p.dials == nil || !pause(2*time.Second) {
			return "", nil
		}
		p.dials(number)
		<-ctx.Done()
		return "", context.Cause(ctx)
	case strings.Contains(question, "say them"):
		switch {
		case p.beeps:
			p.held.speaks(p.t, 25)
			pause(8 * time.Second)
		case !p.mute:
			p.held.speaks(p.t, 50)
		}
		return "", nil
	case strings.Contains(question, "We have hung up"):
		if p.kept {
			return "n", nil
		}
		return "", nil
	case !pause(8 * time.Second):
		return "", errors.New("not in time")
	}
	digits := p.held.digits(p.t)
	if p.typing != nil {
		digits = p.typing(digits)
	}
	return digits + "\n", nil
}

// holds runs the scenarios with a phone that somebody holds.
func holds(t *testing.T, defect string, p *person) *record.Run {
	t.Helper()
	p.t = t
	d := &desk{media: p.media}
	p.dials = func(number string) {
		if _, err := d.phone.Invite(d.t.Context(), cmp.Or(p.as, "1051"), number, ua.Speaking("PCMU")); err != nil {
			t.Error(err)
		}
	}
	return desktop(t, defect, "", d, p.ask)
}

func TestPersonIsCalledCallsHearsAndIsHeard(t *testing.T) {
	p := &person{}
	run := holds(t, "", p)
	want := []string{"real.called: passed", "real.called: passed", "real.calls: passed", "real.calls: passed"}
	if got := became(run); run.Verdict != record.Accepted || !slices.Equal(got, want) {
		t.Errorf("%s (%s): %v\n%+v", run.Verdict, run.Why, got, run.Scenarios)
	}
}

func TestPersonWhoHearsSomethingElse(t *testing.T) {
	for name, x := range map[string]struct {
		person
		want string
	}{
		"other digits": {person{typing: func(s string) string { return "1" + s[:3] }}, "phone.hears, media"},
		"nothing":      {person{typing: func(string) string { return "" }}, "phone.hears, media"},
		"says nothing": {person{mute: true}, "phone.heard, media"},
		"beeps":        {person{beeps: true}, "phone.heard, media"},
		"is kept":      {person{kept: true}, "phone.released, signalling"},
	} {
		t.Run(name, func(t *testing.T) {
			run := holds(t, "", &x.person)
			if got := became(run); run.Verdict != record.NotAccepted || !slices.Contains(got, x.want) {
				t.Errorf("%s (%s): %v", run.Verdict, run.Why, got)
			}
		})
	}
}

func TestPersonHearsNothingThroughADefect(t *testing.T) {
	run := holds(t, "one-way-account", &person{})
	// Phone 1001 is called too, and hears nothing either.
	want := []string{"real.called: passed", "real.called: failed", "phone.hears, media", "real.calls: passed", "real.calls: failed", "phone.heard, media"}
	if got := became(run); run.Verdict != record.NotAccepted || !slices.Equal(got, want) {
		t.Errorf("%s (%s): %v", run.Verdict, run.Why, got)
	}
}

// Who hangs up too soon accuses nobody.
func TestPersonWhoHangsUpProvesNothing(t *testing.T) {
	d := &desk{}
	p := &person{mute: true}
	d.media = p.media
	ask := func(ctx context.Context, question string) (string, error) {
		if strings.Contains(question, "say them") {
			calls := d.phone.Arrivals()
			if c, err := d.phone.ArrivalAfter(ctx, calls-1); err == nil {
				_ = c.Hangup(ctx)
				<-time.After(time.Second) // a hand is slower than a BYE
			}
		}
		return p.ask(ctx, question)
	}
	p.t = t
	run := desktop(t, "", "", d, ask)
	if s := run.Scenarios[1]; s.Status != record.Skipped || !strings.Contains(s.Why, "hung up there, or cut off") {
		t.Errorf("%s (%s): %v", run.Verdict, run.Why, became(run))
	}
}

func TestNobodyToAskProvesNothing(t *testing.T) {
	p := &person{}
	run := desktop(t, "", "", &desk{media: p.media}, nil)
	if run.Verdict != record.Incomplete || !strings.Contains(run.Scenarios[len(run.Scenarios)-1].Why, "--interactive") {
		t.Errorf("%s (%s): %v", run.Verdict, run.Why, became(run))
	}
}

func TestWhoSaysNothingProvesNothing(t *testing.T) {
	silent := func(ctx context.Context, _ string) (string, error) {
		<-ctx.Done()
		return "", context.Cause(ctx)
	}
	p := &person{}
	run := desktop(t, "", "", &desk{media: p.media}, silent)
	if run.Verdict != record.Incomplete {
		t.Errorf("%s (%s): %v", run.Verdict, run.Why, became(run))
	}
}

func TestFileThatIsNoVoiceIsWrongUse(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"site.yaml": fmt.Sprintf(realProfile, program), "password": "desk-1051", "voice.wav": "RIFF",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := steps.New(steps.Suite{Profile: filepath.Join(dir, "site.yaml"), Target: &desk{}})
	var usage *steps.UsageError
	if !errors.As(err, &usage) || !strings.Contains(err.Error(), "voice.wav") {
		t.Errorf("got %v", err)
	}
}
