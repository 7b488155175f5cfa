// Package outsiders_test holds the reference switch and the simulated phones
// against programs that are not ours: SIPp's built-in scenarios, baresip and Linphone.
package outsiders_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"ringproof/internal/network"
	"ringproof/internal/wire"
	"ringproof/refswitch"
	"ringproof/reports/record"
	"ringproof/simulators/media"
	"ringproof/simulators/phone"
	"ringproof/simulators/ua"
)

// The voices of our phone and of the program that it talks to.
const (
	ours   media.Voice = 3
	theirs media.Voice = 7
)

func nameOf(v media.Voice) string {
	switch v {
	case ours:
		return "our phone"
	case theirs:
		return "the program"
	}
	return ""
}

// open gives a switch with an account 1001 for our phone, 1002 for a program,
// and the phone at an address of its own, registered.
func open(t *testing.T, cfg refswitch.Config, at string) (*refswitch.Switch, *phone.Phone) {
	t.Helper()
	if cfg.Domain == "" {
		cfg.Domain = "outsiders.invalid"
	}
	cfg.Accounts = append(cfg.Accounts, refswitch.Account{User: "1001", Password: "pass-1001"}, refswitch.Account{User: "1002", Password: "pass-1002", Algorithms: []string{"MD5"}})
	cfg.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	sw, err := refswitch.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sw.Close)
	j, err := record.NewJournal("", record.Run{Started: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	addr := netip.MustParseAddr(at)
	p, err := phone.New(ua.Config{
		Network: network.Kernel{}, Addr: netip.AddrPortFrom(addr, 0), Party: "our phone", User: "1001",
		Username: "1001", Password: "pass-1001", Journal: j, NewID: rand.Text, Token: rand.Text,
		Media: func() (ua.Media, error) {
			return media.Open(media.Config{Network: network.Kernel{}, Addr: addr, Voice: ours, NameOf: nameOf, At: j.At, SSRC: 1})
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		p.Close(ctx, time.Second)
	})
	p.Face(wire.Hop{Transport: wire.UDP, Addr: sw.Addr()}, cfg.Domain)
	if f, err := p.Register(t.Context()); err != nil || f.Code != 200 {
		t.Fatalf("register: %d, %v", f.Code, err)
	}
	return sw, p
}

// hears waits until the call has heard a voice for a second.
func hears(ctx context.Context, t *testing.T, c *ua.Call, voice string) {
	t.Helper()
	if err := c.Await(ctx, func(a record.Attempt) bool { return a.Outcome == record.Answered }); err != nil {
		t.Fatalf("not answered: %v, %+v", err, c.Fact())
	}
	m, ok := c.Media().(*media.Session)
	if !ok {
		t.Fatal("no media")
	}
	if err := m.Await(ctx, voice, time.Second); err != nil {
		t.Errorf("%s is not heard: %v, heard %+v", voice, err, m.Fact().Heard)
	}
}

// bound waits until a program has registered.
func bound(ctx context.Context, t *testing.T, p *phone.Phone, name string) {
	t.Helper()
	for {
		f, err := p.Enrol(ctx, ua.Enrolment{Query: true, User: name, Username: name, Password: "pass-" + name})
		if err != nil {
			t.Fatalf("%s does not register: %v", name, err)
		}
		if len(f.Contacts) > 0 {
			return
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// talk calls the program at 1002 when it is registered, listens to it and hangs
// up.
func talk(ctx context.Context, t *testing.T, p *phone.Phone) {
	t.Helper()
	bound(ctx, t, p, "1002")
	c, err := p.Invite(ctx, "1001", "1002")
	if err != nil {
		t.Fatal(err)
	}
	hears(ctx, t, c, "the program")
	if err := c.Hangup(ctx); err != nil {
		t.Error(err)
	}
	over(ctx, t, c)
}

// over waits until a call is released.
func over(ctx context.Context, t *testing.T, c *ua.Call) {
	t.Helper()
	if err := c.Await(ctx, func(a record.Attempt) bool { return a.ByeAt != 0 && (!a.ByeSent || a.ByeCode == 200) }); err != nil {
		t.Errorf("not released: %v, %+v", err, c.Fact())
	}
}
