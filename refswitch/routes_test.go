package refswitch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/internal/memnet"
	"ringproof/internal/script"
	"ringproof/refswitch"
)

var other = netip.MustParseAddrPort("192.0.2.14:5060")

// routed is a configuration with a route of two targets, one that changes
// numbers, and a trunk whose word on who calls counts.
func routed(n *memnet.Network) refswitch.Config {
	return refswitch.Config{
		Listen: itself, Network: n,
		Trunks: []refswitch.Trunk{
			{Name: "west", Address: caller, IdentityFrom: true},
			{Name: "east", Address: called, Caller: refswitch.Translation{Plus: "add"}},
			{Name: "south", Address: other, IdentityTo: true},
		},
		Routes: []refswitch.Route{
			{Prefix: "8", Targets: []string{"east"}, Guard: time.Second, MinDigits: 4},
			{Prefix: "7", Targets: []string{"east", "south"}, Guard: time.Second, Advance: []int{480}},
			{Prefix: "0", Targets: []string{"east"}, Strip: 1, Prepend: "+49"},
		},
	}
}

// opened is a switch in virtual time with that configuration.
func opened(t *testing.T, change func(*refswitch.Config)) (*exchange, *refswitch.Switch) {
	t.Helper()
	x := &exchange{t: t, net: memnet.New()}
	cfg := routed(x.net)
	if change != nil {
		change(&cfg)
	}
	s, err := refswitch.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	x.ctx = ctx
	t.Cleanup(func() {
		cancel()
		s.Close()
	})
	return x, s
}

// together plays scripts side by side, each by its peer.
func (x *exchange) together(scripts map[*script.Peer]string) {
	x.t.Helper()
	played := make(chan error, len(scripts))
	for p, file := range scripts {
		go func() { played <- x.play(p, file) }()
	}
	for range scripts {
		if err := <-played; err != nil {
			x.t.Error(err)
		}
	}
}

func TestTheSwitchRoutesCalls(t *testing.T) {
	rows := []struct {
		name, file string
		called     netip.AddrPort
		change     func(*refswitch.Config)
	}{
		{"not to a number with too few digits", "incomplete", netip.AddrPort{}, nil},
		{"not in circles", "loop", called, func(c *refswitch.Config) { c.Trunks[1].Caller = refswitch.Translation{} }},
		{"to numbers in the form of the route and the trunk", "translated", called, nil},
		{"and tells who calls to who is trusted with it", "asserted", other, func(c *refswitch.Config) { c.Routes[0].Targets = []string{"south"} }},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x, _ := opened(t, row.change)
				scripts := map[*script.Peer]string{x.peer(caller): row.file + ".caller.txtar"}
				if row.called.IsValid() {
					scripts[x.peer(row.called)] = row.file + ".called.txtar"
				}
				x.together(scripts)
			})
		})
	}
}

func TestACallFromATrustedNetworkIsTheTrunks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, _ := opened(t, func(c *refswitch.Config) {
			var from refswitch.Source
			if err := from.UnmarshalText([]byte("192.0.2.128/25")); err != nil {
				t.Fatal(err)
			}
			c.Trunks[0].Trusted = []refswitch.Source{from}
		})
		x.together(map[*script.Peer]string{
			x.peer(netip.MustParseAddrPort("192.0.2.200:5060")): "translated.caller.txtar", x.peer(called): "translated.called.txtar",
		})
	})
}

func TestTheCallerHearsTheBestOfAllRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var lines bytes.Buffer
		x, s := opened(t, func(c *refswitch.Config) { c.Records = &lines })
		x.together(map[*script.Peer]string{
			x.peer(caller): "all-refuse.caller.txtar", x.peer(called): "all-refuse.called.txtar", x.peer(other): "all-refuse.other.txtar",
		})
		s.Close()
		var r refswitch.CallRecord
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatalf("%v: %s", err, lines.String())
		}
		want := []refswitch.Try{{Target: "east", Code: 480}, {Target: "south", Code: 503}}
		if r.From != "west" || r.Caller != "6001" || r.Called != "7001" || r.Code != 480 || !r.Answer.IsZero() || len(r.Tries) != 2 || r.Tries[0] != want[0] || r.Tries[1] != want[1] {
			t.Errorf("got %+v", r)
		}
		if got, want := s.Counters(), (refswitch.Counters{Offered: 1, Refused: 1, Tries: 2}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}

func TestATargetThatAsksForRestIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, _ := opened(t, nil)
		a, b, c := x.socket(caller), x.socket(called), x.socket(other)
		first := script.NewPeer(a, itself)
		first.Set("n", "1")
		x.together(map[*script.Peer]string{
			first: "rest.caller.txtar", script.NewPeer(b, itself): "rest.called.txtar", script.NewPeer(c, itself): "rest.other.txtar",
		})
		again := script.NewPeer(a, itself)
		again.Set("n", "2")
		began := time.Now()
		x.together(map[*script.Peer]string{again: "rest.caller.txtar", script.NewPeer(c, itself): "rest.other.txtar"})
		if took := time.Since(began); took >= time.Second {
			t.Errorf("took %s: the target that rests was waited for", took)
		}
		<-time.After(31 * time.Second)
		third := script.NewPeer(a, itself)
		third.Set("n", "3")
		x.together(map[*script.Peer]string{
			third: "rest.caller.txtar", script.NewPeer(b, itself): "rest.called.txtar", script.NewPeer(c, itself): "rest.other.txtar",
		})
	})
}

// The called trunk answers no OPTIONS, so the second target is called alone;
// where both are known to be down, each is tried for a short time and the
// caller hears 503.
func TestATargetThatIsKnownToBeDownIsSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, _ := opened(t, func(c *refswitch.Config) { c.Trunks[1].Options, c.Trunks[1].Misses = time.Second, 2 })
		<-time.After(2500 * time.Millisecond)
		began := time.Now()
		p := x.peer(caller)
		p.Set("n", "1")
		x.together(map[*script.Peer]string{p: "rest.caller.txtar", x.peer(other): "rest.other.txtar"})
		if took := time.Since(began); took >= time.Second {
			t.Errorf("took %s: the target that is down was waited for", took)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		x, _ := opened(t, func(c *refswitch.Config) {
			c.Trunks[1].Options, c.Trunks[2].Options = time.Second, time.Second
			c.Routes[1].GuardDown = 300 * time.Millisecond
		})
		<-time.After(2500 * time.Millisecond)
		began := time.Now()
		p := x.peer(caller)
		p.Set("n", "1")
		x.together(map[*script.Peer]string{p: "rest.caller.txtar"})
		if took := time.Since(began); took != 600*time.Millisecond {
			t.Errorf("took %s, want 300ms for each target", took)
		}
	})
}

// A reload changes where new calls go and leaves the one in progress alone.
func TestReloadHarmsNoCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, s := opened(t, func(c *refswitch.Config) { c.Trunks[1].Caller = refswitch.Translation{} })
		reload := func(change func(*refswitch.Config)) error {
			cfg := routed(x.net)
			change(&cfg)
			return s.Reload(cfg)
		}
		a, b := x.socket(caller), x.socket(called)
		played := make(chan error, 1)
		go func() { played <- x.play(script.NewPeer(a, itself), "released.caller.txtar") }()
		synctest.Wait() // the INVITE is on its way
		if got := s.Counters().Active; got != 1 {
			t.Errorf("%d calls, want the one in progress", got)
		}
		if err := reload(func(c *refswitch.Config) { c.Trunks, c.Routes = c.Trunks[:1], nil }); err != nil {
			t.Error(err)
		}
		x.together(map[*script.Peer]string{script.NewPeer(b, itself): "released.called.txtar"})
		if err := <-played; err != nil {
			t.Error(err)
		}
		<-time.After(time.Minute)
		x.together(map[*script.Peer]string{script.NewPeer(a, itself): "nowhere.caller.txtar"})
		for name, change := range map[string]func(*refswitch.Config){
			"routes[0].targets": func(c *refswitch.Config) { c.Routes[0].Targets = []string{"nobody"} },
			"listen":            func(c *refswitch.Config) { c.Listen = other },
		} {
			if err := reload(change); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s: got %v, want a fault", name, err)
			}
		}
	})
}
