package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// took is a duration at the end of a line: the one thing that may differ.
var took = regexp.MustCompile(`(?m) (under 1ms|[0-9.]+m?s)$`)

func TestReadmeShowsWhatTheDemoPrints(t *testing.T) {
	b, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(b), "```console\n$ make demo\n./ringproof demo\n")
	want, _, closed := strings.Cut(rest, "```")
	if !ok || !closed {
		t.Fatal("the README has no session of make demo")
	}
	dir := t.TempDir()
	cmd := exec.Command(binary(t), "demo")
	cmd.Dir = dir
	got, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, got)
	}
	if diff := cmp.Diff(took.ReplaceAllString(want, " T"), took.ReplaceAllString(string(got), " T")); diff != "" {
		t.Errorf("README (-), demo (+):\n%s", diff)
	}
	if _, err := os.Stat(filepath.Join(dir, "ringproof-report", "report.html")); err != nil {
		t.Error(err)
	}
}
