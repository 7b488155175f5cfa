package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	client = "127.0.0.1:5062"
	server = "127.0.0.1:5070"
)

// pinned runs a program on a core.
func pinned(ctx context.Context, core int, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, "taskset", append([]string{"-c", strconv.Itoa(core), name}, args...)...)
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.WaitDelay = 5 * time.Second
	return c
}

// beside starts a server on the second core and stops it when the client is
// done.
func beside(ctx context.Context, name string, args []string, f func() error) (*os.ProcessState, error) {
	return besideOn(ctx, 1, name, args, f)
}

func besideOn(ctx context.Context, core int, name string, args []string, f func() error) (*os.ProcessState, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	c := pinned(ctx, core, name, args...)
	if err := c.Start(); err != nil {
		return nil, err
	}
	select { // both need a moment to bind their socket
	case <-ctx.Done():
	case <-time.After(400 * time.Millisecond):
	}
	err := f()
	stop()
	_ = c.Wait() // it was told to stop
	return c.ProcessState, err
}

// bufferKiB is what the sockets of both have: with the kernel's default, SIPp
// loses what comes while it is busy with something else, and both send again.
const bufferKiB = 4_096

func sippServer() []string {
	return []string{"-sn", "uas", "-i", "127.0.0.1", "-p", "5070", "-nostdin", "-buff_size", strconv.Itoa(bufferKiB << 10)}
}

func sippClient(rate, calls int) []string {
	return []string{server, "-sn", "uac", "-i", "127.0.0.1", "-p", "5062", "-r", strconv.Itoa(rate), "-m", strconv.Itoa(calls), "-l", "50000", "-nostdin", "-timeout", "120s", "-buff_size", strconv.Itoa(bufferKiB << 10)}
}

// sippResult takes a call that failed for no failure of the measurement: its
// cost is counted all the same.
func sippResult(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		return nil
	}
	return err
}

// cost is what a process took for some calls.
type cost struct {
	cpu    float64 // ms a call
	memory float64 // KB at most
	failed int
}

func costOf(s *os.ProcessState, calls int) cost {
	c := cost{cpu: float64((s.UserTime() + s.SystemTime()).Microseconds()) / 1000 / float64(calls)}
	if u, ok := s.SysUsage().(*syscall.Rusage); ok {
		c.memory = float64(u.Maxrss)
	}
	return c
}

func processor() string {
	b, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(b)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func sippVersion(ctx context.Context) string {
	out, _ := exec.CommandContext(ctx, "sipp", "-v").CombinedOutput() // it exits with 99
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSpace(line); line != "" {
			return strings.TrimSuffix(line, ".")
		}
	}
	return "SIPp"
}
