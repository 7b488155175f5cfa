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
