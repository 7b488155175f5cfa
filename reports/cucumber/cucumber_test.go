package cucumber_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"ringproof/internal/golden"
	"ringproof/reports/cucumber"
	"ringproof/reports/record"
)

func load(t *testing.T) *record.Run {
	t.Helper()
	run, err := record.Read(filepath.Join("..", "testdata", "run"))
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func TestReport(t *testing.T) {
	var b strings.Builder
	if err := cucumber.Render(&b, load(t)); err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "testdata/cucumber.json", b.String())
}

func TestReportOfAnEmptyRunIsAnEmptyList(t *testing.T) {
	var b strings.Builder
	if err := cucumber.Render(&b, &record.Run{}); err != nil || strings.TrimSpace(b.String()) != "[]" {
		t.Errorf("got %q, %v", b.String(), err)
	}
}

// Readers know these statuses and take any other for an error of the file.
func TestStatusesAreCucumbers(t *testing.T) {
	var b strings.Builder
	if err := cucumber.Render(&b, load(t)); err != nil {
		t.Fatal(err)
	}
	var features []struct {
		Elements []struct {
			Name  string `json:"name"`
			Steps []struct {
				Result struct {
					Status string `json:"status"`
					Error  string `json:"error_message"`
				} `json:"result"`
			} `json:"steps"`
		} `json:"elements"`
	}
	if err := json.Unmarshal([]byte(b.String()), &features); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range features {
		for _, e := range f.Elements {
			n++
			if len(e.Steps) == 0 {
				t.Errorf("%s has no step: readers take that for passed", e.Name)
			}
			for _, s := range e.Steps {
				switch s.Result.Status {
				case "passed", "skipped", "pending", "undefined", "ambiguous":
				case "failed":
					if s.Result.Error == "" {
						t.Errorf("%s: a step failed without a word", e.Name)
					}
				default:
					t.Errorf("%s: status %q", e.Name, s.Result.Status)
				}
			}
		}
	}
	if n != 5 { // the repeated one counts once
		t.Errorf("got %d scenarios, want 5", n)
	}
}

// statuses gives the step statuses of one scenario.
func statuses(t *testing.T, s record.Scenario) (out []string) {
	t.Helper()
	var b strings.Builder
	if err := cucumber.Render(&b, &record.Run{Scenarios: []record.Scenario{s}}); err != nil {
		t.Fatal(err)
	}
	var features []struct {
		Elements []struct {
			Steps []struct {
				Result struct {
					Status string `json:"status"`
				} `json:"result"`
			} `json:"steps"`
		} `json:"elements"`
	}
	if err := json.Unmarshal([]byte(b.String()), &features); err != nil {
		t.Fatal(err)
	}
	for _, x := range features[0].Elements[0].Steps {
		out = append(out, x.Result.Status)
	}
	return out
}

// Readers judge a scenario by its steps alone.
func TestStepsSayWhatTheScenarioCameTo(t *testing.T) {
	passed, failed := record.Step{Text: "a", Status: record.Passed}, record.Step{Text: "b", Status: record.Failed, Error: "unprovable: no accounts"}
	for _, c := range []struct {
		name   string
		status record.Status
		steps  []record.Step
		want   string
	}{
		{"passed", record.Passed, []record.Step{passed}, "passed"},
		{"failed", record.Failed, []record.Step{passed, failed}, "passed failed"},
		{"flaky counts as failed", record.Flaky, []record.Step{passed, failed}, "passed failed"},
		{"what could not be proved did not fail", record.Skipped, []record.Step{passed, failed}, "passed skipped"},
		{"what was interrupted did not fail", record.NotRun, []record.Step{passed, failed}, "passed skipped"},
		{"a gate that failed", record.Failed, nil, "failed"},
		{"a call that was not run", record.NotRun, nil, "skipped"},
		{"failed after its last step", record.Failed, []record.Step{passed}, "passed failed"},
		{"killed between two steps", record.NotRun, []record.Step{passed}, "passed skipped"},
		{"skipped after its last step", record.Skipped, []record.Step{passed}, "passed skipped"},
	} {
		if got := strings.Join(statuses(t, record.Scenario{Name: "n", Status: c.status, Steps: c.steps, Why: "why"}), " "); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}
