package steps_test

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"ringproof/features"
	"ringproof/reports/record"
	"ringproof/steps"
)

var (
	title = regexp.MustCompile(`^(\s*(?:Feature|Scenario|Scenario Outline):).*$`)
	tag   = regexp.MustCompile(`@[^\s]+`)
	step  = regexp.MustCompile(`^(\s*(?:Given|When|Then|And|But) )(.*)$`)
)

// renamed gives the suite with every title, tag and step called otherwise,
// and with other file names; and the new id of each scenario.
func renamed(t *testing.T) (fs.FS, map[string]string) {
	t.Helper()
	out, ids := fstest.MapFS{}, map[string]string{}
	files, err := fs.Glob(features.FS, "*.feature")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	n := 0
	for _, f := range files {
		if f == "60_real_phones.feature" {
			continue // by its tag none of it is run
		}
		b, err := fs.ReadFile(features.FS, f)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, line := range strings.Split(string(b), "\n") {
			n++
			switch {
			case title.MatchString(line):
				line = title.ReplaceAllString(line, fmt.Sprintf("${1} Thing %d", n))
			case strings.HasPrefix(strings.TrimSpace(line), "@"):
				line = tag.ReplaceAllStringFunc(line, func(s string) string {
					if id, ok := strings.CutPrefix(s, "@id:"); ok {
						ids[id] = fmt.Sprintf("thing%d", n)
						return "@id:" + ids[id]
					}
					return fmt.Sprintf("@thing%d", n)
				})
			case step.MatchString(line):
				line = step.ReplaceAllString(line, "${1}verily ${2}, forsooth")
			}
			lines = append(lines, line)
		}
		out[strings.Replace(f, ".feature", "-thing.feature", 1)] = &fstest.MapFile{Data: []byte(strings.Join(lines, "\n"))}
	}
	return out, ids
}

func causes(run *record.Run) []string {
	var out []string
	for _, f := range run.Findings {
		out = append(out, f.Check+": "+string(f.Cause))
	}
	return out
}

func TestRenamingEverythingChangesNoCause(t *testing.T) {
	other, ids := renamed(t)
	for _, d := range catalogue(t) {
		t.Run(d.Name, func(t *testing.T) {
			only := func(id string) string {
				if id == "" {
					return "" // the gate before all scenarios
				}
				return "@id:" + id
			}
			plain := inMemory(t, d.Name, func(s *steps.Suite, _ *steps.Harness) {
				s.Long = true
				if ids[d.Scenario] != "" {
					s.Tags = only(d.Scenario)
				}
			})
			run := inMemory(t, d.Name, func(s *steps.Suite, h *steps.Harness) {
				s.Features, s.Tags, s.Long = other, only(ids[d.Scenario]), true
				if h != nil {
					steps.Rename(h, func(expr string) string { return "verily " + expr + ", forsooth" })
				}
			})
			if got, want := len(run.Scenarios), len(plain.Scenarios); got != want {
				t.Fatalf("%d scenarios, want %d", got, want)
			}
			for _, s := range run.Scenarios[1:] {
				if !strings.HasPrefix(s.Name, "Thing") || !strings.HasPrefix(s.ID, "thing") {
					t.Errorf("%q %q was not renamed", s.ID, s.Name)
				}
			}
			got, want := causes(run), causes(plain)
			if len(want) == 0 || !slices.Equal(got, want) {
				t.Errorf("causes %v, want %v", got, want)
			}
		})
	}
}
