package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// What is tried for the highest clean rate: 3 s at each rate, from first on,
// each growth times the one before, until four trials of a rate have failed: the
// host of a virtual machine spoils one now and then.
const (
	firstRate = 5_000.0
	lastRate  = 300_000.0
	growth    = 1.2
	trialTime = 3 // seconds
	// workedOff is when the last call of a trial must be over: buffers and
	// retransmissions carry a short burst at any rate, half a minute late.
	workedOff = trialTime + 1 // seconds
)

// trial tells whether every call of one was carried, at the rate that was
// asked for.
type trial func(ctx context.Context, rate, calls int) (bool, error)

// clean prints the highest rates that were kept up without a failure: of callers beside our
// crowd, and of answerers beside our caller. All have the same buffers.
func (b *bench) clean(ctx context.Context) error {
	fmt.Println("| highest clean rate, calls/s | Ringproof | SIPp | ratio: min, median, max |")
	fmt.Println("|---|---|---|---|")
	half := 0
	for _, x := range []struct {
		what         string
		ours, theirs trial
	}{
		{"caller", b.oursAreClean, b.sippCallerIsClean},
		{"answerer", b.oursAreClean, b.sippCrowdIsClean},
	} {
		var a, s, all []float64
		for range b.rounds {
			ours, err := highest(ctx, x.ours)
			if err != nil {
				return fmt.Errorf("%s: ringproof: %w", x.what, err)
			}
			theirs, err := highest(ctx, x.theirs)
			if err != nil {
				return fmt.Errorf("%s: sipp: %w", x.what, err)
			}
			a, s, all = append(a, ours), append(s, theirs), append(all, ours/theirs)
		}
		fmt.Printf("| %s | %.0f | %.0f | %s |\n", x.what, median(a), median(s), ratios(all))
		if half == 0 {
			half = int(median(s) / 2)
		}
	}
	return b.long(ctx, half)
}

// highest gives the highest rate that was carried.
func highest(ctx context.Context, try trial) (best float64, err error) {
	for rate := firstRate; rate < lastRate; rate *= growth {
		ok := false
		for range 4 {
			if ok, err = try(ctx, int(rate), int(rate)*trialTime); ok || err != nil {
				break
			}
		}
		if err != nil {
			return 0, err
		}
		if !ok {
			break
		}
		best = rate
	}
	if best == 0 {
		return 0, fmt.Errorf("%.0f calls/s were not carried: the machine has too much to do", firstRate)
	}
	return best, nil
}

// long prints what failed in many calls, of our caller against SIPp's answerer
// and the other way round.
func (b *bench) long(ctx context.Context, rate int) error {
	const calls = 600_000
	var r figures
	_, err := beside(ctx, "sipp", sippServer(), func() (err error) {
		r, err = b.place(ctx, rate, calls)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Printf("\nOur caller against SIPp's answerer, %d calls at %d/s: %d completed, %d failed.\n", calls, rate, r.Completed, calls-r.Completed)
	const rate2, calls2 = 5_000, 300_000
	_, err = beside(ctx, b.ours, ourServer(), func() error {
		err := pinned(ctx, 0, "sipp", sippClient(rate2, calls2)...).Run()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			return err
		}
		says := "no call failed"
		if err != nil {
			says = "calls failed: " + err.Error()
		}
		fmt.Printf("SIPp's caller against our crowd, %d calls at %d/s: %s.\n", calls2, rate2, says)
		return nil
	})
	return err
}

// figures are what the report of a load is read for.
type figures struct {
	Valid     bool    `json:"valid"`
	Completed int     `json:"completed"`
	Seconds   float64 `json:"seconds"`
	Rate      float64 `json:"attempts_per_second"`
	Voices    struct {
		Good int `json:"good"`
	} `json:"voices"`
}

// place has our caller place calls at the server.
func (b *bench) place(ctx context.Context, rate, calls int) (figures, error) {
	return b.load(ctx, rate, calls, "--to", "sip:service@"+server, "--from", client)
}

// load has our caller place calls.
func (b *bench) load(ctx context.Context, rate, calls int, more ...string) (r figures, err error) {
	to := filepath.Join(b.dir, "load.json")
	_ = os.Remove(to) // that of the load before, if there was one
	p := pinned(ctx, 0, b.ours, append([]string{"load", "--rate", strconv.Itoa(rate), "--calls", strconv.Itoa(calls), "--json", to}, more...)...)
	out, err := p.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1 && exit.ExitCode() != 3) { // the figures tell which calls failed
		return r, fmt.Errorf("%w\n%s", err, out)
	}
	text, err := os.ReadFile(to)
	if err != nil {
		return r, fmt.Errorf("the load was not offered: %w\n%s", err, out)
	}
	return r, json.Unmarshal(text, &r)
}

func (r figures) clean(rate, calls int) bool {
	return r.Valid && r.Completed == calls && r.Rate > 0.99*float64(rate) && r.Seconds < workedOff
}

func ourServer() []string {
	return []string{"load", "--answer", server, "--buffer", strconv.Itoa(bufferKiB << 10)}
}

func (b *bench) oursAreClean(ctx context.Context, rate, calls int) (ok bool, err error) {
	_, err = beside(ctx, b.ours, ourServer(), func() error {
		r, err := b.place(ctx, rate, calls)
		ok = r.clean(rate, calls)
		return err
	})
	return ok, err
}

func (b *bench) sippCrowdIsClean(ctx context.Context, rate, calls int) (ok bool, err error) {
	_, err = beside(ctx, "sipp", sippServer(), func() error {
		r, err := b.place(ctx, rate, calls)
		ok = r.clean(rate, calls)
		return err
	})
	return ok, err
}

// sippCallerIsClean tells by SIPp's exit code whether a call failed, and by the
// time it took whether it kept its rate.
func (b *bench) sippCallerIsClean(ctx context.Context, rate, calls int) (ok bool, err error) {
	_, err = beside(ctx, b.ours, ourServer(), func() error {
		p := pinned(ctx, 0, "sipp", sippClient(rate, calls)...)
		begun := time.Now()
		err := p.Run()
		ok = err == nil && time.Since(begun) < workedOff*time.Second
		return sippResult(err)
	})
	return ok, err
}
