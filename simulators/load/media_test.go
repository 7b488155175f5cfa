package load_test

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/internal/memnet"
	"ringproof/simulators/load"
)

// speak places calls of which some have a voice, over a network in memory.
func speak(t *testing.T, share float64, crowd int, hold time.Duration) (r load.Report, h load.Hosted) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		answer, err := load.Answer(load.CrowdConfig{At: netip.MustParseAddrPort("127.0.0.2:5070"), Network: n, Limit: 1000, Voices: crowd})
		if err != nil {
			t.Fatal(err)
		}
		c := config(answer.At(), 50, 100)
		c.Network, c.Hold, c.Limit, c.Media.Share = n, load.Fixed(hold), 1000, share
		res, err := load.Call(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		h = answer.Close()
		r = res.Report()
		if n.Sockets() != 0 {
			t.Errorf("%d sockets are left", n.Sockets())
		}
	})
	return r, h
}

func TestShareOfTheCallsHasAVoice(t *testing.T) {
	r, h := speak(t, 0.05, 10, 2*time.Second)
	if v := r.Voices; v == nil || *v != (load.Voices{Good: 5}) || h.Spoken != 5 || h.Lines.Lines > 10 || !r.Valid {
		t.Errorf("voices %+v, %d spoken to, %+v, %v", r.Voices, h.Spoken, h.Lines, r.Invalid)
	}
	if m := (load.Thresholds{MaxFailed: new(float64)}).Check(r); len(m) > 0 || len(r.Faults()) > 0 {
		t.Errorf("missed %v, faults %v", m, r.Faults())
	}
}

// A crowd that has no voices names no address, and every call fails by that.
func TestAnswerWithoutAnAddressFails(t *testing.T) {
	r, _ := speak(t, 1, 0, 2*time.Second)
	if v := r.Voices; *v != (load.Voices{Unasked: 100}) || r.Completed != 100 {
		t.Errorf("voices %+v", v)
	}
	m := load.Thresholds{MaxFailed: new(float64)}.Check(r)
	if len(m) != 2 || m[0].Measured != "100 %" || m[1].Measured != "100 of 100" {
		t.Errorf("missed %v, want all calls to have failed", m)
	}
	if r.Good() != 0 {
		t.Errorf("%d calls were carried", r.Good())
	}
	if f := r.Faults(); len(f) != 1 || !strings.Contains(f[0], "100 of 100 calls with media") {
		t.Errorf("faults %v", f)
	}
}

// Calls that are too short for a voice prove nothing, and a threshold says so.
func TestNothingHeardIsNoPass(t *testing.T) {
	r, _ := speak(t, 1, 100, 300*time.Millisecond)
	if v := r.Voices; *v != (load.Voices{Short: 100}) {
		t.Errorf("voices %+v", v)
	}
	if m := (load.Thresholds{}).Check(r); len(m) != 1 || m[0].Name != "calls with media" {
		t.Errorf("missed %v, want that none was measured", m)
	}
}

func TestTooFewPortsForVoices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		answer, err := load.Answer(load.CrowdConfig{At: netip.MustParseAddrPort("127.0.0.2:5070"), Network: n, Limit: 1000, Voices: 20})
		if err != nil {
			t.Fatal(err)
		}
		c := config(answer.At(), 50, 100)
		c.Network, c.Hold, c.Limit, c.Media = n, load.Fixed(2*time.Second), 1000, load.Media{Share: 1, Most: 50}
		r, err := load.Call(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Invalid) != 1 || !strings.Contains(r.Invalid[0].What, "50 calls of our callers got no voice") {
			t.Errorf("got %v, want that ports were short", r.Invalid)
		}
		if got := answer.Close().Reasons(load.Hosted{}); len(got) != 1 || !strings.Contains(got[0].What, "30 calls of the answering crowd got no voice") {
			t.Errorf("the crowd says %v", got)
		}
	})
}

// A third voice is heard by one of the two sides, beside the other's. The
// network gives the callers its first two free ports, and the crowd the next.
func TestSomebodyElseInACallFailsIt(t *testing.T) {
	for at, want := range map[string]struct{ fault, miss string }{
		"127.0.0.1:49153": {"let the caller hear somebody else beside the called side, in 1 of 1", "calls without a good voice"},
		"127.0.0.2:49154": {"let the called side hear somebody else beside the caller, in 1 of 1", "calls in which the called side heard somebody else beside the caller"},
	} {
		synctest.Test(t, func(t *testing.T) {
			n := memnet.New()
			answer, err := load.Answer(load.CrowdConfig{At: netip.MustParseAddrPort("127.0.0.2:5070"), Network: n, Limit: 10, Voices: 1})
			if err != nil {
				t.Fatal(err)
			}
			third, err := n.ListenPacket(netip.MustParseAddrPort("127.0.0.3:40000"))
			if err != nil {
				t.Fatal(err)
			}
			c := config(answer.At(), 1, 1)
			c.Network, c.Hold, c.Limit, c.Media.Share = n, load.Fixed(3*time.Second), 10, 1
			c.Watch = func(load.Live) { // once a second, for half of it
				for range 25 {
					rtp := make([]byte, 172)
					rtp[0] = 0x80
					_, _ = third.WriteTo(rtp, net.UDPAddrFromAddrPort(netip.MustParseAddrPort(at))) // the call may be over
					<-time.After(20 * time.Millisecond)
				}
			}
			res, err := load.Call(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			h := answer.Close()
			third.Close()
			r := res.Report()
			if got := strings.Join(append(r.Faults(), h.Faults()...), "; "); !strings.Contains(got, want.fault) {
				t.Errorf("%s: faults %q", at, got)
			}
			if m := append((load.Thresholds{}).Check(r), h.Check(r)...); len(m) == 0 || m[len(m)-1].Name != want.miss {
				t.Errorf("%s: missed %v", at, m)
			}
		})
	}
}
