// Package outsider finds the real programs that tests hold Ringproof against:
// what was not written by us cannot share our mistakes.
package outsider

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
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

// Missing skips the test because something that it needs is missing, or fails
// it if RINGPROOF_REQUIRE names that.
func Missing(t *testing.T, what, why string) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv("RINGPROOF_REQUIRE"), ","), what) {
		t.Fatalf("%s is missing, and RINGPROOF_REQUIRE names it: %s", what, why)
	}
	t.Skipf("SKIPPED, NOT PROVED: %s is missing (.ci/setup installs it)", what)
}
