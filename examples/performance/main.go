// Command performance times the load engine against SIPp: what a call costs
// each of them, as a caller and as an answerer, and how much memory a held
// call takes. `make bench` runs it and prints the tables that
// docs/performance.md holds.
//
// The two take turns, A B A B, each as a whole process on a core of its own
// beside the same other side, so that what else the machine does falls on both.
// What is told is the smallest, the middle and the largest ratio of the pairs.
// All traffic stays on 127.0.0.1.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	rounds := flag.Int("rounds", 5, "pairs of each measurement")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "performance:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, rounds int) error {
	dir, err := os.MkdirTemp("", "ringproof-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // a temporary one
	b := &bench{dir: dir, ours: filepath.Join(dir, "ringproof"), rounds: rounds}
	for _, tool := range []string{"sipp", "taskset"} {
		if _, err := exec.LookPath(tool); err != nil {
			return err
		}
	}
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", b.ours, "ringproof/cmd/ringproof").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	fmt.Printf("%s, %d cores, %s; client on one core, server on the other; %d pairs\n\n", processor(), runtime.NumCPU(), sippVersion(ctx), rounds)
	fmt.Println("| | calls/s | Ringproof | SIPp | ratio: min, median, max | failed of ours |")
	fmt.Println("|---|---|---|---|---|---|")
	for _, rate := range []int{3_000, 10_000} {
		if err := b.pairs(ctx, "caller, CPU ms a call", rate, b.ourCaller, b.sippCaller); err != nil {
			return err
		}
	}
	for _, rate := range []int{3_000, 10_000} {
		if err := b.pairs(ctx, "answerer, CPU ms a call", rate, b.ourCrowd, b.sippCrowd); err != nil {
			return err
		}
	}
	return b.held(ctx)
}

type bench struct {
	dir, ours string
	rounds    int
}

// cost is what a process took for some calls.
type cost struct {
	cpu    float64 // ms a call
	memory float64 // KB at most
	failed int
}

// measure is one process that is timed, beside another.
type measure func(ctx context.Context, rate, calls int) (cost, error)

