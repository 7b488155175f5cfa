// Command performance times the load engine against SIPp: what a call costs
// each of them, as a caller and as an answerer, how much memory a held call
// takes, and how many calls a second each carries without a failure; and the
// reference switch against Kamailio and rtpengine. `make bench` runs it and prints the tables
// that docs/performance.md holds.
//
// The two take turns, A B A B, each as a whole process on a core of its own
// beside the same other side, so that what else the machine does falls on both.
// What is told is the smallest, the middle and the largest ratio of the pairs.
// Table starved shows, ten times each, that a generator which had too little of
// its machine says so, and that one which had enough does not.
// All traffic stays on 127.0.0.0/8.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

func main() {
	rounds := flag.Int("rounds", 5, "pairs of each measurement")
	only := flag.String("only", "", "tables to print, separated by commas: "+strings.Join(names(), ", ")+"; all but starved if empty")
	config := flag.String("serve", "", "run the switch of this configuration (for its profile)")
	profile := flag.String("profile", "", "where -serve writes the profile")
	flag.Parse()
	if *config != "" {
		if err := serve(*config, *profile); err != nil {
			fmt.Fprintln(os.Stderr, "performance:", err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *rounds, *only); err != nil {
		fmt.Fprintln(os.Stderr, "performance:", err)
		stop()
		os.Exit(1)
	}
}

// table is one of those that are printed.
type table struct {
	name  string
	tools []string // that it needs
	print func(*bench, context.Context) error
	asked bool // only where it is
}

// tables are what is measured, in its order.
var tables = []table{
	{"cpu", []string{"sipp", "taskset"}, (*bench).cpu, false},
	{"memory", []string{"sipp", "taskset"}, (*bench).held, false},
	{"clean", []string{"sipp", "taskset"}, (*bench).clean, false},
	{"switch", []string{"kamailio", "taskset"}, (*bench).bundled, false},
	{"relay", []string{"kamailio", "rtpengine", "taskset"}, (*bench).relay, false},
	{"profile", []string{"taskset"}, (*bench).profile, false},
	{"search", []string{"taskset"}, (*bench).search, true},
	{"starved", []string{"prlimit", "taskset"}, (*bench).starved, true},
}

func names() (out []string) {
	for _, t := range tables {
		out = append(out, t.name)
	}
	return out
}

// chosen gives the tables of a list.
func chosen(only string) ([]table, error) {
	if only == "" {
		return slices.DeleteFunc(slices.Clone(tables), func(t table) bool { return t.asked }), nil
	}
	var out []table
	for name := range strings.SplitSeq(only, ",") {
		i := slices.IndexFunc(tables, func(t table) bool { return t.name == name })
		if i < 0 {
			return nil, fmt.Errorf("-only %s: want some of %s", name, strings.Join(names(), ", "))
		}
		out = append(out, tables[i])
	}
	return out, nil
}

type bench struct {
	dir, ours string
	rounds    int
}

func run(ctx context.Context, rounds int, only string) error {
	list, err := chosen(only)
	if err != nil {
		return err
	}
	for _, t := range list {
		for _, tool := range t.tools {
			if _, err := exec.LookPath(tool); err != nil {
				return fmt.Errorf("table %s: %w", t.name, err)
			}
		}
	}
	dir, err := os.MkdirTemp("", "ringproof-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // a temporary one
	b := &bench{dir: dir, ours: filepath.Join(dir, "ringproof"), rounds: rounds}
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", b.ours, "ringproof/cmd/ringproof").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	fmt.Printf("%s, %d cores, %s; client on one core, server on the other; %d rounds\n", processor(), runtime.NumCPU(), sippVersion(ctx), rounds)
	for _, t := range list {
		begun := time.Now()
		fmt.Println()
		if err := t.print(b, ctx); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "(%s took %s)\n", t.name, time.Since(begun).Round(time.Second))
	}
	return nil
}

// ratios are what the pairs of a measurement came to.
func ratios(v []float64) string {
	return fmt.Sprintf("%.2f, **%.2f**, %.2f", slices.Min(v), median(v), slices.Max(v))
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}
