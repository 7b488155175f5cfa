package refswitch_test

import (
	"context"
	"crypto/md5" //nolint:gosec // RFC 3261 §22.4
	"encoding/hex"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"ringproof/internal/memnet"
	"ringproof/internal/script"
	"ringproof/refswitch"
)

var (
	caller = netip.MustParseAddrPort("192.0.2.11:5060")
	called = netip.MustParseAddrPort("192.0.2.12:5060")
	phone  = netip.MustParseAddrPort("192.0.2.13:5060")
	itself = netip.MustParseAddrPort("192.0.2.1:5060")
)

// exchange is a switch in virtual time with sockets around it.
type exchange struct {
	t   *testing.T
	net *memnet.Network
	ctx context.Context //nolint:containedctx // the bound of one test
}

// open starts a switch with these accounts; with bob's if there are none.
func open(t *testing.T, accounts ...refswitch.Account) *exchange {
	t.Helper()
	if len(accounts) == 0 {
		accounts = []refswitch.Account{{User: "bob", Password: "zanzibar"}}
	}
	x := &exchange{t: t, net: memnet.New()}
	s, err := refswitch.New(refswitch.Config{
		Listen: itself, Network: x.net,
		Trunks: []refswitch.Trunk{{Name: "west", Address: caller}, {Name: "east", Address: called}, {Name: "south", Address: first}},
		Routes: []refswitch.Route{
			{Prefix: "6", Targets: []string{"west"}},
			{Prefix: "8", Targets: []string{"east"}, Guard: time.Second},
			{Prefix: "7", Targets: []string{"south", "east"}, Guard: time.Second},
			{Prefix: "3", Targets: []string{"east"}, Ring: 400 * time.Millisecond},
			{Prefix: "81", Targets: []string{"east"}, Bypass: true},
		},
		Accounts: accounts,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	x.ctx = ctx
	t.Cleanup(func() {
		cancel()
		s.Close()
	})
	return x
}

func (x *exchange) peer(at netip.AddrPort) *script.Peer {
	x.t.Helper()
	return script.NewPeer(x.socket(at), itself)
}

func (x *exchange) socket(at netip.AddrPort) net.PacketConn {
	x.t.Helper()
	c, err := x.net.ListenPacket(at)
	if err != nil {
		x.t.Fatal(err)
	}
	x.t.Cleanup(func() { c.Close() })
	return c
}

func (x *exchange) play(p *script.Peer, file string) error {
	s, err := script.Load("testdata/" + file)
	if err != nil {
		return err
	}
	return p.Play(x.ctx, s)
}

// RFC 3665 §3, with the octets of both sides in files.
func TestTheSwitchCarriesCalls(t *testing.T) {
	rows := []struct{ name, file string }{
		{"that are answered and released by the caller", "answered"},
		{"that are released by the called side", "released"},
		{"to a busy one", "busy"},
		{"that nobody answers and the caller cancels", "no-answer"},
		{"that are cancelled before anything is heard of the called side", "cancelled-unheard"},
		{"that are cancelled and answered at the same time", "crossing"},
		{"that the caller releases while they ring", "early-bye"},
		{"of which messages are lost", "late-ack"},
		{"to which nothing is said", "no-response"},
		{"whose requests come in order", "lower-cseq"},
		{"not to a number without a route", "unknown"},
		{"not beyond the last hop", "too-many-hops"},
		{"that fork", "forked"},
		{"not with an extension that it does not know", "extension-unknown"},
		{"with descriptions in multiparts", "multipart"},
		{"not with a body that it does not understand", "body-unknown"},
		{"whose media it leaves to the sides", "bypassed"},
		{"that are held and taken back", "reoffered"},
		{"that are held the older way", "held-before"},
		{"whose new offer is refused", "reoffer-refused"},
		{"with a new offer from both sides at once", "glare"},
		{"with a new offer left to the other side", "reoffer-delayed"},
		{"that are updated", "updated"},
		{"that are updated where one side does not allow it", "updated-by-invite"},
		{"without an offer", "delayed"},
		{"without an offer that are released before the answer", "delayed-bye"},
		{"to one who rings reliably", "prack-called"},
		{"of one who requires reliable ringing", "prack-caller"},
		{"with an offer in a reliable response", "prack-offer"},
		{"not with too short a session", "timer-brief"},
		{"to one who wants a longer session", "timer-longer"},
		{"that are refreshed until they are not", "timer-lapsed"},
		{"that it refreshes itself", "timer-ours"},
		{"that it refreshes by re-INVITE", "timer-by-invite"},
		{"with INFO in them", "info"},
		{"that are sent elsewhere", "redirected"},
		{"that are sent elsewhere for ever", "redirected-forever"},
		{"that are transferred", "transferred"},
		{"that are transferred for a caller who stays unknown", "transferred-private"},
		{"whose transfer fails", "transfer-busy"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := open(t)
				a, b := x.peer(caller), x.peer(called)
				played := make(chan error, 1)
				go func() {
					var err error
					if file := row.file + ".called.txtar"; exists("testdata/" + file) {
						err = x.play(b, file)
					}
					played <- err
				}()
				if err := x.play(a, row.file+".caller.txtar"); err != nil {
					t.Error(err)
				}
				if err := <-played; err != nil {
					t.Error(err)
				}
				if ack := b.Value("ack-branch"); ack != "" && ack == b.Value("branch") {
					t.Error("the ACK to a 2xx has the branch of the INVITE (RFC 3261 §13.2.2.4)")
				}
			})
		})
	}
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// RFC 3665 §2.
func TestTheSwitchRegisters(t *testing.T) {
	rows := []struct {
		name, password string
		then           []string
	}{
		{"who has the password", "zanzibar", []string{"register-answered.txtar"}},
		{"and forgets who asks for it", "zanzibar", []string{"register-answered.txtar", "register-cancelled.txtar"}},
		{"nobody without it", "guessed", []string{"register-refused.txtar"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := open(t)
				sock := x.socket(phone)
				for i, file := range row.then {
					p := script.NewPeer(sock, itself) // with no nonce yet
					p.Set("n", string(rune('1'+2*i)))
					if err := x.play(p, "register-challenged.txtar"); err != nil {
						t.Fatal(err)
					}
					p.Set("response", digest("bob", "192.0.2.1", row.password, p.Value("nonce"), "REGISTER", "sip:192.0.2.1"))
					p.Set("n", string(rune('2'+2*i)))
					if err := x.play(p, file); err != nil {
						t.Error(err)
					}
				}
			})
		})
	}
}

// digest is the response of RFC 2617 §3.2.2 without qop, as RFC 2069 has it.
func digest(user, realm, password, nonce, method, uri string) string {
	sum := func(parts ...string) string {
		h := md5.Sum([]byte(strings.Join(parts, ":"))) //nolint:gosec // RFC 3261 §22.4
		return hex.EncodeToString(h[:])
	}
	return sum(sum(user, realm, password), nonce, sum(method, uri))
}
