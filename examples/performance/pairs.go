package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// cpu prints what a call costs.
func (b *bench) cpu(ctx context.Context) error {
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
	return nil
}

// measure is one process that is timed, beside another.
type measure func(ctx context.Context, rate, calls int) (cost, error)

func (b *bench) pairs(ctx context.Context, what string, rate int, ours, theirs measure) error {
	calls := 10 * rate
	var a, s, all []float64
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
		a, s, all = append(a, x.cpu), append(s, y.cpu), append(all, x.cpu/y.cpu)
		failed += x.failed
	}
	fmt.Printf("| %s | %d | %.4f | %.4f | %s | %d of %d |\n", what, rate, median(a), median(s),
		ratios(all), failed, b.rounds*calls)
	return nil
}

func (b *bench) ourCaller(ctx context.Context, rate, calls int) (c cost, err error) {
	_, err = beside(ctx, "sipp", sippServer(), func() error {
		p := pinned(ctx, 0, b.ours, "load", "--to", "sip:service@"+server, "--from", client, "--rate", strconv.Itoa(rate), "--calls", strconv.Itoa(calls), "--max-failed", "0")
		out, err := p.CombinedOutput()
		var exit *exec.ExitError
		// A run that began calls late has cost what it cost.
		if errors.As(err, &exit) && exit.ExitCode() != 1 && exit.ExitCode() != 3 {
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
