package refswitch_test

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/internal/script"
	"ringproof/refswitch"
)

var elsewhere = netip.MustParseAddrPort("192.0.2.14:5060")

// registered binds a contact of the account by the octets of testdata/bind-*.
func (x *exchange) registered(p *script.Peer, user, contact, extra string) {
	x.t.Helper()
	for _, kv := range [][2]string{{"user", user}, {"contact", contact}, {"extra", extra}, {"n", "1"}} {
		p.Set(kv[0], kv[1])
	}
	if err := x.play(p, "bind-challenged.txtar"); err != nil {
		x.t.Fatal(err)
	}
	p.Set("response", digest(user, "192.0.2.1", "zanzibar", p.Value("nonce"), "REGISTER", "sip:192.0.2.1"))
	p.Set("n", "2")
	if err := x.play(p, "bind-answered.txtar"); err != nil {
		x.t.Fatal(err)
	}
}

// busy has the caller call a number and the place that is called be busy.
func (x *exchange) busy(number, target, route string, at *script.Peer) {
	x.t.Helper()
	a := x.peer(caller)
	a.Set("number", number)
	at.Set("target", target)
	at.Set("route", route)
	played := make(chan error, 1)
	go func() { played <- x.play(at, "bound.called.txtar") }()
	if err := x.play(a, "bound.caller.txtar"); err != nil {
		x.t.Error(err)
	}
	if err := <-played; err != nil {
		x.t.Error(err)
	}
}

func accounts() []refswitch.Account {
	return []refswitch.Account{
		{User: "bob", Password: "zanzibar", Numbers: []string{"2301"}},
		{User: "hall", Password: "zanzibar", Numbers: []string{"2001-2099"}, RequestURI: refswitch.Dialled},
		{User: "tower", Password: "zanzibar", Numbers: []string{"+4930550100-+4930550199"}, Bulk: true},
	}
}

func TestCallsToAccountsAreAddressed(t *testing.T) {
	const plain = "Supported: path"
	rows := []struct{ name, user, contact, extra, number, target, route string }{
		{"to the contact's user", "bob", "<sip:robert@192.0.2.13>", plain, "2301", "sip:robert@192.0.2.13", "CSeq: 1 INVITE"},
		{"to the number dialled", "hall", "<sip:hall@192.0.2.13>", plain, "2099", "sip:2099@192.0.2.13", "CSeq: 1 INVITE"},
		{"to the number of a bulk contact (RFC 6140 §5.2)", "tower", "<sip:192.0.2.13:5060;bnc>", "Require: gin", "+4930550150", "sip:+4930550150@192.0.2.13:5060", "CSeq: 1 INVITE"},
		{
			"over the path that the REGISTER took (RFC 3327 §5.3)", "bob", "<sip:robert@10.0.0.9>", "Path: <sip:edge@192.0.2.13;lr>", "bob",
			"sip:robert@10.0.0.9", "Route: <sip:edge@192.0.2.13;lr>",
		},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := open(t, accounts()...)
				p := x.peer(phone)
				x.registered(p, row.user, row.contact, row.extra)
				x.busy(row.number, row.target, row.route, p)
			})
		})
	}
}

func TestTheNextContactIsTriedWhereTheNewestIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := open(t, accounts()...)
		old, silent := x.peer(phone), x.peer(elsewhere)
		x.registered(old, "bob", "<sip:bob@192.0.2.13>", "Supported: path")
		// The 200 lists both; the script holds it to the newer one.
		x.registered(silent, "bob", "<sip:bob@192.0.2.14>", "Supported: path")
		start := time.Now()
		x.busy("bob", "sip:bob@192.0.2.13", "CSeq: 1 INVITE", old)
		if took := time.Since(start); took < 4*time.Second || took > 5*time.Second {
			t.Errorf("the older contact was tried after %v, want it after 4s of silence", took)
		}
	})
}
