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
	arrivalFlags
	to, from, answer, hold, json, maxFailed, search string
	p95srd, p95pdd, overload                        time.Duration
	limit, buffer, engines                          int
	busy, rejected, mute                            float64
	delay                                           string
	lists                                           listFlags
	registering                                     registerFlags
	media                                           mediaFlags
	mixing                                          mixFlags
	report                                          acceptFlags // of a load of a profile
}

func loadCommand() *cobra.Command {
	var f loadFlags
	c := &cobra.Command{
		Use:   "load [SITE [FROM TO]]",
		Short: "Place many calls a second, or answer them, and measure",
		Long: `Offers the system of a profile as many calls a second as were contracted, from
one of its parties to another: FROM and TO are trunks or numbers, the first two
if they are left out, and SITE may be demo. Never more than the profile's
limits allow, and only where it says consent.load.

Without a profile it works on addresses of this machine: it places calls (--to),
answers them until it is interrupted (--answer), or both. Calls begin at their
time, whatever the system under test does, and what becomes of them is measured:
RFC 6076 in full, and post-dial delay.

Exit code 0: nothing was missed. 1: a threshold was, or no call was completed.
2: a wrong command or profile. 3: INVALID, the figures would be those of this
machine. 4: interrupted. 5: of a profile, not proved.`,
		Example: `  ringproof load site.yaml west east --rate 20 --duration 1m --hold 2s-5s
  ringproof load --answer 127.0.0.1:5070
  ringproof load --to sip:service@127.0.0.1:5070 --from 127.0.0.1:5060 --rate 1000 --calls 10000
  ringproof load --register --numbers 6000-6999 --to sip:127.0.0.1:5060 --calls 2000`,
		Args: upToThree,
		RunE: func(c *cobra.Command, a []string) error {
			p := newPrinter(c.OutOrStdout())
			if err := errors.Join(combined(c, len(a) > 0), aboveNone(c), f.faults()); err != nil {
				return &usageError{err}
			}
			if err := f.writable(); err != nil {
				return &usageError{err}
			}
			if len(a) == 0 {
				return f.run(c.Context(), p)
			}
			return f.site(c.Context(), c, p, a)
		},
	}
	s := c.Flags()
	s.StringVar(&f.to, "to", "", "whom to call: sip:USER@ADDRESS:PORT")
	s.StringVar(&f.from, "from", "127.0.0.1:0", "our address; port 0 takes a free one")
	s.StringVar(&f.hold, "hold", "0s", "how long a call lasts: 3s, 2s-5s or \"exp 90s\"")
	s.IntVar(&f.limit, "limit", 0, "calls at a time at most; 0 is a million, with SITE what was contracted")
	s.IntVar(&f.engines, "engines", 1, "threads that place calls, each from the next port")
	s.IntVar(&f.buffer, "buffer", 0, "receive and send buffer in bytes; 0 is 4 MiB")
	s.StringVar(&f.report.out, "out", "ringproof-load", "with SITE: directory of the report")
	s.StringVar(&f.report.defect, "defect", "", "with SITE: give the bundled switch a fault (\"ringproof defects\" lists them)")
	s.BoolVarP(&f.report.verbose, "verbose", "v", false, "with SITE: log to standard error")
	s.StringVar(&f.json, "json", "", "write the figures to this file")
	s.StringVar(&f.maxFailed, "max-failed", "", "failed calls allowed, like 0.1%")
	s.DurationVar(&f.p95srd, "p95-srd", 0, "95th percentile of the session request delay allowed")
	s.DurationVar(&f.p95pdd, "p95-pdd", 0, "95th percentile of the post-dial delay allowed")
	s.StringVar(&f.search, "search", "", "find the highest rate without a failure: rfc7502 or bisect; from --rate on, --calls a trial")
	f.arriving(c)
	f.lists.add(c)
	f.mixing.add(c)
	f.registering.add(c)
	f.media.add(c)
	s.DurationVar(&f.overload, "overload", 0, "place so long 120 %, then 150 % of the rate that was found (or of --rate), then twice as long 80 %")
	f.answering(c)
	c.SetUsageFunc(grouped(loadGroups))
	return c
}

