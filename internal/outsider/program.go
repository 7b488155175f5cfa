package outsider

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Program is a real program that a test has started.
type Program struct {
	t     *testing.T
	cmd   *exec.Cmd
	log   *strings.Builder
	ended chan struct{}
	kill  func()
}

// shown is how much of a program's log a failed test shows, in bytes.
const shown = 4_000

// Start starts a program with a process group of its own, which is killed when
// the test ends. A test that failed shows the end of its log.
func Start(t *testing.T, cmd *exec.Cmd) *Program {
	t.Helper()
	uninterrupted(t)
	p := &Program{t: t, cmd: cmd, log: &strings.Builder{}, ended: make(chan struct{})}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Stdout, cmd.Stderr = p.log, p.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = cmd.Wait() // how it ended stands in its state
	}()
	p.kill = sync.OnceFunc(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // it may have ended
		<-p.ended
	})
	t.Cleanup(func() {
		p.kill()
		if s := p.log.String(); t.Failed() {
			t.Logf("%s: the end of %d bytes of log\n%s", cmd.Path, len(s), s[max(0, len(s)-shown):])
		}
	})
	return p
}

// Kill ends the program with all that it has started.
func (p *Program) Kill() { p.kill() }

// Answers asks at a UDP address until something comes back. The test fails
// where that takes longer than the bound, or the program ends before.
func (p *Program) Answers(addr, question string, bound time.Duration) {
	p.t.Helper()
	for end := time.Now().Add(bound); time.Now().Before(end); {
		select {
		case <-p.ended:
			p.t.Fatalf("%s has ended: %s", p.cmd.Path, p.cmd.ProcessState)
		default:
		}
		if answered(p.t, addr, question) {
			return
		}
	}
	p.t.Fatalf("%s: nothing answers at %s", p.cmd.Path, addr)
}

// Free fails the test where somebody answers at the address already: that would
// be tested in place of what the test starts.
func Free(t *testing.T, addr, question string) {
	t.Helper()
	if answered(t, addr, question) {
		t.Fatalf("somebody answers at %s already: want the address free", addr)
	}
}

// between is how long an answer may take before it is asked for again.
const between = 100 * time.Millisecond

func answered(t *testing.T, addr, question string) bool {
	t.Helper()
	c, err := net.Dial("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	again := time.Now().Add(between)
	_, _ = c.Write([]byte(question)) // an error shows in the answer that does not come
	_ = c.SetReadDeadline(again)
	n, err := c.Read(make([]byte, 2_048))
	if err == nil && n > 0 {
		return true
	}
	<-time.After(time.Until(again)) // at once where the port is closed
	return false
}

// Options gives an OPTIONS for a system, which anything that speaks SIP answers
// (RFC 3261 §11).
func Options(host string) string {
	return fmt.Sprintf("OPTIONS sip:%[1]s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bKready\r\n"+
		"Max-Forwards: 70\r\nFrom: <sip:ready@test.invalid>;tag=1\r\nTo: <sip:%[1]s>\r\n"+
		"Call-ID: ready\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n", host)
}

// stop is closed by Ctrl-C: no further test begins then, and those that run end
// what they have started. A second one ends the test program at once.
var stop = make(chan struct{})

var heeds = sync.OnceFunc(func() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		signal.Stop(signals)
		close(stop)
	}()
})

// uninterrupted ends a test that begins when all is to end.
func uninterrupted(t *testing.T) {
	t.Helper()
	heeds()
	select {
	case <-stop:
		t.Fatal("interrupted")
	default:
	}
}

// Context ends after the bound, and with Ctrl-C.
func Context(t *testing.T, bound time.Duration) context.Context {
	t.Helper()
	uninterrupted(t)
	ctx, cancel := context.WithTimeout(t.Context(), bound)
	t.Cleanup(cancel)
	go func() {
		select {
		case <-stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx
}
