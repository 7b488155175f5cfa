package steps_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ringproof/reports/record"
	"ringproof/steps"
	"ringproof/steps/target/bundled"
)

func profile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "site.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const trunks = `version: 1
name: Three trunks
harness: {phones: 127.0.0.21}
trunks:
  - {name: west, address: '127.0.0.11:0', numbers: 6000-6099}
  - {name: east, address: '127.0.0.12:0', numbers: 8000-8099}
  - {name: south, address: '127.0.0.13:0', numbers: 5000-5099}
`

// around runs a selection in virtual time: the harness reads one profile, the
// switch another.
func around(t *testing.T, harness, sw, tags string) *record.Run {
	t.Helper()
	return inMemory(t, "", func(s *steps.Suite, h *steps.Harness) {
		if h != nil {
			return
		}
		target, err := bundled.New(bundled.Config{Profile: sw})
		if err != nil {
			t.Fatal(err)
		}
		s.Profile, s.Target, s.Tags = harness, target, tags
	})
}

func TestAccountsWhoseNumberIsNotTheirUserAreAccepted(t *testing.T) {
	site := profile(t, trunks+`
routes:
  - {prefix: '6', targets: west}
  - {prefix: '8', targets: east}
accounts:
  - {user: alice, number: '2001'}
  - {user: bob, number: '2002'}
`)
	if err := steps.Verdict(around(t, site, site, "@id:reg.audio,@id:busy,@id:cancel.ringing,@id:wrong-password")); err != nil {
		t.Error(err)
	}
}

func TestCallThatArrivesAtAnotherTrunkIsPutDownToRouting(t *testing.T) {
	run := around(t,
		profile(t, trunks+"routes:\n  - {prefix: '6', targets: west}\n  - {prefix: '8', targets: east}\n"),
		profile(t, trunks+"routes:\n  - {prefix: '6', targets: west}\n  - {prefix: '8', targets: south}\n"),
		"@id:busy")
	if run.Verdict != record.NotAccepted || len(run.Findings) == 0 {
		t.Fatalf("verdict %s (%s), want %s with a finding", run.Verdict, run.Why, record.NotAccepted)
	}
	f := run.Findings[0]
	if f.Cause != record.CauseRouting || !strings.Contains(f.Why, "trunk south") {
		t.Errorf("cause %s (%s), want %s that names trunk south", f.Cause, f.Why, record.CauseRouting)
	}
}

const callers = `
routes:
  - {prefix: '6', targets: west}
  - {prefix: '3402', targets: gate}
accounts:
  - {user: alice, number: '2001'}
  - {user: bob, number: '2002'}
gateways:
  - name: gate
    address: '127.0.0.14:0'
    cameras: 34020000001320000001-34020000001320050000
`

func TestCamerasWithIdsOfTwentyDigitsAreAccepted(t *testing.T) {
	site := profile(t, trunks+callers+`
    offline: 34020000001320000007
    unmapped: 34020000001320050001-34020000001320050009
`)
	run := around(t, site, site, "@camera")
	if err := steps.Verdict(run); err != nil {
		t.Error(err)
	}
	for _, s := range run.Streams {
		if s.Video != nil && s.Video.Films != "" && len(s.Video.Films) != 20 {
			t.Errorf("camera %s, want one of 20 digits", s.Video.Films)
		}
	}
	last := run.Attempts[len(run.Attempts)-1]
	if len(run.Attempts) < 14 || len(last.To) != 20 {
		t.Errorf("%d attempts, the last to %s", len(run.Attempts), last.To)
	}
}

func TestCamerasThatTheProfileDoesNotHaveAreUnprovable(t *testing.T) {
	site := profile(t, trunks+callers)
	run := around(t, site, site, "@camera")
	if run.Verdict != record.Incomplete {
		t.Errorf("verdict %s (%s), want %s", run.Verdict, run.Why, record.Incomplete)
	}
	for _, s := range run.Scenarios[1:] {
		want := record.Passed
		if s.ID == "camera.offline" || s.ID == "camera.unmapped" {
			want = record.Skipped
		}
		if s.Status != want || want == record.Skipped && !strings.Contains(s.Why, "no gateway with a route") {
			t.Errorf("%s: %s (%s), want %s", s.ID, s.Status, s.Why, want)
		}
	}
}

func TestCallToACameraThatArrivesAtATrunkIsPutDownToRouting(t *testing.T) {
	run := around(t,
		profile(t, trunks+strings.Replace(callers, "'3402'", "'34'", 1)),
		profile(t, trunks+strings.Replace(callers, "targets: gate", "targets: west", 1)),
		"@id:camera.last")
	if run.Verdict != record.NotAccepted || run.Findings[0].Cause != record.CauseRouting || !strings.Contains(run.Findings[0].Why, "trunk west") {
		t.Errorf("verdict %s, findings %+v; want routing to trunk west", run.Verdict, run.Findings)
	}
}