// answering adds the flags of the crowd.
func (f *loadFlags) answering(c *cobra.Command) {
	s := c.Flags()
	s.StringVar(&f.answer, "answer", "", "answer calls at this address")
	s.StringVar(&f.delay, "answer-delay", "0s", "how long a called number rings: 3s, 2s-5s or \"exp 5s\", and never longer than 30s")
	s.Float64Var(&f.busy, "busy", 0, "share of the calls that are answered busy, 0 to 1")
	s.Float64Var(&f.rejected, "rejected", 0, "share of the calls that are declined, 0 to 1")
	s.Float64Var(&f.mute, "mute", 0, "share of the calls that get no response, 0 to 1")
}

// faults finds numbers that mean nothing.
func (f *loadFlags) faults() error {
	_, err := f.thresholds()
	faults := []error{f.arrivalFlags.faults(), err}
	for _, x := range []struct {
		name string
		d    time.Duration
	}{{"p95-srd", f.p95srd}, {"p95-pdd", f.p95pdd}, {"overload", f.overload}} {
		if x.d < 0 {
			faults = append(faults, fmt.Errorf("--%s %s: want a time, not below 0", x.name, x.d))
		}
	}
	if f.overload > 0 && f.search == "" && f.calls > 0 {
		faults = append(faults, errors.New("--overload: want it without --calls, which are of a trial of --search: its own time says how many calls there are"))
	}
	if f.overload%time.Second != 0 {
		faults = append(faults, fmt.Errorf("--overload %s: want whole seconds", f.overload))
	}
	if f.search != "" && load.Searches[f.search] == nil {
		faults = append(faults, fmt.Errorf("--search %s: want rfc7502 or bisect", f.search))
	}
	if f.search != "" && f.rate < 1 {
		faults = append(faults, fmt.Errorf("--search from --rate %g: want one call a second at least, to begin with", f.rate))
	}
	if f.engines < 1 || f.engines > mostEngines {
		faults = append(faults, fmt.Errorf("--engines %d: want 1 to %d, and no more than there are cores", f.engines, mostEngines))
	}
	if f.buffer < 0 || f.limit < 0 {
		faults = append(faults, fmt.Errorf("--buffer %d, --limit %d: want neither below 0", f.buffer, f.limit))
	}
	return errors.Join(faults...)
}

// mostEngines is how many threads may place calls.
const mostEngines = 256

func (f *loadFlags) run(ctx context.Context, p *printer) error {
	if f.registering.on {
		return f.register(ctx, p)
	}
	if f.to == "" && f.answer == "" {
		return &usageError{errors.New("want SITE, or --to, --answer or both")}
	}
	var crowd *load.Crowd
	if f.answer != "" {
		cfg, err := f.crowd()
		if err != nil {
			return &usageError{err}
		}
		if crowd, err = load.Answer(cfg); err != nil {
			return p.unopened(err)
		}
		p.row("answering at %s", crowd.At())
		defer func() { p.hosted(crowd.Close()) }()
	}
	if f.to == "" {
		<-ctx.Done()
		return p.fit(crowd.Close())
	}
	cfg, err := f.caller()
	if err != nil {
		return &usageError{err}
	}
	cfg.Held = crowd != nil // which never hangs up
	limits, err := f.thresholds()
	if err != nil {
		return &usageError{err}
	}
	if err := p.preflight(cfg); err != nil {
		return err
	}
	if f.search != "" || f.overload > 0 {
		return f.find(ctx, p, cfg, crowd)
	}
	ctx, end := f.watched(ctx, p, &cfg)
	defer end()
	res, err := load.Call(ctx, cfg)
	end()
	if err != nil {
		return p.unopened(err)
	}
	h, left := settled(ctx, crowd)
	res.Excuse(h)
	report := res.Report()
	misses := limits.Check(report)
	if crowd != nil {
		report.Spoil(h.Reasons(load.Hosted{}))
		misses = append(append(misses, h.Check(report)...), left...)
	}
	p.loaded(report, misses)
	steps, _ := f.staircase() // faults has read it before
	p.bySteps(steps, secondsOf(report.Timeline))
	p.unasked(limits, report)
	return f.judge(ctx, p, report, misses)
}

