package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ringproof/simulators/load"
)

// registerFlags say that a load is one of registrations.
type registerFlags struct {
	on      bool
	domain  string
	expires time.Duration
}

func (f *registerFlags) add(c *cobra.Command) {
	s := c.Flags()
	s.BoolVar(&f.on, "register", false, "register --numbers or --accounts at --to, each in turn and then again; all are removed at the end")
	s.StringVar(&f.domain, "domain", "", "what stands behind the @ of what is registered; the address of --to if empty")
	s.DurationVar(&f.expires, "expires", time.Hour, "how long a registration is to last")
}

// register registers many addresses of record a second.
func (f *loadFlags) register(ctx context.Context, p *printer) error {
	cfg, err := f.registrations()
	if err != nil {
		return &usageError{err}
	}
	cfg.Watch = p.loading
	limits, err := f.thresholds()
	if err != nil {
		return &usageError{err}
	}
	if err := p.preflight(cfg); err != nil {
		return err
	}
	res, err := load.Register(ctx, cfg)
	p.settle()
	if err != nil {
		return p.unopened(err)
	}
	report := res.Report()
	misses := limits.Check(report)
	p.registered(report, misses)
	p.unasked(limits, report)
	return f.judge(ctx, p, report, misses)
}

func (f *loadFlags) registrations() (load.RegisterConfig, error) {
	at := strings.TrimPrefix(f.to, "sip:")
	if _, host, ok := strings.Cut(at, "@"); ok {
		at = host
	}
	to, err := netip.ParseAddrPort(at)
	if err != nil {
		return load.RegisterConfig{}, fmt.Errorf("--to %q: want the registrar, like sip:127.0.0.1:5060", f.to)
	}
	if d := f.registering.domain; d != "" && !load.IsDomain(d) {
		return load.RegisterConfig{}, fmt.Errorf("--domain %q: want a host name or an address, like example.net", d)
	}
	copied := *f
	copied.to = "sip:registrar@" + at // the rest is as with calls
	calls, err := copied.caller()
	if err != nil {
		return load.RegisterConfig{}, err
	}
	cfg := load.RegisterConfig{
		From: calls.From, To: to, Domain: f.registering.domain, Accounts: calls.Accounts, Expires: f.registering.expires, Arrivals: calls.Arrivals,
		Limit: f.limit, Engines: f.engines, Seed: f.seed, Receive: f.buffer, Send: f.buffer, Transport: f.lists.transport,
	}
	if f.lists.numbers != "" {
		n, count, err := uniqueNumbersOf("--numbers", f.lists.numbers)
		if err != nil {
			return cfg, err
		}
		cfg.Users, cfg.Count = n, int(min(count, math.MaxInt32))
	}
	if f.lists.numbers == "" && len(cfg.Accounts) == 0 {
		return cfg, errors.New("--register: want --numbers or --accounts, to know what to register")
	}
	return cfg, cfg.Validate()
}

// registered prints what came of registrations.
func (p *printer) registered(r load.Report, misses []load.Miss) {
	fmt.Fprintf(p.w, "\n%d registrations begun at %.4g/s\n", r.Attempts, r.Rate)
	p.table("Registrations", 1, func(w io.Writer) {
		say := func(name string, n uint64) {
			if n > 0 || name == "accepted" {
				fmt.Fprintf(w, "  %s\t%d\t%s\n", name, n, part(n, r.Attempts))
			}
		}
		say("accepted", r.Answered)
		say("  of addresses that were bound before", r.Reregistered)
		say("accepted, and the contact not listed", r.Unbound)
		say("refused", r.Refused)
		refusals(r.Codes, say)
		say("no response", r.TimedOut)
		for _, u := range r.Unusable {
			say("  but "+u.What, u.Calls)
		}
		say("connection lost", r.Disconnected)
		say("challenged", r.Challenged)
		say("not begun, over the limit", r.Blocked)
		say("requests sent again", r.Retransmitted)
	})
	p.table("RFC 6076", 1, func(w io.Writer) { fmt.Fprintf(w, "  IRA\t%s\n", percent(r.IRA)) })
	p.delays(r)
	fmt.Fprintf(p.w, "\n%d bindings removed at the end", r.Removed)
	if r.Left > 0 {
		fmt.Fprintf(p.w, "; %d could not be, or may be left: they end with their expiry", r.Left)
	}
	p.cost(r, "registration")
	p.judged(r, misses)
}
