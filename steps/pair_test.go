package steps_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"ringproof/internal/memnet"
	"ringproof/refswitch"
	"ringproof/reports/record"
	"ringproof/steps"
)

// The pair: 6… is at one switch, 8… at the other, and each sends on to the
// other what is not its own. Phones and cameras are registered at both.
var pair = map[string]struct{ at, other, own, foreign string }{
	"north": {"127.0.0.51:5060", "127.0.0.52:5060", "6", "8"},
	"south": {"127.0.0.52:5060", "127.0.0.51:5060", "8", "6"},
}

const pairProfile = `version: 1
name: Two systems that are connected
systems:
  - {name: north, under_test: true, sip: 'udp:127.0.0.51:5060', domain: north.invalid}
  - {name: south, under_test: true, sip: 'udp:127.0.0.52:5060', domain: south.invalid}
harness: {phones: 127.0.0.71, intruder: 127.0.0.72}
without: [trunks, ring]
consent: {load: true, hostile: true, by: the test}
limits: {rate: 20, calls: 100}
expect: {preset: rfc}
test_numbers: {unallocated: '1999'}
options: {bulk_registration: false}
accounts:
`

// switches are the pair as a target. Change bends what they are configured to.
type switches struct {
	change  func(name string, c *refswitch.Config)
	running []*refswitch.Switch
}

func (*switches) Name() string { return "north and south" }

func (s *switches) Start(_ context.Context, x steps.Surroundings) (at steps.Endpoint, err error) {
	at.Others = map[string]steps.Endpoint{}
	for name, p := range pair {
		c := refswitch.Config{
			Listen: netip.MustParseAddrPort(p.at), Domain: name + ".invalid", Network: x.Network,
			Trunks: []refswitch.Trunk{
				{Name: "other", Address: netip.MustParseAddrPort(p.other)},
				{Name: "gate", Address: x.Trunks["gate-"+name]},
			},
			Routes: []refswitch.Route{
				{Prefix: p.foreign, Targets: []string{"other"}},
				{Prefix: "9" + p.foreign, Targets: []string{"other"}},
				{Prefix: "9" + p.own, Targets: []string{"gate"}},
			},
		}
		for user, password := range x.Passwords {
			if !strings.HasPrefix(user, p.own) {
				continue
			}
			a := refswitch.Account{User: user, Password: password}
			if user[1:] == "500" || user[1:] == "700" { // the cameras', and a pilot
				a.Numbers, a.RequestURI = []string{user[:2] + "501-" + user[:2] + "599"}, refswitch.Dialled
			}
			c.Accounts = append(c.Accounts, a)
		}
		if s.change != nil {
			s.change(name, &c)
		}
		sw, err := refswitch.New(c)
		if err != nil {
			return at, err
		}
		s.running = append(s.running, sw)
		own := steps.Endpoint{Transport: "udp", Addr: sw.Addr(), Domain: c.Domain}
		if at.Others[name] = own; name == "north" {
			at.Transport, at.Addr, at.Domain = own.Transport, own.Addr, own.Domain
		}
	}
	return at, nil
}

func (s *switches) Stop(context.Context) error {
	if len(s.running) != len(pair) {
		return errors.New("not both were started")
	}
	for _, sw := range s.running {
		sw.Close()
	}
	return nil
}

