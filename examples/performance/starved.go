package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// starvation is one way to take from the generator what it needs. What it
// prints must then say INVALID and why, and its exit code must be 3.
type starvation struct {
	name string
	busy int      // processes that want the generator's only core
	with []string // what the command is run by
	args []string
	want string // of the reason; empty where the run must be valid
	runs int
}

const at500 = "500"

var starvations = []starvation{
	{name: "two busy processes on its only core, 10,000/s", busy: 2, with: []string{"taskset", "-c", "0"}, args: []string{"--rate", "10000", "--calls", "30000"}, want: "had no core", runs: 10},
	{name: "buffers of 64 KB, 20,000/s", args: []string{"--rate", "20000", "--calls", "40000", "--buffer", "65536"}, want: "datagrams were dropped here", runs: 10},
	{name: "50 calls at a time, where 500 are needed", args: []string{"--rate", at500, "--calls", at500, "--hold", "1s", "--limit", "50"}, want: "as many as the limit allows", runs: 10},
	{name: "seven open files", with: []string{"prlimit", "--nofile=7:7"}, args: []string{"--rate", at500, "--calls", at500}, want: "too many open files", runs: 10},
	{name: "nothing is wanting, 500/s", args: []string{"--rate", at500, "--calls", "5000"}, runs: 20},
}

// starved shows that a generator which had too little says so, and that one
// which had enough does not.
func (b *bench) starved(ctx context.Context) error {
	fmt.Println("| the generator and its crowd in one process | runs | as they should be | what the others said |")
	fmt.Println("|---|---|---|---|")
	for _, s := range starvations {
		right, others, err := s.try(ctx, b.ours)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		should := "INVALID: " + s.want
		if s.want == "" {
			should = "valid"
		}
		fmt.Printf("| %s | %d | %d %s | %s |\n", s.name, s.runs, right, should, strings.Join(others, "; "))
	}
	return nil
}

// try runs it so often and counts the runs that were as they should be.
func (s starvation) try(ctx context.Context, ours string) (right int, others []string, err error) {
	ctx, stop := context.WithCancel(ctx)
	var busy []*exec.Cmd
	defer func() {
		stop()
		for _, c := range busy {
			_ = c.Wait() // it was told to stop
		}
	}()
	for range s.busy {
		c := pinned(ctx, 0, "sh", "-c", "while :; do :; done")
		if err := c.Start(); err != nil {
			return 0, nil, err
		}
		busy = append(busy, c)
	}
	for range s.runs {
		words := append(append([]string{}, s.with...), ours, "load", "--answer", server, "--to", "sip:service@"+server, "--from", "127.0.0.1:0")
		words = append(words, s.args...)
		out, err := exec.CommandContext(ctx, words[0], words[1:]...).CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			return 0, nil, err
		}
		code := 0
		if exit != nil {
			code = exit.ExitCode()
		}
		said := invalid(string(out))
		switch {
		case s.want == "" && code == 0, s.want != "" && code == 3 && strings.Contains(said, s.want):
			right++
		default:
			others = append(others, fmt.Sprintf("exit %d %s", code, said))
		}
	}
	return right, others, ctx.Err()
}

// invalid finds the reasons in what `ringproof load` prints.
func invalid(out string) string {
	var all []string
	for line := range strings.Lines(out) {
		if rest, ok := strings.CutPrefix(line, "INVALID "); ok {
			all = append(all, strings.TrimSpace(rest))
		}
	}
	return strings.Join(all, ", ")
}
