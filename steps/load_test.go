package steps_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/internal/memnet"
	"ringproof/internal/network"
	"ringproof/reports/record"
	"ringproof/simulators/load"
	"ringproof/steps"
	"ringproof/steps/target/bundled"
)

// loads offers a load to the bundled switch, in virtual time.
func loads(t *testing.T, d string, l steps.Load, change ...func(*steps.Suite)) (run *record.Run, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		target, e := bundled.New(bundled.Config{Defect: d})
		if e != nil {
			t.Fatal(e)
		}
		s := steps.Suite{Target: target, Network: memnet.New().WithICMP(), Seed: 1}
		for _, f := range change {
			f(&s)
		}
		h, e := steps.New(s)
		if e != nil {
			t.Fatal(e)
		}
		run, err = h.Load(t.Context(), l)
	})
	return run, err
}

func TestLoadOfAProfile(t *testing.T) {
	few := 1.0
	for name, c := range map[string]struct {
		defect  string
		load    steps.Load
		verdict record.Verdict
		failed  string // rules
		between string
	}{
		"of its first two trunks":       {"", steps.Load{Rate: 100, For: time.Second}, record.Worked, "", "trunk west → trunk east"},
		"between trunks that are named": {"", steps.Load{From: "east", To: "west", Rate: 100, Calls: 50, Hold: "200ms-400ms"}, record.Worked, "", "trunk east → trunk west"},
		"between numbers of phones":     {"", steps.Load{From: "1002", To: "1001", Rate: 20, Calls: 20, Hold: "1s"}, record.Worked, "", "phone 1002 → phone 1001"},
		"from a trunk to a phone":       {"", steps.Load{From: "west", To: "1001", Rate: 20, Calls: 20}, record.Worked, "", "trunk west → phone 1001"},
		"refused by the crowd, as said": {"", steps.Load{Rate: 100, Calls: 100, Busy: 0.5}, record.Worked, "", "trunk west → trunk east"},
		"few have a voice, all a port":  {"", steps.Load{Rate: 50, Calls: 50, Hold: "2s", Media: 4, Lines: 2}, record.Worked, "", "trunk west → trunk east"},
		"beyond what is carried":        {"calls-limited", steps.Load{Rate: 50, Calls: 50, Hold: "1s"}, record.NotWorked, "load.failed", "trunk west → trunk east"},
		"slow":                          {"call-queue", steps.Load{Rate: 50, Calls: 50, Hold: "1s"}, record.NotWorked, "load.delay", "trunk west → trunk east"},
		"slow, by SRD too":              {"call-queue", steps.Load{Rate: 50, Calls: 50, Hold: "1s", P95SRD: 300 * time.Millisecond, P95PDD: time.Second, MaxFailed: &few}, record.NotWorked, "load.delay", "trunk west → trunk east"},
		"with calls left over":          {"byes-lost", steps.Load{Rate: 50, Calls: 50, Hold: "1s"}, record.NotWorked, "load.released", "trunk west → trunk east"},
	} {
		t.Run(name, func(t *testing.T) {
			run, err := loads(t, c.defect, c.load)
			if err != nil {
				t.Fatal(err)
			}
			var failed []string
			for _, x := range run.Checks {
				if x.Verdict == record.Fail {
					failed = append(failed, x.ID)
				}
			}
			if got := strings.Join(failed, " "); run.Verdict != c.verdict || got != c.failed || run.Kind != record.ALoad {
				t.Errorf("%s (%s), failed %q, want %s for %q", run.Verdict, run.Why, got, c.verdict, c.failed)
			}
			if len(run.Loads) != 1 {
				t.Fatalf("%d loads are in the record, want one", len(run.Loads))
			}
			if got := run.Loads[0].Caller + " → " + run.Loads[0].Called; got != c.between {
				t.Errorf("got %s, want %s", got, c.between)
			}
		})
	}
}

