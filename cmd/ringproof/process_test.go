package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ringproof/reports/record"
)

// verdictWithin is how soon after a death in mid-run there must be a verdict.
const verdictWithin = 10 * time.Second

// binary builds the command once a test.
func binary(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ringproof")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// background is a command that runs in the background, its output line by line.
type background struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines chan string
	all   strings.Builder
}

func start(t *testing.T, name string, args ...string) *background {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	p := &background{t: t, cmd: exec.CommandContext(ctx, name, args...), lines: make(chan string, 1000)}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = p.cmd.Stdout
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	go p.read(out)
	return p
}

func (p *background) read(r io.Reader) {
	defer close(p.lines)
	for s := bufio.NewScanner(r); s.Scan(); {
		p.lines <- s.Text()
	}
}

// until reads lines to the first that holds the text.
func (p *background) until(text string) string {
	p.t.Helper()
	for line := range p.lines {
		p.all.WriteString(line + "\n")
		if strings.Contains(line, text) {
			return line
		}
	}
	p.t.Fatalf("no line with %q in:\n%s", text, p.all.String())
	return ""
}

// exit reads the rest and gives the exit code.
func (p *background) exit() (int, string) {
	p.t.Helper()
	for line := range p.lines {
		p.all.WriteString(line + "\n")
	}
	err := p.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	return p.cmd.ProcessState.ExitCode(), p.all.String()
}

// free gives a port that is free at the address.
func free(t *testing.T, addr string) netip.AddrPort {
	t.Helper()
	c, err := net.ListenPacket("udp", addr+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort()
}

// standing writes a switch's configuration and the profile of a site around
// it.
func standing(t *testing.T) (config, profile string) {
	t.Helper()
	dir := t.TempDir()
	sw, west, east := free(t, "127.0.0.2"), free(t, "127.0.0.16"), free(t, "127.0.0.17")
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	config = write("switch.yaml", fmt.Sprintf(`listen: %s
trunks:
  - {name: west, address: '%s'}
  - {name: east, address: '%s'}
routes:
  - {prefix: '6', targets: west}
  - {prefix: '8', targets: east}
`, sw, west, east))
	profile = write("site.yaml", fmt.Sprintf(`version: 1
name: A switch of its own
systems:
  - {name: switch, under_test: true, sip: '%s'}
trunks:
  - {name: west, address: '%s', numbers: 6000-6999}
  - {name: east, address: '%s', numbers: 8000-8999}
routes:
  - {prefix: '6', targets: west}
  - {prefix: '8', targets: east}
`, sw, west, east))
	return config, profile
}

func TestKilledSystemUnderTestIsRejectedSoonWithARecord(t *testing.T) {
	bin, out := binary(t), filepath.Join(t.TempDir(), "report")
	config, profile := standing(t)
	sw := start(t, bin, "switch", config)
	sw.until("switch answers at")
	p := start(t, bin, "run", profile, "--out", out, "--tags", "@peer")
	p.until("✓ peer.audio")
	if err := sw.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	killed := time.Now()
	code, text := p.exit()
	if code != exitRejected {
		t.Errorf("exit code %d, want %d\n%s", code, exitRejected, text)
	}
	if took := time.Since(killed); took > verdictWithin {
		t.Errorf("verdict after %s, want it within %s", took, verdictWithin)
	}
	for _, want := range []string{"reachability: ", "stopped answering in mid-run", "REJECTED failed: peer.audio"} {
		if strings.Count(text, want) != 1 {
			t.Errorf("output has %q %d times, want once:\n%s", want, strings.Count(text, want), text)
		}
	}
	if code, text := start(t, bin, "report", out).exit(); code != exitAccepted {
		t.Errorf("report: exit code %d\n%s", code, text)
	}
}

func TestInterruptReleasesCallsAndExits4(t *testing.T) {
	bin, out := binary(t), filepath.Join(t.TempDir(), "report")
	config, profile := standing(t)
	sw := start(t, bin, "switch", config)
	sw.until("switch answers at")
	p := start(t, bin, "call", profile, "6001", "8001", "--out", out)
	p.until("──► ACK") // answered: a call is up
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	code, text := p.exit()
	if code != exitInterrupted {
		t.Errorf("exit code %d, want %d\n%s", code, exitInterrupted, text)
	}
	run, err := record.Read(out)
	if err != nil {
		t.Fatal(err)
	}
	if run.Verdict != record.Interrupted {
		t.Errorf("verdict %s, want %s", run.Verdict, record.Interrupted)
	}
	if len(run.Attempts) != 2 {
		t.Fatalf("%d legs in the record, want 2", len(run.Attempts))
	}
	for _, a := range run.Attempts {
		if a.Outcome == record.Answered && a.ByeAt == 0 {
			t.Errorf("the leg of %s was answered and not released", a.Party)
		}
	}
	if err := sw.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code, text := sw.exit(); code != exitAccepted {
		t.Errorf("switch: exit code %d, want 0\n%s", code, text)
	}
}

func TestKilledRunStillRenders(t *testing.T) {
	bin, out := binary(t), filepath.Join(t.TempDir(), "report")
	p := start(t, bin, "demo", "--out", out)
	p.until("✓ peer.audio")
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.exit()
	code, text := start(t, bin, "report", out).exit()
	if code != exitAccepted || !strings.Contains(text, "INTERRUPTED") {
		t.Errorf("report: exit code %d, want 0 and INTERRUPTED\n%s", code, text)
	}
	if _, err := os.Stat(filepath.Join(out, "report.html")); err != nil {
		t.Error(err)
	}
}
