package main

import (
	"context"
	"fmt"
	"strconv"
)

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
			r, err := b.load(ctx, 5000, calls, "--to", "sip:service@"+server, "--from", client, "--hold", "22s")
			if err == nil && r.Completed != calls {
				err = fmt.Errorf("%d of %d calls were completed", r.Completed, calls)
			}
			return err
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