// A search finds the rate at which calls begin to fail, and says why they do
// where nothing less was asked for.
func TestSearchOfAProfile(t *testing.T) {
	for _, way := range []string{"bisect", "rfc7502"} {
		var told []steps.Trial
		// Of 15 calls at a time, each of 200 ms, some 75 begin in a second.
		run, err := loads(t, "calls-limited", steps.Load{Search: way, Rate: 20, Calls: 200, Hold: "200ms", Tried: func(x steps.Trial) { told = append(told, x) }})
		if err != nil {
			t.Fatal(err)
		}
		best := 0.0
		for i, l := range run.Loads {
			if l.Trial != i+1 || l.Offered.Rate != told[i].Rate || l.Good() != told[i].Good || l.Offered.Calls != 200 {
				t.Errorf("%s: trial %d is %+v in the record, and was told as %+v", way, i+1, l.Offered, told[i])
			}
			if l.Good() == 200 {
				best = max(best, l.Offered.Rate)
			}
		}
		s := run.Scenarios[len(run.Scenarios)-1]
		if run.Verdict != record.Worked || best < 60 || best > 78 || !strings.Contains(s.Name, fmt.Sprintf("trunk west to trunk east: %g calls a second, by", best)) {
			t.Errorf("%s: %s, %q after %d trials, of which the best had %g/s", way, run.Verdict, s.Name, len(told), best)
		}
	}
	run, err := loads(t, "calls-limited", steps.Load{Search: "bisect", Rate: 20, Calls: 200, Hold: "20s"})
	if err != nil || run.Verdict != record.NotWorked || len(run.Findings) != 1 || run.Findings[0].Check != "load.failed" || run.Findings[0].Cause != record.CauseCapacity {
		t.Errorf("a system that carries no rate at all: %s, %v, %v", run.Verdict, run.Findings, err)
	}
}

// atReal is a profile of somebody else's system.
const atReal = `version: 1
name: Test
systems:
  - {name: pbx, under_test: true, sip: 'udp:192.0.2.1:5060'}
trunks:
  - {name: west, address: '192.0.2.11:5060', numbers: 6000-6099}
  - {name: east, address: '192.0.2.12:5060', numbers: 8000-8099}
routes:
  - {prefix: "6", targets: west}
  - {prefix: "8", targets: east}
never_dial: ["112"]
`

func TestLoadThatIsNotAllowedIsRefusedBeforeASocketIsOpened(t *testing.T) {
	const allowed = "consent: {load: true, by: the owner}\nlimits: {rate: 10, calls: 30}\n"
	for want, c := range map[string]struct {
		more string
		load steps.Load
	}{
		"consent.load": {"", steps.Load{}},
		"11 calls a second: limits.rate allows 10":                                        {allowed, steps.Load{Rate: 11}},
		"31 calls at a time: limits.calls allows 30":                                      {allowed, steps.Load{Limit: 31}},
		`"112" is neither a trunk, nor a number of one`:                                   {allowed, steps.Load{From: "west", To: "112"}},
		"6000 and 6001 are both trunk west":                                               {allowed, steps.Load{From: "6000", To: "6001"}},
		"rate -1: want calls a second":                                                    {allowed, steps.Load{Rate: -1}},
		`search "best": want rfc7502 or bisect`:                                           {allowed, steps.Load{Search: "best", Calls: 10}},
		"search: want calls":                                                              {allowed, steps.Load{Search: "bisect"}},
		"want it without a duration":                                                      {allowed, steps.Load{Search: "bisect", Calls: 10, For: time.Second}},
		"want it without thresholds":                                                      {allowed, steps.Load{Search: "bisect", Calls: 10, P95PDD: time.Second}},
		"want one call a second at least":                                                 {allowed, steps.Load{Search: "bisect", Calls: 10, Rate: 0.5}},
		"busy 0.9, rejected 0.9, mute 0: want shares":                                     {allowed, steps.Load{Busy: 0.9, Rejected: 0.9}},
		"rate NaN: want calls a second":                                                   {allowed, steps.Load{Rate: math.NaN(), Poisson: true}},
		"for -5s, ramp 0s: want times, not below 0":                                       {allowed, steps.Load{For: -5 * time.Second}},
		"busy NaN, rejected 0, mute 0: want shares":                                       {allowed, steps.Load{Busy: math.NaN()}},
		"10 calls a second that last for 4s are 40 at a time: limits.calls allows 30":     {allowed, steps.Load{Hold: "4s"}},
		"10 calls a second that last for 2s-6s are 40 at a time: limits.calls allows 30":  {allowed, steps.Load{Hold: "2s-6s", For: time.Minute}},
		"10 calls a second that last for exp 5s are 50 at a time: limits.calls allows 30": {allowed, steps.Load{Hold: "exp 5s", For: time.Hour}},
		"5 calls a second that last for 4s are 20 at a time: the limit is 10":             {allowed, steps.Load{Rate: 5, Hold: "4s", Limit: 10}},
		"8 calls a second that last for 4s are 32 at a time: limits.calls allows 30":      {allowed, steps.Load{Steps: []load.Step{{Rate: 1, For: time.Minute}, {Rate: 8, For: 4 * time.Second}}, Hold: "4s"}},
		"2.5 calls a second that last for 20s are 50 at a time: limits.calls allows 30":   {allowed, steps.Load{Search: "bisect", Calls: 100, Hold: "20s"}},
		"media 1: of 99 calls that is less than one":                                      {allowed, steps.Load{Calls: 99, Hold: "2s", Media: 1}},
		`hold: "soon": want a time like 3s`:                                               {allowed, steps.Load{Hold: "soon"}},
		`answer: "soon": want a time like 3s`:                                             {allowed, steps.Load{Answer: "soon"}},
		`"" is neither a trunk, nor a number of one, nor of`:                              {allowed, steps.Load{From: "west"}},
	} {
		path := filepath.Join(t.TempDir(), "site.yaml")
		if err := os.WriteFile(path, []byte(atReal+c.more), 0o600); err != nil {
			t.Fatal(err)
		}
		n := memnet.New()
		h, err := steps.New(steps.Suite{Profile: path, Network: n})
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.Load(t.Context(), c.load)
		var usage *steps.UsageError
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
		if n.Sockets() != 0 {
			t.Errorf("%s: %d sockets were opened", want, n.Sockets())
		}
	}
}

