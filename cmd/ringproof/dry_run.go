package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"time"

	"ringproof/reports/record"
	"ringproof/steps"
	"ringproof/steps/target/bundled"
)

// rehearse prints what a run with these flags would use.
func rehearse(ctx context.Context, p *printer, profile string, f acceptFlags) error {
	if f.seed == 0 {
		f.seed = uint64(time.Now().UnixNano())
	}
	run, err := bundled.Rehearse(ctx, steps.Suite{Profile: profile, Tags: f.tags, Long: f.long, Seed: f.seed})
	if err != nil {
		return err
	}
	if run.Verdict == record.Interrupted {
		return &verdictError{run.Verdict}
	}
	if !p.rehearsal(run) && !run.Verdict.Holds() {
		return &verdictError{run.Verdict}
	}
	return nil
}

// rehearsal lists what a rehearsed run dialled, scenario by scenario. It tells
// whether anything could be played.
func (p *printer) rehearsal(run *record.Run) bool {
	fmt.Fprintln(p.w, "played through in memory against the bundled switch: no socket was opened")
	at := sources(run)
	calls, registers := 0, map[string]int{}
	numbers := map[string]bool{}
	var order []string
	for _, r := range run.Registrations {
		if run.Scenarios[r.Scenario].Try > 1 {
			continue
		}
		if registers[r.Party] == 0 {
			order = append(order, r.Party)
		}
		registers[r.Party]++
	}
	p.table("Calls", 1, func(w io.Writer) {
		attempts := slices.SortedStableFunc(slices.Values(run.Attempts), func(a, b record.Attempt) int { return cmp.Compare(a.Start, b.Start) })
		for _, a := range attempts {
			s := run.Scenarios[a.Scenario]
			if a.Inbound || s.Try > 1 {
				continue
			}
			calls++
			numbers[a.To] = true
			fmt.Fprintf(w, "  %s\t%s at %s\t%s → %s\t%s\n", s.ID, a.Party, at[a.Party], a.From, a.To, round(s.Took()))
		}
	})
	p.table("Registrations, removals included", len(order), func(w io.Writer) {
		for _, party := range order {
			fmt.Fprintf(w, "  %s at %s\t%d times\n", party, at[party], registers[party])
		}
	})
	p.leftOut(run)
	fmt.Fprintf(p.w, "\n%d calls to %d numbers, about %s; --seed %d dials the same\n", calls, len(numbers), round(run.Ended), run.Seed)
	return calls > 0 || len(order) > 0
}

// leftOut names the scenarios that would not run, or not as the profile
// expects.
func (p *printer) leftOut(run *record.Run) {
	said := map[string]bool{}
	for _, s := range run.Scenarios {
		if s.Status == record.Passed || s.Try > 1 || said[s.ID+s.Why] {
			continue
		}
		if len(said) == 0 {
			fmt.Fprintf(p.w, "\n%s\n", p.paint(bold, "Not as a run that passes"))
		}
		said[s.ID+s.Why] = true
		how := string(s.Status) + ": " + s.Why
		if slices.Contains(s.Tags, "@real") {
			how = "real phones take no part in this"
			if said[s.ID] {
				continue
			}
			said[s.ID] = true
		}
		fmt.Fprintf(p.w, "  %s: %s\n", s.ID, how)
	}
}

// sources gives the address that each party sends from.
func sources(run *record.Run) map[string]netip.Addr {
	at := map[string]netip.Addr{}
	for _, m := range run.Messages {
		at[m.Party] = m.Local.Addr()
	}
	return at
}

func round(ns int64) time.Duration {
	if d := time.Duration(ns); d > time.Second {
		return d.Round(100 * time.Millisecond)
	}
	return time.Duration(ns).Round(time.Millisecond)
}
