package cucumber_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ringproof/reports/cucumber"
	"ringproof/reports/record"
)

var update = flag.Bool("update", false, "write the golden files anew")

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
	golden(t, "cucumber.json", b.String())
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
	if n != 6 {
		t.Errorf("got %d scenarios, want 6", n)
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
