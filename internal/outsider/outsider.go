// Package outsider finds the real programs that tests hold Ringproof against:
// what was not written by us cannot share our mistakes.
package outsider

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ringproof/reports/record"
)

// Need gives the path of a program. Where it is missing the test is skipped,
// or fails if RINGPROOF_REQUIRE, a comma list, names it.
func Need(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err == nil {
		return path
	}
	Missing(t, program, err.Error())
	return ""
}

// ToldAs is the attribute of a test's output that tells what came of its run.
const ToldAs = "verdict"

// OverTCP gives a copy of the profile of a test's folder that reaches its system
// over TCP.
func OverTCP(t *testing.T) string {
	t.Helper()
	profile, err := os.ReadFile("site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	over := strings.Replace(string(profile), "sip: udp:", "sip: tcp:", 1)
	if over == string(profile) {
		t.Fatal("site.yaml names no system at udp:")
	}
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "passwords"), os.DirFS("passwords")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "site.yaml")
	if err := os.WriteFile(path, []byte(over), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Tell puts the verdict of a run into the test's output, with what failed and
// the causes: "REJECTED: fallback routing; busy signalling".
func Tell(t *testing.T, run *record.Run) {
	t.Helper()
	var failed []string
	for _, s := range run.Scenarios {
		if s.Status != record.Failed || s.Try > 1 {
			continue
		}
		for _, f := range run.Of(s.Index) {
			if text := s.ID + " " + string(f.Cause); !slices.Contains(failed, text) {
				failed = append(failed, text)
			}
		}
	}
	text := string(run.Verdict)
	if len(failed) > 0 {
		text += ": " + strings.Join(failed, "; ")
	}
	t.Attr(ToldAs, text)
}

// Missing skips the test because something that it needs is missing, or fails
// it if RINGPROOF_REQUIRE names that.
func Missing(t *testing.T, what, why string) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv("RINGPROOF_REQUIRE"), ","), what) {
		t.Fatalf("%s is missing, and RINGPROOF_REQUIRE names it: %s", what, why)
	}
	t.Skipf("SKIPPED, NOT PROVED: %s is missing (.ci/setup installs it)", what)
}
