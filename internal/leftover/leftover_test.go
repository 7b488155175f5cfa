package leftover_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"ringproof/internal/leftover"
)

const registrar = "udp:192.0.2.1:5060 pbx.example"

func open(t *testing.T, dir, registrar string) *leftover.Notes {
	t.Helper()
	n, err := leftover.Open(dir, registrar)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// gone gives the id of a process that is no more.
func gone(t *testing.T) int {
	t.Helper()
	cmd := exec.Command("true")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	return cmd.Process.Pid
}

// handOver makes the only file in the directory another process's.
func handOver(t *testing.T, dir string, pid int) {
	t.Helper()
	own := "-" + strconv.Itoa(os.Getpid()) + "-"
	files, err := filepath.Glob(filepath.Join(dir, "*"+own+"*.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %v, %v; want one", files, err)
	}
	to := filepath.Join(dir, strings.Replace(filepath.Base(files[0]), own, "-"+strconv.Itoa(pid)+"-", 1))
	if err := os.Rename(files[0], to); err != nil {
		t.Fatal(err)
	}
}

func files(t *testing.T, dir string) int {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func TestWhatAKilledProcessHadBoundIsFoundUntilItIsForgotten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "notes")
	n := open(t, dir, registrar)
	if !n.Bound("1001", "sip:1001@192.0.2.77:40000") || !n.Bound("1002", "sip:1002@192.0.2.77:40001") {
		t.Error("a new binding was taken for one that is noted")
	}
	if n.Bound("1001", "sip:1001@192.0.2.77:40000") {
		t.Error("a binding that is noted was taken for a new one")
	}
	n.Released("1002", "sip:1002@192.0.2.77:40001")
	handOver(t, dir, gone(t))
	for range 2 { // as often as it is not forgotten
		found := open(t, dir, registrar).Found()
		if len(found) != 1 || len(found[0].Bindings) != 1 || found[0].Bindings[0] != (leftover.Binding{User: "1001", Contact: "sip:1001@192.0.2.77:40000"}) {
			t.Fatalf("found %+v, want the binding of 1001", found)
		}
	}
	if found := open(t, dir, "udp:192.0.2.2:5060").Found(); len(found) > 0 {
		t.Errorf("found %+v at another registrar", found)
	}
	n = open(t, dir, registrar)
	if err := n.Forget(n.Found()[0]); err != nil {
		t.Fatal(err)
	}
	if found := open(t, dir, registrar).Found(); len(found) > 0 {
		t.Errorf("found %+v after it was forgotten", found)
	}
}

func TestBindingsOfAProcessThatRunsAreNotTouched(t *testing.T) {
	dir := t.TempDir()
	n := open(t, dir, registrar)
	n.Bound("1001", "sip:1001@192.0.2.77:40000")
	handOver(t, dir, os.Getppid()) // which waits for this test
	if found := open(t, dir, registrar).Found(); len(found) > 0 {
		t.Errorf("found %+v of a process that runs", found)
	}
}

func TestNothingIsLeftWhereNothingIsBound(t *testing.T) {
	dir := t.TempDir()
	n := open(t, dir, registrar)
	n.Bound("1001", "sip:1001@192.0.2.77:40000")
	if err := n.Close(); err != nil || files(t, dir) != 1 {
		t.Errorf("closed with %v and %d files while something is bound, want the note kept", err, files(t, dir))
	}
	n.Released("1001", "sip:1001@192.0.2.77:40000")
	if err := n.Close(); err != nil || files(t, dir) != 0 {
		t.Errorf("closed with %v and %d files, want none", err, files(t, dir))
	}
}

func TestDirectoryThatCannotBeWrittenIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := leftover.Open(filepath.Join(file, "notes"), registrar); err == nil {
		t.Error("no error")
	}
}

func TestWithoutNotesNothingIsKept(t *testing.T) {
	var n *leftover.Notes
	if n.Bound("1001", "sip:1001@192.0.2.77") || n.Found() != nil || n.Err() != nil || n.Close() != nil {
		t.Error("nil notes do something")
	}
	n.Released("1001", "sip:1001@192.0.2.77")
}
