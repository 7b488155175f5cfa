package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ringproof/reports/record"
	"ringproof/simulators/load"
)

// loadFlags say what to place, and where.
type loadFlags struct {
	to, from, answer, hold, json, maxFailed, search string
	rate                                            float64
	calls                                           uint64
	duration, ramp, p95srd, p95pdd                  time.Duration
	limit, buffer, engines                          int
	poisson                                         bool
	seed                                            uint64
	busy, rejected, mute                            float64
	delay                                           string
}

func loadCommand() *cobra.Command {
	var f loadFlags
	c := &cobra.Command{
		Use:   "load",
		Short: "Place many calls a second, or answer them, and measure",
		Long: `Places calls at a rate that does not wait for the system under test, and
measures what becomes of them: RFC 6076 in full, with post-dial delay. With
--answer it answers calls instead, until it is interrupted; with both it does
both. A run whose figures would be those of this machine is invalid (exit 3).`,
		Example: `  ringproof load --answer 127.0.0.1:5070
  ringproof load --to sip:service@127.0.0.1:5070 --from 127.0.0.1:5060 --rate 1000 --calls 10000`,
		Args: args(0),
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c.Context(), newPrinter(c.OutOrStdout())) },
	}
	s := c.Flags()
	s.StringVar(&f.to, "to", "", "whom to call: sip:USER@ADDRESS:PORT")
	s.StringVar(&f.from, "from", "127.0.0.1:0", "our address; port 0 takes a free one")
	s.Float64Var(&f.rate, "rate", 100, "calls a second")
	s.DurationVar(&f.ramp, "ramp", 0, "reach the rate evenly within this time")
	s.BoolVar(&f.poisson, "poisson", false, "begin calls at random times (telephone traffic), not at equal distances")
	s.Uint64Var(&f.calls, "calls", 0, "how many calls; 0 is no bound")
	s.DurationVar(&f.duration, "duration", 0, "how long to begin calls; 0 is no bound; 10s if neither is said")
	s.StringVar(&f.hold, "hold", "0s", "how long a call lasts: 3s, 2s-5s or \"exp 90s\"")
	s.IntVar(&f.limit, "limit", 0, "calls at a time at most; 0 is a million")
	s.IntVar(&f.engines, "engines", 1, "threads that place calls, each from the next port")
	s.IntVar(&f.buffer, "buffer", 0, "receive and send buffer in bytes; 0 is 4 MiB")
	s.Uint64Var(&f.seed, "seed", 1, "decides what is left to chance")
	s.StringVar(&f.json, "json", "", "write the figures to this file")
	s.StringVar(&f.maxFailed, "max-failed", "", "failed calls allowed, like 0.1%")
	s.DurationVar(&f.p95srd, "p95-srd", 0, "95th percentile of the session request delay allowed")
	s.DurationVar(&f.p95pdd, "p95-pdd", 0, "95th percentile of the post-dial delay allowed")
	s.StringVar(&f.search, "search", "", "find the highest rate without a failure: rfc7502 or bisect; from --rate on, --calls a trial")
	s.StringVar(&f.answer, "answer", "", "answer calls at this address")
	s.StringVar(&f.delay, "answer-delay", "0s", "how long a called number rings: 3s, 2s-5s or \"exp 5s\"")
	s.Float64Var(&f.busy, "busy", 0, "share of the calls that are answered busy, 0 to 1")
	s.Float64Var(&f.rejected, "rejected", 0, "share of the calls that are declined, 0 to 1")
	s.Float64Var(&f.mute, "mute", 0, "share of the calls that get no response, 0 to 1")
	return c
}

func (f *loadFlags) run(ctx context.Context, p *printer) error {
	if f.to == "" && f.answer == "" {
		return &usageError{errors.New("want --to, --answer or both")}
	}
	var crowd *load.Crowd
	if f.answer != "" {
		cfg, err := f.crowd()
		if err != nil {
			return &usageError{err}
		}
		if crowd, err = load.Answer(cfg); err != nil {
			return err
		}
		p.row("answering at %s", crowd.At())
		defer func() { p.hosted(crowd.Close()) }()
	}
	if f.to == "" {
		<-ctx.Done()
		return nil
	}
	cfg, err := f.caller()
	if err != nil {
		return &usageError{err}
	}
	limits, err := f.thresholds()
	if err != nil {
		return &usageError{err}
	}
	if f.search != "" {
		return f.find(ctx, p, cfg)
	}
	cfg.Watch = p.loading
	res, err := load.Call(ctx, cfg)
	if err != nil {
		return err
	}
	report := res.Report()
	misses := limits.Check(report)
	p.loaded(report, misses)
	if err := f.write(struct {
		load.Report
		Missed []load.Miss `json:"missed"`
	}{report, misses}); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return &verdictError{record.Interrupted}
	case !report.Valid:
		return &verdictError{record.Invalid}
	case len(misses) > 0:
		return &verdictError{record.NotAccepted}
	}
	return nil
}