// connects runs the suite on the pair, in virtual time.
func connects(t *testing.T, tags string, change func(name string, c *refswitch.Config)) (run *record.Run) {
	t.Helper()
	dir := t.TempDir()
	profile := pairProfile
	if err := os.WriteFile(filepath.Join(dir, "password"), []byte("two-of-a-kind"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"north", "south"} {
		own := pair[name].own
		for i := range 4 {
			profile += fmt.Sprintf("  - {user: '%s00%d', system: %s, password_file: password}\n", own, i+1, name)
		}
		profile += fmt.Sprintf(`  - {user: '%[1]s500', system: %[2]s, branch: yard-%[2]s, numbers: [%[1]s5501-%[1]s5599], request_uri: dialled, cameras: true, password_file: password}
  - {user: '%[1]s700', system: %[2]s, branch: hall-%[2]s, numbers: [%[1]s7501-%[1]s7599], request_uri: dialled, password_file: password}
  - {user: '%[1]s801', system: %[2]s, branch: court-%[2]s, password_file: password}
  - {user: '%[1]s802', system: %[2]s, branch: court-%[2]s, password_file: password}
`, own, name)
	}
	profile += `gateways:
  - {name: gate-north, system: north, address: '127.0.0.61:5060', cameras: 960000-960999, offline: [960900-960999], unmapped: [961000-961009]}
  - {name: gate-south, system: south, address: '127.0.0.62:5060', cameras: 980000-980999, offline: [980900-980999], unmapped: [981000-981009]}
routes:
  - {prefix: '96', targets: gate-north}
  - {prefix: '98', targets: gate-south}
`
	path := filepath.Join(dir, "site.yaml")
	if err := os.WriteFile(path, []byte(profile), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		h, err := steps.New(steps.Suite{Profile: path, Target: &switches{change: change}, Network: memnet.New().WithICMP(), Seed: 1, Tags: tags})
		if err != nil {
			t.Fatal(err)
		}
		if run, err = h.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	return run
}

// failedOf gives what failed in a run, and of what cause.
func failedOf(run *record.Run) (out []string) {
	for _, s := range run.Scenarios {
		if s.Status != record.Failed && s.Status != record.Flaky {
			continue
		}
		_, from, _ := strings.Cut(s.Name, " (from ")
		for _, f := range run.Of(s.Index) {
			if x := fmt.Sprintf("%s from %s: %s", s.ID, strings.TrimSuffix(from, ")"), f.Cause); !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
	}
	return out
}

func TestAHealthyPairIsAccepted(t *testing.T) {
	run := connects(t, "", nil)
	if run.Verdict != record.Accepted {
		t.Errorf("%s (%s), failed %q", run.Verdict, run.Why, failedOf(run))
	}
	// Each of the two was the near one, and calls went across and within.
	crossed := map[string]int{}
	for _, a := range run.Attempts {
		if !a.Inbound && a.Final() == 200 && a.From != "" && a.To != "" {
			crossed[a.From[:1]+a.To[:1]]++
		}
	}
	for _, way := range []string{"68", "86"} {
		if crossed[way] < 10 {
			t.Errorf("%d calls from %s… to %s… were answered, want ten at least: %v", crossed[way], way[:1], way[1:], crossed)
		}
	}
	for _, s := range run.Scenarios {
		if s.Status == record.Skipped && s.Why == "" {
			t.Errorf("%s was skipped and nobody knows why", s.ID)
		}
	}
}

// What is wrong with one of the two is found at that one.
func TestAFaultOfOneOfAPairIsFound(t *testing.T) {
	for name, x := range map[string]struct {
		tags   string
		change func(name string, c *refswitch.Config)
		want   []string
	}{
		"no way back from south": {"@id:reg.audio", func(name string, c *refswitch.Config) {
			if name == "south" {
				c.Routes = nil
			}
		}, []string{"reg.audio from north: routing", "reg.audio from south: routing"}},
		"south answers strangers": {"@id:untrusted,@id:reg.audio", func(name string, c *refswitch.Config) {
			if name == "south" {
				c.Trunks[0].Trusted = []refswitch.Source{{Prefix: netip.MustParsePrefix("127.0.0.72/32")}}
			}
		}, []string{"untrusted from south: security"}},
		"north believes any password": {"@id:wrong-password,@id:reg.audio", func(name string, c *refswitch.Config) {
			if name == "north" {
				c.Defect = "any-password"
			}
		}, []string{"wrong-password from north: authentication"}},
		"south does not know north's cameras": {"@id:camera.prefix,@id:reg.audio", func(name string, c *refswitch.Config) {
			if name == "south" {
				c.Routes = slices.DeleteFunc(c.Routes, func(r refswitch.Route) bool { return r.Prefix == "96" })
			}
		}, []string{"camera.prefix from south: routing"}},
	} {
		t.Run(name, func(t *testing.T) {
			run := connects(t, x.tags, x.change)
			if got := failedOf(run); run.Verdict != record.NotAccepted || !slices.Equal(got, x.want) {
				t.Errorf("%s (%s), failed %q, want %q", run.Verdict, run.Why, got, x.want)
			}
		})
	}
}
