package steps_test

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"

	"ringproof/internal/golden"
	"ringproof/steps"
	"ringproof/steps/target/bundled"
)

// The record says all of the profile that is to be signed, with the addresses
// on which the parties and the target came to stand.
func TestTheRecordDescribesTheSite(t *testing.T) {
	t.Setenv("RINGPROOF_TEST_PASSWORD", "correct-horse-battery")
	path := profile(t, `version: 1
name: Head office and carrier
harness: {phones: 127.0.0.21}
trunks:
  - {name: west, address: '127.0.0.11:5060', numbers: 6000-6099}
  - {name: east, address: '127.0.0.12:5062', numbers: 8000-8099}
gateways:
  - {name: gate, address: '127.0.0.14:5064', cameras: 940000-989999}
routes:
  - {prefix: '6', targets: west}
  - {prefix: '9', targets: gate}
  - {prefix: '7', targets: [west, east], guard: 2s, numbers: 7000-7009}
accounts:
  - {user: alice, number: '2001', password_env: RINGPROOF_TEST_PASSWORD}
  - {user: bob}
never_dial: ['112']
expect: {busy: [486]}
thresholds: {answer: 3s}
waivers:
  - {scenario: fallback, reason: one carrier only, by: A. Customer}
`)
	run := inMemory(t, "", func(s *steps.Suite, h *steps.Harness) {
		if h != nil {
			return
		}
		target, err := bundled.New(bundled.Config{Profile: path, Addr: netip.MustParseAddrPort("127.0.0.1:5060")})
		if err != nil {
			t.Fatal(err)
		}
		s.Profile, s.Target, s.Tags = path, target, "@id:peer.audio"
	})
	if run.Site.Profile != path {
		t.Errorf("got profile %q, want %q", run.Site.Profile, path)
	}
	run.Site.Profile = ""
	b, err := json.MarshalIndent(run.Site, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "testdata/site.json", string(b)+"\n")
	if strings.Contains(string(b), "correct-horse") {
		t.Error("the password is in it")
	}
}

func TestTheRecordSaysWhereItWasMade(t *testing.T) {
	run := inMemory(t, "", func(s *steps.Suite, _ *steps.Harness) { s.Tags = "@id:busy" })
	e := run.Environment
	if e == nil || e.OS == "" || e.Arch == "" || !strings.HasPrefix(e.Go, "go") || e.CPUs < 1 || e.Zone == "" {
		t.Errorf("got environment %+v", e)
	}
	if len(run.Features) == 0 {
		t.Fatal("no features")
	}
	for _, s := range run.Scenarios {
		if s.ID == "busy" && (run.Features[0].File != s.Feature || run.Features[0].Name != "Calls" || run.Features[0].Text == "") {
			t.Errorf("got features %+v for the scenario of %s", run.Features, s.Feature)
		}
	}
}
