package process_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ringproof/internal/network"
	"ringproof/steps"
	"ringproof/steps/target"
	"ringproof/steps/target/process"
)

// The test's own program plays the system: it answers whatever comes to an
// address, or ends, as its environment says.
func TestMain(m *testing.M) {
	switch addr, late, _ := strings.Cut(os.Getenv("RINGPROOF_TEST_ANSWERS"), ","); {
	case addr == "nobody":
		fmt.Println(`the configuration is wrong: line 7`)
		os.Exit(3)
	case addr != "":
		answer(addr, late)
	default:
		os.Exit(m.Run())
	}
}

// answer answers OPTIONS until it is asked to end, each later by what may be
// said.
func answer(addr, late string) {
	wait, _ := time.ParseDuration(late) // none if empty
	c, err := net.ListenPacket("udp", addr)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("password hunter2-hunter2 was read")
	b := make([]byte, 4096)
	for {
		n, from, err := c.ReadFrom(b)
		if err != nil {
			os.Exit(1)
		}
		if bytes.HasPrefix(b[:n], []byte("OPTIONS ")) {
			time.AfterFunc(wait, func() { _, _ = c.WriteTo([]byte("SIP/2.0 404 Not Found\r\n\r\n"), from) })
		}
	}
}

// free gives an address that nobody has.
func free(t *testing.T) netip.AddrPort {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return netip.MustParseAddrPort(c.LocalAddr().String())
}

// system makes a target of a profile with these commands.
func system(t *testing.T, at netip.AddrPort, commands ...string) *target.Target {
	t.Helper()
	path := filepath.Join(t.TempDir(), "site.yaml")
	profile := fmt.Sprintf(`version: 1
name: Test
systems:
  - name: pbx
    under_test: true
    sip: udp:%s
    process: [%s]
trunks:
  - {name: west, address: '127.0.0.11:5060', numbers: 6000-6099}
`, at, strings.Join(commands, ", "))
	if err := os.WriteFile(path, []byte(profile), 0o600); err != nil {
		t.Fatal(err)
	}
	x, err := target.New(target.Config{Profile: path, Within: 5 * time.Second}, process.Start)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// self is a command of the test's own program.
func self(t *testing.T, answers string) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("[env, 'RINGPROOF_TEST_ANSWERS=%s', %s]", answers, exe)
}

// kept is what the record would hold.
type kept struct {
	mu    sync.Mutex
	logs  map[string]*bytes.Buffer
	notes []string
	lost  chan error
}

type log struct {
	k *kept
	b *bytes.Buffer
}

func (l log) Write(b []byte) (int, error) {
	l.k.mu.Lock()
	defer l.k.mu.Unlock()
	return l.b.Write(b)
}

func (log) Close() error { return nil }

func surroundings() (*kept, steps.Surroundings) {
	k := &kept{logs: map[string]*bytes.Buffer{}, lost: make(chan error, 2)}
	return k, steps.Surroundings{
		Network: network.Kernel{}, Own: netip.MustParseAddr("127.0.0.1"),
		Keep: func(name string) (io.WriteCloser, error) {
			k.logs[name] = &bytes.Buffer{}
			return log{k, k.logs[name]}, nil
		},
		Lost: func(err error) { k.lost <- err },
		Note: func(name, text string) {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.notes = append(k.notes, name+" "+text)
		},
	}
}

func TestASystemIsStartedAndEndedWithAllThatItHasStarted(t *testing.T) {
	at := free(t)
	k, s := surroundings()
	child := filepath.Join(t.TempDir(), "child")
	x := system(t, at, `[sh, -c, "sleep 60 & echo $! > `+child+`; wait"]`, self(t, at.String()))
	got, err := x.Start(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if got.Addr != at || got.Transport != "udp" || x.Name() != "pbx" {
		t.Errorf("%s started at %+v, want pbx at udp:%s", x.Name(), got, at)
	}
	if err := x.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if c, err := net.ListenPacket("udp", at.String()); err != nil {
		t.Errorf("the system still has its address: %v", err)
	} else {
		c.Close()
	}
	b, err := os.ReadFile(child)
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(string(b), &pid); err != nil {
		t.Fatal(err)
	}
	if state := stateOf(pid); state != "" && state != "Z" {
		t.Errorf("what the system has started still runs: %s", state)
	}
	if !strings.Contains(k.logs["pbx-2"].String(), "was read") {
		t.Errorf("the second program's log has %q", k.logs["pbx-2"])
	}
	if all := strings.Join(k.notes, "\n"); strings.Count(all, "started: ") != 2 || strings.Count(all, "ended: ") != 2 {
		t.Errorf("the record says\n%s", all)
	}
}

// stateOf gives the state of a process, "" for none.
func stateOf(pid int) string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	_, after, _ := strings.Cut(string(b), ") ")
	return after[:1]
}

