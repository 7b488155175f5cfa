package steps_test

import (
	"io"
	"testing"

	"github.com/cucumber/godog"

	"ringproof/steps"
	"ringproof/steps/target/bundled"
)

func TestVocabularyWithoutAnOpenHarnessFailsTheScenario(t *testing.T) {
	target, err := bundled.New(bundled.Config{})
	if err != nil {
		t.Fatal(err)
	}
	h, err := steps.New(steps.Suite{Target: target})
	if err != nil {
		t.Fatal(err)
	}
	status := godog.TestSuite{
		ScenarioInitializer: h.InitializeScenario, // and no InitializeSuite
		Options: &godog.Options{
			FS: one("Given a caller and a callee in peer-to-peer mode"), Paths: []string{"."},
			Format: "progress", Output: io.Discard, Strict: true,
		},
	}.Run()
	if _, err := h.Close(); status == 0 || err == nil {
		t.Errorf("godog: %d, record: %v; want both to fail", status, err)
	}
}
