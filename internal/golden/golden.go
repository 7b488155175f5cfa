// Package golden compares what a test made with a file beside it; with the
// flag -update the file is written anew instead, to be read before it is
// committed.
package golden

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Update tells whether -update was given, for tests that write more than one
// file at a time.
func Update() bool { return *update }

// Compare fails the test where got is not what the file at the path holds.
func Compare(t *testing.T, path, got string) {
	t.Helper()
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
