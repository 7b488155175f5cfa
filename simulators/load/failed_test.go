package load_test

import (
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/internal/memnet"
	"ringproof/simulators/load"
)

// between places 100 calls to a crowd over a network in memory.
func between(t *testing.T, host load.CrowdConfig, change func(*load.Config)) (r load.Report, h load.Hosted) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		host.At, host.Network = netip.MustParseAddrPort("127.0.0.2:5070"), n
		if host.Limit == 0 {
			host.Limit = 1000
		}
		answer, err := load.Answer(host)
		if err != nil {
			t.Fatal(err)
		}
		c := config(answer.At(), 50, 100)
		c.Network, c.Limit = n, 1000
		change(&c)
		res, err := load.Call(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		h = answer.Close()
		res.Excuse(h)
		r = res.Report()
		r.Spoil(h.Reasons(load.Hosted{}))
	})
	return r, h
}

func TestWhatOurCrowdWasToldIsNobodysFailure(t *testing.T) {
	strict := load.Thresholds{MaxFailed: new(float64)}
	for name, m := range map[string]load.Manners{
		"busy":        {Busy: 0.5},
		"declining":   {Rejected: 0.5},
		"mute":        {Mute: 0.5},
		"all of them": {Busy: 0.2, Rejected: 0.2, Mute: 0.2},
	} {
		r, h := between(t, load.CrowdConfig{Manners: m}, func(*load.Config) {})
		if as := h.Busy + h.Rejected + h.Mute; as == 0 || r.AsTold != as || r.Completed+as != 100 {
			t.Errorf("%s: %d calls ended as told, want %d; %d completed", name, r.AsTold, as, r.Completed)
		}
		if r.PDD.Never != 0 || r.SRD.Never != 0 || r.Answer.Never != 0 {
			t.Errorf("%s: of %d calls no response is said to be missing: %+v", name, r.Attempts, r.PDD)
		}
		if got := strict.Check(r); len(got) > 0 || len(r.Faults()) > 0 || r.Failed() != 0 || !r.Valid {
			t.Errorf("%s: missed %v, faults %q, invalid %v", name, got, r.Faults(), r.Invalid)
		}
	}
}

func TestCrowdWithoutRoomIsNotTheSystemsDoing(t *testing.T) {
	r, h := between(t, load.CrowdConfig{Limit: 10, Manners: load.Manners{Answer: load.Fixed(time.Second)}}, func(*load.Config) {})
	if h.Full == 0 || r.Valid || len(r.Invalid) != 1 || !strings.Contains(r.Invalid[0].What, "had no room") || len(r.Faults()) > 0 {
		t.Errorf("full %d, invalid %v, faults %q", h.Full, r.Invalid, r.Faults())
	}
}