// find searches for the highest rate.
func (f *loadFlags) find(ctx context.Context, p *printer, cfg load.Config) error {
	search, ok := map[string]func(context.Context, load.Bounds, load.Trial) (load.Found, error){"rfc7502": load.Benchmark, "bisect": load.Bisect}[f.search]
	if !ok {
		return &usageError{fmt.Errorf("--search %s: want rfc7502 or bisect", f.search)}
	}
	bounds := load.Bounds{Calls: f.calls, Start: f.rate, Trials: 100}
	if bounds.Calls == 0 {
		bounds.Calls = 50_000 // RFC 7502 §4.10
	}
	found, err := search(ctx, bounds, func(ctx context.Context, rate float64, calls uint64) (uint64, error) {
		cfg.Arrivals = func() load.Arrivals { return load.Until(load.Constant(rate), calls, 0) }
		res, err := load.Call(ctx, cfg)
		if err != nil {
			return 0, err
		}
		report := res.Report()
		p.trial(rate, report)
		switch {
		case ctx.Err() != nil:
			return 0, ctx.Err()
		case !report.Valid:
			return 0, &invalidError{report.Invalid}
		}
		return report.Completed, nil
	})
	p.found(found, err)
	var invalid *invalidError
	switch {
	case ctx.Err() != nil:
		return &verdictError{record.Interrupted}
	case errors.As(err, &invalid):
		return &verdictError{record.Invalid}
	case err != nil:
		return err
	}
	return f.write(found)
}

// invalidError is a trial that proves nothing.
type invalidError struct{ reasons []load.Reason }

func (e *invalidError) Error() string { return e.reasons[0].What }

func (f *loadFlags) caller() (load.Config, error) {
	user, to, err := target(f.to)
	if err != nil {
		return load.Config{}, fmt.Errorf("--to: %w", err)
	}
	from, err := netip.ParseAddrPort(f.from)
	if err != nil {
		return load.Config{}, fmt.Errorf("--from %q: want an address and a port, like 127.0.0.1:5060", f.from)
	}
	if !to.Addr().IsLoopback() {
		return load.Config{}, fmt.Errorf("--to %s: without a profile only addresses of this machine (127.0.0.0/8, ::1) are loaded, for nobody has consented for others", to.Addr())
	}
	if f.rate <= 0 {
		return load.Config{}, fmt.Errorf("--rate %g: want calls a second, above 0", f.rate)
	}
	hold, err := load.ParseTimes(f.hold)
	if err != nil {
		return load.Config{}, fmt.Errorf("--hold: %w", err)
	}
	calls, duration := f.calls, f.duration
	if calls == 0 && duration == 0 {
		duration = 10 * time.Second
	}
	cfg := load.Config{
		From: from, To: to, Callers: load.One("ringproof"), Called: load.One(user), Hold: hold, Limit: f.limit,
		Engines: f.engines, Seed: f.seed, Receive: f.buffer, Send: f.buffer,
		Arrivals: func() load.Arrivals {
			a := load.Constant(f.rate)
			switch {
			case f.poisson:
				a = load.Poisson(f.rate, f.seed)
			case f.ramp > 0:
				a = load.Ramp(0, f.rate, f.ramp)
			}
			return load.Until(a, calls, duration)
		},
	}
	return cfg, cfg.Validate()
}

func (f *loadFlags) crowd() (load.CrowdConfig, error) {
	at, err := netip.ParseAddrPort(f.answer)
	if err != nil {
		return load.CrowdConfig{}, fmt.Errorf("--answer %q: want an address and a port, like 127.0.0.1:5070", f.answer)
	}
	cfg := load.CrowdConfig{At: at, Limit: f.limit, Seed: f.seed, Receive: f.buffer, Send: f.buffer}
	cfg.Manners = load.Manners{Busy: f.busy, Rejected: f.rejected, Mute: f.mute}
	if f.delay != "0s" {
		if cfg.Manners.Answer, err = load.ParseTimes(f.delay); err != nil {
			return cfg, fmt.Errorf("--answer-delay: %w", err)
		}
	}
	return cfg, cfg.Validate()
}

func (f *loadFlags) thresholds() (t load.Thresholds, err error) {
	t = load.Thresholds{P95SRD: f.p95srd, P95PDD: f.p95pdd}
	if f.maxFailed != "" {
		v, err := load.ParsePercent(f.maxFailed)
		if err != nil {
			return t, fmt.Errorf("--max-failed %w", err)
		}
		t.MaxFailed = &v
	}
	return t, nil
}

// target reads "sip:service@127.0.0.1:5070".
func target(uri string) (user string, at netip.AddrPort, err error) {
	rest := strings.TrimPrefix(uri, "sip:")
	user, host, ok := strings.Cut(rest, "@")
	if at, err = netip.ParseAddrPort(host); !ok || err != nil || user == "" || rest == uri {
		return "", at, fmt.Errorf("%q: want sip:USER@ADDRESS:PORT, like sip:service@127.0.0.1:5070", uri)
	}
	return user, at, nil
}

// write writes the figures where that was asked for.
func (f *loadFlags) write(v any) error {
	if f.json == "" {
		return nil
	}
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(f.json, append(b, '\n'), 0o644)
}
