package steps_test

import (
	"log/slog"
	"os"
	"testing"

	"ringproof/steps"
	"ringproof/steps/target/bundled"
)

func TestBundledSwitchIsAccepted(t *testing.T) {
	target, err := bundled.New(bundled.Config{})
	if err != nil {
		t.Fatal(err)
	}
	run := steps.Test(t, steps.Suite{Target: target, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	for _, s := range run.Scenarios {
		t.Log(s.ID, s.Name, s.Status, s.Why, (s.End-s.Start)/1e6)
		for _, c := range run.ChecksOf(s.Index) {
			t.Log("   ", c.ID, c.Verdict, c.Subject, "|", c.Measured)
		}
	}
}
