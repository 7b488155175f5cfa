package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ringproof/reports/record"
	"ringproof/steps"
)

// demoSite is what SITE may be instead of a file: the profile of the demo.
const demoSite = "demo"

// upToThree takes no argument, SITE, or SITE FROM TO.
func upToThree(c *cobra.Command, a []string) error {
	if n := len(a); n == 2 || n > 3 {
		return &usageError{fmt.Errorf("%d arguments: want none, SITE, or SITE FROM TO, as in %s", n, c.UseLine())}
	}
	return nil
}

// ofProfile are the flags that say what a profile does not.
var ofProfile = []string{
	"rate", "ramp", "poisson", "steps", "calls", "duration", "hold", "limit", "engines", "buffer", "seed", "json", "search", "max-failed", "p95-srd", "p95-pdd",
	"media", "lines", "any-number", "answer-delay", "busy", "rejected", "mute", "out", "verbose", "defect",
}

// forSite refuses flags that the profile stands for.
func forSite(c *cobra.Command) (err error) {
	c.Flags().Visit(func(x *pflag.Flag) {
		if !slices.Contains(ofProfile, x.Name) {
			err = &usageError{fmt.Errorf("--%s: the profile says who calls whom, and how; want it without SITE", x.Name)}
		}
	})
	return err
}

// site offers the load to the system of a profile.
func (f *loadFlags) site(ctx context.Context, c *cobra.Command, p *printer, a []string) error {
	if err := forSite(c); err != nil {
		return err
	}
	l, err := f.ofSite(c, a)
	if err != nil {
		return &usageError{err}
	}
	l.Tried = func(t steps.Trial) { p.row("%8.4g/s  %d of %d calls carried", t.Rate, t.Good, t.Calls) }
	p.flat = true
	profile := a[0]
	if _, err := os.Stat(profile); profile == demoSite && errors.Is(err, os.ErrNotExist) {
		profile = ""
	}
	f.report.seed = f.seed
	return accept(ctx, p, profile, f.report, func(h *steps.Harness, ctx context.Context) (*record.Run, error) {
		end := func() {}
		if l.Search == "" {
			ctx, end = f.watchedOfSite(ctx, p, &l)
		}
		run, err := h.Load(ctx, l)
		end()
		if err == nil {
			p.underLoad(run)
			f.write(p, run.Loads)
		}
		return run, err
	})
}

// ofSite gives the load that was asked for. What was not said is left to the
// profile.
func (f *loadFlags) ofSite(c *cobra.Command, a []string) (steps.Load, error) {
	limits, err := f.thresholds()
	media, wrong := f.media.media(f.hold, false)
	err = errors.Join(err, wrong)
	staircase, _ := f.staircase() // faults has read it before
	l := steps.Load{
		Steps: staircase,
		Rate:  f.rate, Ramp: f.ramp, Poisson: f.poisson, Calls: f.calls, For: f.duration, Hold: f.hold, Limit: f.limit, Engines: f.engines,
		Buffer: f.buffer, Busy: f.busy, Rejected: f.rejected, Mute: f.mute, Answer: f.delay,
		Search: f.search,
		Media:  100 * media.Share, Lines: media.Most, AnyNumber: media.AnyNumber,
		MaxFailed: limits.MaxFailed, P95SRD: limits.P95SRD, P95PDD: limits.P95PDD,
	}
	if !c.Flags().Changed("rate") {
		l.Rate = 0
	}
	if len(a) == 3 {
		l.From, l.To = a[1], a[2]
	}
	return l, err
}