func (b *bench) pairs(ctx context.Context, what string, rate int, ours, theirs measure) error {
	calls := 10 * rate
	var a, s, ratios []float64
	failed := 0
	for range b.rounds {
		x, err := ours(ctx, rate, calls)
		if err != nil {
			return fmt.Errorf("%s: ringproof: %w", what, err)
		}
		y, err := theirs(ctx, rate, calls)
		if err != nil {
			return fmt.Errorf("%s: sipp: %w", what, err)
		}
		a, s, ratios = append(a, x.cpu), append(s, y.cpu), append(ratios, x.cpu/y.cpu)
		failed += x.failed
	}
	fmt.Printf("| %s | %d | %.4f | %.4f | %.2f, **%.2f**, %.2f | %d of %d |\n", what, rate, median(a), median(s),
		slices.Min(ratios), median(ratios), slices.Max(ratios), failed, b.rounds*calls)
	return nil
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

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

// beside starts a server and stops it when the client is done.
func beside(ctx context.Context, name string, args []string, f func() error) (*os.ProcessState, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	c := pinned(ctx, 1, name, args...)
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

func (b *bench) ourCaller(ctx context.Context, rate, calls int) (c cost, err error) {
	_, err = beside(ctx, "sipp", sippServer(), func() error {
		p := pinned(ctx, 0, b.ours, "load", "--to", "sip:service@"+server, "--from", client, "--rate", strconv.Itoa(rate), "--calls", strconv.Itoa(calls), "--max-failed", "0")
		out, err := p.CombinedOutput()
		var exit *exec.ExitError
		if errors.As(err, &exit) && exit.ExitCode() != 1 {
			return fmt.Errorf("%w\n%s", err, out)
		}
		c = costOf(p.ProcessState, calls)
		c.failed = calls - completed(string(out))
		return nil
	})
	return c, err
}

// completed finds how many calls were, in what `ringproof load` prints.
func completed(out string) int {
	for line := range strings.Lines(out) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "completed" {
			n, _ := strconv.Atoi(f[1]) // 0 if there is no number
			return n
		}
	}
	return 0
}

func (b *bench) sippCaller(ctx context.Context, rate, calls int) (c cost, err error) {
	_, err = beside(ctx, "sipp", sippServer(), func() error {
		p := pinned(ctx, 0, "sipp", sippClient(rate, calls)...)
		err := p.Run()
		c = costOf(p.ProcessState, calls)
		return sippResult(err)
	})
	return c, err
}

func (b *bench) ourCrowd(ctx context.Context, rate, calls int) (cost, error) {
	state, err := beside(ctx, b.ours, []string{"load", "--answer", server}, func() error {
		return sippResult(pinned(ctx, 0, "sipp", sippClient(rate, calls)...).Run())
	})
	if err != nil {
		return cost{}, err
	}
	return costOf(state, calls), nil
}

func (b *bench) sippCrowd(ctx context.Context, rate, calls int) (cost, error) {
	state, err := beside(ctx, "sipp", sippServer(), func() error {
		return sippResult(pinned(ctx, 0, "sipp", sippClient(rate, calls)...).Run())
	})
	if err != nil {
		return cost{}, err
	}
	return costOf(state, calls), nil
}

func sippServer() []string {
	return []string{"-sn", "uas", "-i", "127.0.0.1", "-p", "5070", "-nostdin"}
}

func sippClient(rate, calls int) []string {
	return []string{server, "-sn", "uac", "-i", "127.0.0.1", "-p", "5062", "-r", strconv.Itoa(rate), "-m", strconv.Itoa(calls), "-l", "50000", "-nostdin", "-timeout", "120s"}
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

func costOf(s *os.ProcessState, calls int) cost {
	c := cost{cpu: float64((s.UserTime() + s.SystemTime()).Microseconds()) / 1000 / float64(calls)}
	if u, ok := s.SysUsage().(*syscall.Rusage); ok {
		c.memory = float64(u.Maxrss)
	}
	return c
}

// held compares what a call takes that is only held: the memory with 100,000
// of them against that with few.
func (b *bench) held(ctx context.Context) error {
	const many, few = 100_000, 1_000
	of := func(start func(calls int) (cost, error)) (float64, error) {
		large, err := start(many)
		if err != nil {
			return 0, err
		}
		small, err := start(few)
		return (large.memory - small.memory) / (many - few), err
	}
	ours, err := of(func(calls int) (c cost, err error) {
		_, err = beside(ctx, b.ours, []string{"load", "--answer", server}, func() error {
			p := pinned(ctx, 0, b.ours, "load", "--to", "sip:service@"+server, "--from", client, "--rate", "5000", "--calls", strconv.Itoa(calls), "--hold", "22s")
			out, err := p.CombinedOutput()
			c = costOf(p.ProcessState, calls)
			if n := completed(string(out)); n != calls {
				return fmt.Errorf("%d of %d calls were completed: %w\n%s", n, calls, err, out)
			}
			return nil
		})
		return c, err
	})
	if err != nil {
		return err
	}
	crowd, err := of(func(calls int) (cost, error) {
		state, err := beside(ctx, b.ours, []string{"load", "--answer", server}, func() error {
			return pinned(ctx, 0, b.ours, "load", "--to", "sip:service@"+server, "--from", client, "--rate", "5000", "--calls", strconv.Itoa(calls), "--hold", "22s").Run()
		})
		if err != nil {
			return cost{}, err
		}
		return costOf(state, calls), nil
	})
	if err != nil {
		return err
	}
	theirs, err := of(func(calls int) (c cost, err error) {
		_, err = beside(ctx, b.ours, []string{"load", "--answer", server}, func() error {
			p := pinned(ctx, 0, "sipp", append(sippClient(5000, calls), "-l", strconv.Itoa(calls), "-d", "22000")...)
			err := sippResult(p.Run())
			c = costOf(p.ProcessState, calls)
			return err
		})
		return c, err
	})
	if err != nil {
		return err
	}
	fmt.Printf("\nMemory of a held call, of %d: our caller %.2f KB, our answerer %.2f KB, SIPp's caller %.2f KB\n", many, ours, crowd, theirs)
	return nil
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
