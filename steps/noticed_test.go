package steps_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"ringproof/internal/memnet"
	"ringproof/reports/record"
	"ringproof/steps"
	"ringproof/steps/target/bundled"
)

// A system that asks seldom takes a trunk for down for a while after it is
// there again: the next scenarios must not meet that.
func TestATrunkIsUpAgainBeforeTheNextScenario(t *testing.T) {
	b, err := os.ReadFile("../internal/site/demo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	profile := string(b)
	for was, is := range map[string]string{"options: 150ms": "options: 5s", "targets: [south, east]": "targets: [north, east]"} {
		if !strings.Contains(profile, was) {
			t.Fatalf("the demo's profile has no %q any more", was)
		}
		profile = strings.ReplaceAll(profile, was, is)
	}
	path := filepath.Join(t.TempDir(), "site.yaml")
	if err := os.WriteFile(path, []byte(profile), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		target, err := bundled.New(bundled.Config{Profile: path})
		if err != nil {
			t.Fatal(err)
		}
		h, err := steps.New(steps.Suite{Profile: path, Target: target, Network: memnet.New().WithICMP(), Seed: 1, Tags: "@id:fallback.down,@id:fallback.not-on-busy"})
		if err != nil {
			t.Fatal(err)
		}
		run, err := h.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if run.Verdict != record.Accepted {
			t.Errorf("%s (%s)", run.Verdict, run.Why)
		}
	})
}
