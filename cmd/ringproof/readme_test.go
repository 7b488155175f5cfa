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

// span is a duration behind a scenario's id: the one thing that may differ.
var span = regexp.MustCompile(`(?m)^(\S \S+) +(<1ms|[0-9.m]+s)  `)

// elision is a line of the README for as many lines as there are.
const elision = "…"

// elided gives the output as the README shows it, where that leaves lines out.
func elided(want, got string) string {
	have := strings.Split(got, "\n")
	var out []string
	lines := strings.Split(want, "\n")
	for i, line := range lines {
		if line != elision {
			if len(have) > 0 {
				out, have = append(out, have[0]), have[1:]
			}
			continue
		}
		out = append(out, elision)
		for len(have) > 0 && i+1 < len(lines) && have[0] != lines[i+1] {
			have = have[1:]
		}
	}
	return strings.Join(append(out, have...), "\n")
}

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
	want = span.ReplaceAllString(want, "$1 T ")
	if diff := cmp.Diff(want, elided(want, span.ReplaceAllString(string(got), "$1 T "))); diff != "" {
		t.Errorf("README (-), demo (+):\n%s", diff)
	}
	if _, err := os.Stat(filepath.Join(dir, "ringproof-report", "report.html")); err != nil {
		t.Error(err)
	}
}