func TestASystemThatDoesNotStartSaysWhy(t *testing.T) {
	taken, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	go func() { // somebody is there already
		b := make([]byte, 4096)
		for {
			_, from, err := taken.ReadFrom(b)
			if err != nil {
				return
			}
			_, _ = taken.WriteTo([]byte("SIP/2.0 200 OK\r\n\r\n"), from)
		}
	}()
	for name, x := range map[string]struct {
		at      netip.AddrPort
		command string
		want    []string
	}{
		"it ends at once":       {free(t), self(t, "nobody"), []string{"has ended, exit status 3", "line 7"}},
		"it goes elsewhere":     {free(t), "[sh, -c, 'sleep 60 &']", []string{"has ended, exit status 0: want one that stays"}},
		"there is no program":   {free(t), "[ringproof-no-such-program, -x]", []string{"start ringproof-no-such-program -x", "not found"}},
		"nobody answers":        {free(t), "[sleep, '60']", []string{"answers OPTIONS", "not within 5s"}},
		"somebody else does":    {netip.MustParseAddrPort(taken.LocalAddr().String()), self(t, "127.0.0.1:0"), []string{"somebody already answers"}},
		"it is beside the file": {free(t), "[./start.sh]", []string{"start ./start.sh", "no such file"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, s := surroundings()
			_, err := system(t, x.at, x.command).Start(t.Context(), s)
			if err == nil {
				t.Fatal("it started")
			}
			for _, w := range append(x.want, "pbx: ") {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("got %q, want %q in it", err, w)
				}
			}
		})
	}
}

func TestADaemonIsEndedWithItsSystem(t *testing.T) {
	at := free(t)
	_, s := surroundings()
	child := filepath.Join(t.TempDir(), "child")
	x := system(t, at, `[sh, -c, "setsid sleep 60 & echo $! > `+child+`; wait"]`, self(t, at.String()))
	if _, err := x.Start(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if err := x.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	b, err := os.ReadFile(child)
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(string(b), &pid); err != nil {
		t.Fatal(err)
	}
	if state := stateOf(pid); state != "" && state != "Z" {
		t.Errorf("what has left the system's session still runs: %s", state)
	}
}

func TestAProgramThatEndsInTheRunIsTold(t *testing.T) {
	at := free(t)
	k, s := surroundings()
	x := system(t, at, "[sh, -c, 'sleep 1; exit 7']", self(t, at.String()))
	if _, err := x.Start(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-k.lost:
		if !strings.Contains(err.Error(), "has ended, exit status 7") {
			t.Errorf("got %q, want how it ended", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("nobody was told")
	}
	if err := x.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	select {
	case err := <-k.lost:
		t.Errorf("what was ended is told as lost: %v", err)
	default:
	}
}

func TestASlowSystemIsFoundAndSoIsAnother(t *testing.T) {
	at := free(t)
	_, s := surroundings()
	slow := system(t, at, self(t, at.String()+",300ms"))
	if _, err := slow.Start(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	_, other := surroundings()
	if _, err := system(t, at, "[sleep, '60']").Start(t.Context(), other); err == nil || !strings.Contains(err.Error(), "somebody already answers") {
		t.Errorf("got %v, want that somebody already answers", err)
	}
	if err := slow.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAnInterruptedStartLeavesNothing(t *testing.T) {
	k, s := surroundings()
	left := errors.New("left")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(300*time.Millisecond, func() { cancel(left) })
	_, err := system(t, free(t), "[sleep, '61']").Start(ctx, s)
	if !errors.Is(err, left) {
		t.Errorf("got %v, want the cause of the interruption", err)
	}
	if all := strings.Join(k.notes, "\n"); !strings.Contains(all, "ended: signal: terminated") {
		t.Errorf("the record says\n%s", all)
	}
}
