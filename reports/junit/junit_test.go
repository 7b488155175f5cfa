package junit_test

import (
	"encoding/xml"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"ringproof/internal/golden"
	"ringproof/reports/junit"
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
	if err := junit.Render(&b, load(t)); err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "testdata/junit.xml", b.String())
}

// What a remote party said may hold what XML forbids.
func TestReportIsXMLWhateverWasSaid(t *testing.T) {
	run := load(t)
	run.Site.Name = "\x00]]>\xff<&"
	run.Checks[0].Measured = "\x01\x1b[31m]]>\"'"
	run.Scenarios[0].Why = "a\x00b"
	var b strings.Builder
	if err := junit.Render(&b, run); err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(strings.NewReader(b.String())); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestCountsHold(t *testing.T) {
	var b strings.Builder
	if err := junit.Render(&b, load(t)); err != nil {
		t.Fatal(err)
	}
	type counts struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Skipped  int `xml:"skipped,attr"`
	}
	var all struct {
		counts
		Suites []struct {
			counts
			Cases []struct {
				Failure *struct{} `xml:"failure"`
				Skipped *struct{} `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(b.String()), &all); err != nil {
		t.Fatal(err)
	}
	var sum counts
	for _, s := range all.Suites {
		got := counts{Tests: len(s.Cases)}
		for _, c := range s.Cases {
			if c.Failure != nil {
				got.Failures++
			}
			if c.Skipped != nil {
				got.Skipped++
			}
		}
		if got != s.counts {
			t.Errorf("a suite says %+v and has %+v", s.counts, got)
		}
		sum.Tests, sum.Failures, sum.Skipped = sum.Tests+got.Tests, sum.Failures+got.Failures, sum.Skipped+got.Skipped
	}
	if sum != all.counts || sum != (counts{Tests: 5, Failures: 2, Skipped: 2}) {
		t.Errorf("it says %+v and has %+v", all.counts, sum)
	}
}

// A reader that looks at the test cases alone must not take a run for
// accepted that was not.
func TestRunThatWasNotAcceptedHasACaseThatSaysSo(t *testing.T) {
	passed := []record.Scenario{{ID: "a", Status: record.Passed, Try: 1}}
	for _, c := range []struct {
		name      string
		verdict   record.Verdict
		scenarios []record.Scenario
		failures  string
	}{
		{"accepted", record.Accepted, passed, `failures="0"`},
		{"invalid, with all that was run passed", record.Invalid, passed, `failures="1"`},
		{"interrupted before anything ran", record.Interrupted, nil, `failures="1"`},
		{"rejected for a scenario", record.NotAccepted, []record.Scenario{{ID: "a", Status: record.Failed, Try: 1}}, `failures="1"`},
		{"incomplete for one that was skipped", record.Incomplete, []record.Scenario{{ID: "a", Status: record.Skipped, Try: 1}}, `failures="1"`},
		{"accepted, with one waived", record.Accepted, []record.Scenario{{ID: "a", Status: record.Skipped, Try: 1}}, `failures="0"`},
	} {
		var b strings.Builder
		if err := junit.Render(&b, &record.Run{Verdict: c.verdict, Why: "why", Scenarios: c.scenarios}); err != nil {
			t.Fatal(err)
		}
		head, _, _ := strings.Cut(b.String(), "<testsuite ")
		if !strings.Contains(head, c.failures) {
			t.Errorf("%s: got %s, want %s", c.name, head, c.failures)
		}
	}
}
