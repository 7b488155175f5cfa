package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// phonesAt writes a profile of two phones at a free port, as init does.
func phonesAt(t *testing.T, bin, phones string) (profile string) {
	t.Helper()
	t.Setenv("RINGPROOF_PASSWORD_1001", "west-wind-1001")
	t.Setenv("RINGPROOF_PASSWORD_1002", "east-wind-1002")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dir := filepath.Join(t.TempDir(), "site")
	line := fmt.Sprintf("%s/pbx.example 1001,1002 %s", free(t, "127.0.0.2"), phones)
	if code, text := start(t, bin, "init", dir, "--from", line).exit(); code != exitAccepted {
		t.Fatalf("init: exit code %d\n%s", code, text)
	}
	return filepath.Join(dir, profileFile)
}

// The session of docs/command.md: from nothing to a verdict.
func TestSessionFromInitToRun(t *testing.T) {
	bin := binary(t)
	profile := phonesAt(t, bin, "127.0.0.22")
	out := filepath.Join(t.TempDir(), "report")
	if code, text := start(t, bin, "plan", profile).exit(); code != exitAccepted || !strings.Contains(text, "the number plan holds") {
		t.Errorf("plan: exit code %d\n%s", code, text)
	}
	sw := start(t, bin, "switch", "--site", profile)
	sw.until("switch answers at")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"probe", profile, "--out", out + "-probe"}, "Each side of it hears the other, and is released\n\nWORKED"},
		{[]string{"call", profile, "1001", "1002", "--out", out + "-call"}, "WORKED"},
		{[]string{"run", profile, "--out", out, "--tags", "@id:reg.audio,@id:wrong-password,@id:peer.audio"}, "not applicable by the profile: peer.audio"},
	} {
		if code, text := start(t, bin, c.args...).exit(); code != exitAccepted || !strings.Contains(text, c.want) {
			t.Errorf("%s: exit code %d, want %s\n%s", c.args[0], code, c.want, text)
		}
	}
	if err := sw.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code, text := sw.exit(); code != exitAccepted {
		t.Errorf("switch: exit code %d\n%s", code, text)
	}
	code, text := start(t, bin, "probe", profile, "--out", out+"-probe").exit()
	if code != exitRejected || !strings.Contains(text, "sip-port: The port is closed") || strings.Contains(text, "register") {
		t.Errorf("probe without the switch: exit code %d, want %d, and to stop at the closed port\n%s", code, exitRejected, text)
	}
}

func TestSwitchForASiteNeedsASystemThatItCanStandInFor(t *testing.T) {
	bin := binary(t)
	bundled := filepath.Join(t.TempDir(), "site.yaml")
	const text = "version: 1\nname: Test\ntrunks:\n  - {name: west, address: '127.0.0.14:0', numbers: 6000-6099}\n"
	if err := os.WriteFile(bundled, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"names no system: want one with under_test: true": {"switch", "--site", bundled},
		"missing.yaml: no such file":                      {"switch", "--site", "missing.yaml"},
		"2 arguments: want ringproof switch":              {"switch", "a", "b"},
		"1 arguments: want ringproof switch":              {"switch", "a", "--site", "b"},
		"0 arguments: want ringproof switch":              {"switch"},
	} {
		if code, got := start(t, bin, args...).exit(); code != exitUsage || !strings.Contains(got, want) {
			t.Errorf("%v: exit code %d, want %d and %q\n%s", args, code, exitUsage, want, got)
		}
	}
}

func TestWhatAKilledRunHasBoundIsRemovedByTheNext(t *testing.T) {
	bin := binary(t)
	profile := phonesAt(t, bin, "127.0.0.23")
	cache, out := t.TempDir(), filepath.Join(t.TempDir(), "report")
	t.Setenv("XDG_CACHE_HOME", cache)
	notes := func() int {
		files, err := filepath.Glob(filepath.Join(cache, "ringproof", "bindings-*.json"))
		if err != nil {
			t.Fatal(err)
		}
		return len(files)
	}
	sw := start(t, bin, "switch", "--site", profile)
	sw.until("switch answers at")
	p := start(t, bin, "call", profile, "1001", "1002", "--out", out)
	p.until("──► ACK") // both are bound
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.exit()
	if notes() != 1 {
		t.Fatalf("%d notes after the kill, want one", notes())
	}
	code, text := start(t, bin, "call", profile, "1001", "1002", "--out", out).exit()
	if code != exitAccepted {
		t.Errorf("exit code %d, want %d\n%s", code, exitAccepted, text)
	}
	for _, user := range []string{"1001", "1002"} {
		if want := "· removed, left by a run that was killed: sip:" + user + "@127.0.0.23:"; strings.Count(text, want) != 1 {
			t.Errorf("not said once: %s\n%s", want, text)
		}
	}
	if notes() != 0 {
		t.Errorf("%d notes in the end, want none", notes())
	}
	code, text = start(t, bin, "call", profile, "1001", "1002", "--out", out).exit()
	if code != exitAccepted || strings.Contains(text, "left by a run") {
		t.Errorf("third run: exit code %d, want %d and nothing left to remove\n%s", code, exitAccepted, text)
	}
}
