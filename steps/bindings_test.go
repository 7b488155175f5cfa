package steps_test

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/internal/memnet"
	"ringproof/internal/site"
	"ringproof/internal/wire"
	"ringproof/reports/record"
	"ringproof/simulators/phone"
	"ringproof/simulators/ua"
	"ringproof/steps"
	"ringproof/steps/target/bundled"
)

const inUse = `version: 1
name: A system in use
systems:
  - {name: pbx, under_test: true, sip: '127.0.0.1:5060', domain: ringproof.invalid}
harness: {phones: 127.0.0.21}
accounts:
  - {user: '1001', password_env: RINGPROOF_TEST_1001}
  - {user: '1002', password_env: RINGPROOF_TEST_1002%s}
expect: {preset: rfc}
`

// occupied is a bundled switch at which somebody else's phone is bound to
// account 1002.
type occupied struct {
	*bundled.Target
	t     *testing.T
	phone *phone.Phone
	own   string   // its contact
	left  []string // contacts of the account in the end
}

func (o *occupied) Start(ctx context.Context, s steps.Surroundings) (steps.Endpoint, error) {
	at, err := o.Target.Start(ctx, s)
	if err != nil {
		return at, err
	}
	j, err := record.NewJournal("", record.Run{Started: time.Now()})
	if err != nil {
		return at, err
	}
	n := 0
	o.phone, err = phone.New(ua.Config{
		Network: s.Network, Addr: netip.MustParseAddrPort("127.0.0.99:0"), Party: "somebody", User: "1002",
		Username: "1002", Password: s.Passwords["1002"], Journal: j,
		NewID: func() string { return "s" }, Token: func() string { n++; return "somebody" + strconv.Itoa(n) },
	})
	if err != nil {
		return at, err
	}
	o.phone.Face(wire.Hop{Transport: wire.UDP, Addr: at.Addr}, at.Domain)
	f, err := o.phone.Register(ctx)
	if err != nil || f.Code != 200 || len(f.Contacts) != 1 {
		o.t.Fatalf("somebody's phone: %+v, %v", f, err)
	}
	o.own = f.Contacts[0]
	return at, nil
}

func (o *occupied) Stop(ctx context.Context) error {
	f, err := o.phone.Enrol(ctx, ua.Enrolment{Query: true})
	if err != nil {
		o.t.Error(err)
	}
	o.left = f.Contacts
	o.phone.Agent.Close(ctx)
	return o.Target.Stop(ctx)
}

// used runs a call between the accounts of a system in use.
func used(t *testing.T, more string) (*record.Run, *occupied, []string) {
	t.Helper()
	t.Setenv("RINGPROOF_TEST_1001", "west-wind-1001")
	t.Setenv("RINGPROOF_TEST_1002", "east-wind-1002")
	path := profile(t, strings.Replace(inUse, "%s", more, 1))
	var run *record.Run
	var target *occupied
	var said []string
	synctest.Test(t, func(t *testing.T) {
		b, err := bundled.New(bundled.Config{Profile: path, Addr: netip.MustParseAddrPort("127.0.0.1:5060")})
		if err != nil {
			t.Fatal(err)
		}
		target = &occupied{Target: b, t: t}
		h, err := steps.New(steps.Suite{
			Profile: path, Target: target, Network: memnet.New(), Seed: 1, Tags: "@id:wrong-password",
			Say: func(s string) { said = append(said, s) },
		})
		if err != nil {
			t.Fatal(err)
		}
		if run, err = h.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	return run, target, said
}

// binds tells whether a REGISTER of ours for the account had a contact.
func binds(run *record.Run, user string) bool {
	return slices.ContainsFunc(run.Messages, func(m record.Message) bool {
		return m.Sent && strings.HasPrefix(m.Raw, "REGISTER ") && strings.Contains(m.Raw, "\r\nContact: <sip:"+user+"@")
	})
}

func TestContactOfSomebodyElseIsNeverDisplaced(t *testing.T) {
	run, target, said := used(t, "")
	s := scenario(t, run, "wrong-password")
	if want := "account 1002 is in use: " + target.own + " is bound to it"; s.Status != record.Skipped || !strings.Contains(s.Why, want) {
		t.Errorf("%s (%s), want it skipped: %s", s.Status, s.Why, want)
	}
	if run.Verdict != record.Incomplete {
		t.Errorf("verdict %s, want %s", run.Verdict, record.Incomplete)
	}
	if binds(run, "1002") {
		t.Error("a phone of ours asked to be bound to 1002")
	}
	if !slices.Equal(target.left, []string{target.own}) {
		t.Errorf("in the end %v is bound, want %s alone", target.left, target.own)
	}
	if len(said) != 1 || !strings.Contains(said[0], "account 1002 is in use") {
		t.Errorf("said %q, want that 1002 is in use", said)
	}
}

func TestSharedAccountIsUsedBesideSomebodyElse(t *testing.T) {
	run, target, said := used(t, ", shared: true")
	if s := scenario(t, run, "wrong-password"); s.Status == record.Skipped || s.Status == record.NotRun {
		t.Errorf("%s (%s), want it run", s.Status, s.Why)
	}
	if !binds(run, "1002") || len(said) > 0 {
		t.Errorf("said %q, bound %v; want 1002 bound without a word", said, binds(run, "1002"))
	}
	if !slices.Equal(target.left, []string{target.own}) {
		t.Errorf("in the end %v is bound, want ours removed and %s left", target.left, target.own)
	}
}

func TestAnswerToTheQuestionForContacts(t *testing.T) {
	a := site.Account{User: "1001"}
	for _, c := range []struct {
		fact record.Registration
		want string // in the reason; empty for none
	}{
		{record.Registration{Code: 200}, ""},
		{record.Registration{Code: 200, Contacts: []string{"sip:a@192.0.2.9"}}, "sip:a@192.0.2.9 is bound to it"},
		{record.Registration{Code: 403}, ""},
		{record.Registration{Code: 404}, ""},
		{record.Registration{Code: 400, Reason: "Bad Request"}, "may be in use: asked for its contacts, the registrar answered 400 Bad Request"},
		{record.Registration{Code: 500, Reason: "Error"}, "may be in use"},
	} {
		got := steps.Displaced(a, c.fact)
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%+v: got %q, want %q", c.fact, got, c.want)
		}
	}
}