// judge writes a report where that was asked for, and gives its verdict.
func (f *loadFlags) judge(ctx context.Context, p *printer, report load.Report, misses []load.Miss) error {
	f.write(p, struct {
		load.Report
		Missed []load.Miss `json:"missed"`
	}{report, misses})
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

func (f *loadFlags) caller() (load.Config, error) {
	user, to, err := calledAt(f.to)
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
	hold, err := load.ParseTimes(f.hold)
	if err != nil {
		return load.Config{}, fmt.Errorf("--hold: %w", err)
	}
	cfg := load.Config{
		From: from, To: to, Callers: load.One("ringproof"), Called: load.One(user), Hold: hold, Limit: f.limit,
		Engines: f.engines, Seed: f.seed, Receive: f.buffer, Send: f.buffer,
		Arrivals: f.arrivals(),
	}
	if cfg.Media, err = f.media.media(f.hold, f.mixing.held()); err != nil {
		return cfg, err
	}
	_, duration := f.bounds()
	if err := errors.Join(f.lists.apply(&cfg), f.mixing.apply(&cfg, duration)); err != nil {
		return cfg, err
	}
	if cfg.Users == 0 { // else nobody knows how often they call
		if err := f.media.comes(cfg.Media, f.first()); err != nil {
			return cfg, err
		}
	}
	return cfg, cfg.Validate()
}

// first gives the arrivals of the first load there is to be.
func (f *loadFlags) first() load.Arrivals {
	switch {
	case f.search != "":
		return load.Until(load.Constant(f.rate), f.perTrial(), 0)
	case f.overload > 0:
		return load.Overload(f.rate, f.overload)
	}
	return f.arrivals()()
}

func (f *loadFlags) crowd() (load.CrowdConfig, error) {
	at, err := netip.ParseAddrPort(f.answer)
	if err != nil {
		return load.CrowdConfig{}, fmt.Errorf("--answer %q: want an address and a port, like 127.0.0.1:5070", f.answer)
	}
	if !at.Addr().IsLoopback() {
		return load.CrowdConfig{}, fmt.Errorf("--answer %s: without a profile calls are answered at addresses of this machine alone (127.0.0.0/8, ::1), for nobody has consented for others", at.Addr())
	}
	cfg := load.CrowdConfig{At: at, Voices: f.media.crowd(), Limit: f.limit, Seed: f.seed, Receive: f.buffer, Send: f.buffer}
	if f.media.share != "" {
		if _, err := load.ParsePercent(f.media.share); err != nil {
			return cfg, fmt.Errorf("--media %w", err)
		}
	}
	cfg.Manners = load.Manners{Busy: f.busy, Rejected: f.rejected, Mute: f.mute}
	if f.to != "" && f.limit > 0 { // a call may end at the called side after its caller's has
		cfg.Limit = min(2*f.limit, 1_000_000)
	}
	if f.delay != "0s" {
		if cfg.Manners.Answer, err = load.ParseRinging(f.delay); err != nil {
			return cfg, fmt.Errorf("--answer-delay: %w", err)
		}
	}
	kinds, err := f.mixing.flows()
	if err != nil {
		return cfg, err
	}
	if err := f.lists.host(&cfg, kinds); err != nil {
		return cfg, err
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

// calledAt reads "sip:service@127.0.0.1:5070".
func calledAt(uri string) (user string, at netip.AddrPort, err error) {
	rest := strings.TrimPrefix(uri, "sip:")
	user, host, ok := strings.Cut(rest, "@")
	if at, err = netip.ParseAddrPort(host); !ok || err != nil || user == "" || rest == uri {
		return "", at, fmt.Errorf("%q: want sip:USER@ADDRESS:PORT, like sip:service@127.0.0.1:5070", uri)
	}
	if !load.IsUser(user) {
		return "", at, fmt.Errorf("%q is no user of a SIP URI: want letters, digits and any of %s, and others as %%20", user, load.Marks)
	}
	return user, at, nil
}

// writable finds out before a load whether its figures can be written.
func (f *loadFlags) writable() error {
	if f.json == "" {
		return nil
	}
	_, err := os.Stat(f.json)
	file, fault := os.OpenFile(f.json, os.O_WRONLY|os.O_CREATE, 0o644)
	if fault != nil {
		return fmt.Errorf("--json: want a file that can be written: %w", fault)
	}
	fault = file.Close()
	if errors.Is(err, os.ErrNotExist) { // nothing is to be left of a load that does not begin
		fault = errors.Join(fault, os.Remove(f.json))
	}
	return fault
}

// write writes the figures where that was asked for. Where it cannot, it says
// so: what the figures prove is not changed by that.
func (f *loadFlags) write(p *printer, v any) {
	if f.json == "" {
		return
	}
	b, err := json.MarshalIndent(v, "", " ")
	if err == nil {
		err = os.WriteFile(f.json, append(b, '\n'), 0o644)
	}
	if err != nil {
		p.row("%s --json: %v", p.paint(red, "NOT WRITTEN"), err)
	}
}