// What may be within the limits is not refused for what it might come to.
func TestLoadThatMayBeWithinTheLimitsIsOffered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "site.yaml")
	if err := os.WriteFile(path, []byte(atReal+"consent: {load: true, by: the owner}\nlimits: {rate: 10, calls: 30}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h, err := steps.New(steps.Suite{Profile: path, Network: memnet.New()})
	if err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string]steps.Load{
		"just so many":             {Hold: "3s"},
		"no more calls":            {Hold: "1m", Calls: 30},
		"no longer":                {Hold: "1m", For: 3 * time.Second},
		"no longer, exponential":   {Hold: "exp 1m", For: 3 * time.Second},
		"a range that may be less": {Hold: "2s-1m", For: 10 * time.Second},
		"a ramp to its end":        {Hold: "4s", Ramp: 10 * time.Second, For: 10 * time.Second},
		"a ramp of few calls":      {Hold: "4s", Ramp: 10 * time.Second, Calls: 50},
		"some are busy":            {Hold: "4s", Busy: 0.3},
		"short steps":              {Hold: "4s", Steps: []load.Step{{Rate: 10, For: 3 * time.Second}, {Rate: 1, For: time.Minute}}},
	} {
		if err := steps.Refused(h, l); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Who is at the keys places as many calls as they like, and no more than the
// profile allows.
func TestLoadIsSteered(t *testing.T) {
	for name, c := range map[string]struct {
		times   float64
		least   uint64
		most    uint64
		steered bool
	}{"not touched": {1, 60, 60, false}, "twice": {2, 95, 105, true}} {
		pace := new(load.Rate)
		run, err := loads(t, "", steps.Load{Rate: 20, For: 3 * time.Second, Pace: pace, Watch: func(p steps.Progress) {
			if p.Seconds < 1.5 {
				pace.Change(c.times)
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		if l := run.Loads[0]; run.Verdict != record.Worked || l.Callers.Attempts < c.least || l.Callers.Attempts > c.most || l.Offered.Steered != c.steered {
			t.Errorf("%s: %s, %d calls, steered %v; want %d to %d", name, run.Verdict, l.Callers.Attempts, l.Offered.Steered, c.least, c.most)
		}
	}
	path := filepath.Join(t.TempDir(), "site.yaml")
	if err := os.WriteFile(path, []byte(atReal+"consent: {load: true, by: the owner}\nlimits: {rate: 10, calls: 30}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h, err := steps.New(steps.Suite{Profile: path, Network: memnet.New()})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		load steps.Load
		most float64
	}{
		"the contracted rate":         {steps.Load{Rate: 2}, 10},
		"the contracted calls":        {steps.Load{Rate: 2, Hold: "5s-7s"}, 4},
		"fewer, by a limit of ours":   {steps.Load{Rate: 2, Hold: "5s", Limit: 15}, 2.4},
		"more than it may come to":    {steps.Load{Rate: 8, Hold: "1m", For: time.Second}, 8},
		"calls that some do not have": {steps.Load{Rate: 2, Hold: "5s", Busy: 0.25}, 6.4},
	} {
		c.load.Pace = new(load.Rate)
		if err := steps.Refused(h, c.load); err != nil {
			t.Fatal(err)
		}
		for range 100 {
			c.load.Pace.Change(1.1)
		}
		if got := c.load.Pace.Get(); math.Abs(got-c.most) > 1e-9 {
			t.Errorf("%s: %g calls a second at most, want %g", name, got, c.most)
		}
	}
	if err := steps.Refused(h, steps.Load{Rate: 2, Poisson: true, Pace: new(load.Rate)}); err == nil {
		t.Error("calls at random times are steered")
	}
}

// What a scenario asks for is bound by the contract too.
func TestScenarioDoesNotLoadBeyondTheLimits(t *testing.T) {
	const pbx = "systems:\n  - {name: pbx, under_test: true, sip: '127.0.0.1:5060'}\nconsent: {load: true, by: the owner}\nlimits: {rate: 10, calls: 30}\n"
	run := faced(t, strings.ReplaceAll(twoTrunks, ":0'", ":5060'")+pbx,
		one("Given many callers and an answering crowd in peer-to-peer mode", "When calls arrive at 11 per second for 1 second"))
	if s := scenario(t, run, "one"); s.Status != record.Skipped || !strings.Contains(s.Why, "limits.rate allows 10") {
		t.Errorf("%s (%s), want it skipped for the limit", s.Status, s.Why)
	}
}

func TestInterruptedLoadReleasesItsCallsAndIsRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target, err := bundled.New(bundled.Config{})
		if err != nil {
			t.Fatal(err)
		}
		h, err := steps.New(steps.Suite{Target: target, Network: memnet.New().WithICMP(), Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2490*time.Millisecond) // while no call begins: one that is cancelled is neither completed nor late
		defer cancel()
		run, err := h.Load(ctx, steps.Load{Rate: 50, For: time.Minute, Hold: "30s"})
		if err != nil {
			t.Fatal(err)
		}
		if run.Verdict != record.Interrupted || len(run.Loads) != 1 {
			t.Fatalf("verdict %s, %d loads; want %s and what there was of it", run.Verdict, len(run.Loads), record.Interrupted)
		}
		l := run.Loads[0]
		if l.Callers.Attempts < 100 || l.Callers.Completed+l.Callers.Late != l.Callers.Attempts || l.Crowd.Open != 0 || l.Crowd.Released != l.Crowd.Answered {
			t.Errorf("callers %+v, crowd %+v; want every call released", l.Callers, l.Crowd)
		}
	})
}

// Where our own machine was the limit nobody is accepted or rejected.
func TestLoadThatIsSpoiledIsInvalid(t *testing.T) {
	run, err := loads(t, "calls-limited", steps.Load{Rate: 100, Calls: 50, Hold: "5s", Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if run.Verdict != record.Invalid || !strings.Contains(run.Why, "could not begin") || len(run.Findings) != 1 || run.Findings[0].Cause != record.CauseHarness || run.Findings[0].ToDo == "" {
		t.Errorf("%s (%s), %+v; want %s, and what to change", run.Verdict, run.Why, run.Findings, record.Invalid)
	}
}

// A slow machine only makes delays longer; what it lost may be anybody's.
func TestSlowMachineSpoilsNoScenarioByItself(t *testing.T) {
	late := []load.Reason{{What: "9 began late", Change: "Lower the rate."}}
	for name, c := range map[string]struct {
		report        load.Report
		scenario      bool
		slow, spoiled int
	}{
		"in a scenario":              {load.Report{Invalid: late}, true, 1, 0},
		"in a load by itself":        {load.Report{Invalid: late}, false, 0, 1},
		"and dropped a datagram":     {load.Report{Invalid: late, Dropped: 1}, true, 0, 1},
		"and kept a call back":       {load.Report{Invalid: late, Blocked: 1}, true, 0, 1},
		"and could not send one":     {load.Report{Invalid: late, Unsent: 1}, true, 0, 1},
		"which it was not after all": {load.Report{}, true, 0, 0},
	} {
		f := steps.LoadFact(c.report, load.Hosted{}, c.scenario)
		if len(f.Slow) != c.slow || len(f.Spoiled) != c.spoiled {
			t.Errorf("%s: slow %v, spoiled %v; want %d and %d", name, f.Slow, f.Spoiled, c.slow, c.spoiled)
		}
	}
	full := load.Hosted{}
	full.Full = 1
	if f := steps.LoadFact(load.Report{}, full, true); len(f.Spoiled) != 1 || f.Spoiled[0].Change == "" {
		t.Errorf("a crowd that was full: %+v", f.Spoiled)
	}
}

// The places that callers and crowd took are given back, again and again, and
// what was bound is removed in the end.
func TestLoadIsOfferedTwiceInOneScenario(t *testing.T) {
	for _, mode := range []string{"peer-to-peer", "registration"} {
		run := inMemory(t, "", with(one(
			"Given many callers and an answering crowd in "+mode+" mode", "When calls arrive at 20 per second for 1 second", "And calls arrive at 30 per second for 1 second",
			"Then no more calls fail than are allowed", "And the 95th percentile of session request delay is below 100 ms", "And no call is left over")))
		if err := steps.Verdict(run); err != nil || len(run.Loads) != 2 || run.Loads[1].Callers.Completed != 30 {
			t.Errorf("%s: %v, loads %+v", mode, err, run.Loads)
		}
		removed := 0
		for _, r := range run.Registrations {
			if r.Code == 200 && len(r.Contacts) == 0 {
				removed++
			}
		}
		if mode == "registration" && removed != 2 {
			t.Errorf("%d registrations were removed, want both: %+v", removed, run.Registrations)
		}
	}
}

func TestRecordHasWhatCouldNotBeUsed(t *testing.T) {
	f := steps.LoadFact(load.Report{Misled: 3, Unusable: []load.Unusable{{What: "a", Calls: 1}}, ByeUnusable: []load.Unusable{{What: "b", Calls: 2}}}, load.Hosted{}, false)
	if c := f.Callers; c.Misled != 3 || fmt.Sprint(c.Unusable, c.ByeUnusable) != "[{a 1}] [{b 2}]" {
		t.Errorf("got %+v", c)
	}
}

// engaged is a network on which the system takes so many connections, and no
// more.
type engaged struct {
	network.Network
	takes int
}

func (e *engaged) Dial(ctx context.Context, from, to netip.AddrPort) (net.Conn, error) {
	if e.takes--; e.takes < 0 {
		return nil, syscall.ECONNREFUSED
	}
	return e.Network.Dial(ctx, from, to)
}

// Over TCP the crowd registers in the place of a called phone: where that is
// refused, the system has failed, as when the phone is.
func TestCrowdThatIsNotRegisteredIsAFailure(t *testing.T) {
	for takes, c := range map[int]struct {
		verdict record.Verdict
		failed  string
	}{
		4: {record.NotWorked, "register.accepted: register sip:1002@ringproof.invalid"}, // two phones, two of the monitor; not the crowd
		9: {record.Worked, ""},
	} {
		run, err := loads(t, "", steps.Load{From: "1001", To: "1002", Rate: 20, Calls: 20}, func(s *steps.Suite) {
			s.Target, s.Network = overTCP{s.Target.(*bundled.Target)}, &engaged{s.Network, takes}
		})
		if err != nil {
			t.Fatal(err)
		}
		failed := ""
		for _, x := range run.Checks {
			if x.Verdict == record.Fail {
				failed = x.ID + ": " + x.Measured
			}
		}
		if run.Verdict != c.verdict || !strings.HasPrefix(failed, c.failed) || (failed == "") != (c.failed == "") {
			t.Errorf("%d connections: %s (%s), failed %q; want %s, %q", takes, run.Verdict, run.Why, failed, c.verdict, c.failed)
		}
		for _, f := range run.Findings {
			if f.Cause != record.CauseReachability && f.Cause != record.CauseRegistration {
				t.Errorf("put down to %s: %s", f.Cause, f.Why)
			}
		}
	}
}
