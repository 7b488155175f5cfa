package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagGroup is flags of one purpose, which the help shows together.
type flagGroup struct {
	title string
	names []string
}

// loadGroups are all flags of the command, in the order of its help.
var loadGroups = []flagGroup{
	{"Whom to call", []string{"to", "from", "transport", "numbers", "callers", "accounts", "mix"}},
	{"When, and for how long", []string{"rate", "ramp", "poisson", "steps", "calls", "duration", "hold", "limit", "users", "think"}},
	{"The called side", []string{"answer", "answer-delay", "busy", "rejected", "mute"}},
	{"Voices in the calls", []string{"media", "lines", "any-number"}},
	{"Registrations instead of calls", []string{"register", "domain", "expires"}},
	{"The highest rate, and beyond", []string{"search", "overload"}},
	{"What is a failure", []string{"max-failed", "p95-pdd", "p95-srd"}},
	{"What is written", []string{"json", "out", "verbose"}},
	{"The generator, and others", []string{"engines", "buffer", "seed", "defect", "help"}},
}

// grouped prints the usage of a command with its flags in groups.
func grouped(groups []flagGroup) func(*cobra.Command) error {
	return func(c *cobra.Command) error {
		w := c.OutOrStderr()
		fmt.Fprintf(w, "Usage:\n  %s\n\nExamples:\n%s\n", c.UseLine(), c.Example)
		for _, g := range groups {
			s := pflag.NewFlagSet(g.title, pflag.ContinueOnError)
			s.SortFlags = false
			for _, name := range g.names {
				if x := c.Flags().Lookup(name); x != nil {
					s.AddFlag(x)
				}
			}
			fmt.Fprintf(w, "\n%s:\n", g.title)
			_, _ = io.WriteString(w, s.FlagUsages()) // to a terminal, which is gone or not
		}
		return nil
	}
}

// needs are flags that mean nothing without one of others, or without SITE.
var needs = []struct {
	flags []string
	any   []string
	site  bool // which does as well
}{
	{flags: []string{"think"}, any: []string{"users"}},
	{flags: []string{"lines", "any-number"}, any: []string{"media"}},
	{flags: []string{"domain", "expires"}, any: []string{"register"}},
	{flags: []string{"answer-delay", "busy", "rejected", "mute"}, any: []string{"answer"}, site: true},
	{flags: []string{"out", "defect", "verbose"}, site: true},
	{
		flags: []string{
			"json", "calls", "duration", "rate", "ramp", "poisson", "steps", "users", "hold", "max-failed", "p95-srd", "p95-pdd", "search", "overload", "from", "mix",
		},
		any: []string{"to"}, site: true,
	},
}

// clashes are flags that exclude others, and why.
var clashes = []struct {
	flag   string
	others []string
	why    string
}{
	{"register", []string{"answer", "search", "overload", "mix", "users", "hold", "media", "steps", "p95-srd", "p95-pdd"}, "they are of calls"},
	{"search", []string{"busy", "rejected", "mute", "poisson", "ramp", "duration", "steps", "users", "max-failed", "p95-srd", "p95-pdd"}, "its trials begin --calls at equal distances, and none of them may fail"},
	{"overload", []string{"busy", "rejected", "mute", "poisson", "ramp", "duration", "steps", "users", "max-failed", "p95-srd", "p95-pdd"}, "its phases are 120 %, 150 % and 80 % of one rate, and are held to no thresholds"},
	{"users", []string{"rate", "ramp", "poisson", "steps", "calls"}, "who call when they have time to, for --duration"},
	{"steps", []string{"rate", "ramp", "poisson", "calls", "duration"}, "which have rates and times of their own"},
	{"poisson", []string{"ramp"}, "its rate stays the same"},
}

// combined finds flags that do not go together.
func combined(c *cobra.Command, site bool) error {
	said := c.Flags().Changed
	var faults []error
	for _, n := range needs {
		if n.site && site || slices.ContainsFunc(n.any, said) {
			continue
		}
		want := n.any
		if n.site {
			want = append(slices.Clone(want), "SITE")
		}
		for _, x := range n.flags {
			if said(x) {
				faults = append(faults, fmt.Errorf("--%s: means nothing without %s", x, dashed(want, " or ")))
			}
		}
	}
	for _, x := range clashes {
		if with := slices.DeleteFunc(slices.Clone(x.others), func(o string) bool { return !said(o) }); said(x.flag) && len(with) > 0 {
			faults = append(faults, fmt.Errorf("--%s: want it without %s: %s", x.flag, dashed(with, ", "), x.why))
		}
	}
	return errors.Join(faults...)
}

// aboveNone finds times of 0 that were said and would stand for no time at all.
func aboveNone(c *cobra.Command) error {
	var faults []error
	for _, name := range []string{"p95-srd", "p95-pdd", "overload", "expires"} {
		if d, err := c.Flags().GetDuration(name); err == nil && d == 0 && c.Flags().Changed(name) {
			faults = append(faults, fmt.Errorf("--%s 0s: want a time above 0", name))
		}
	}
	return errors.Join(faults...)
}

// dashed writes names of flags as they are said.
func dashed(names []string, between string) string {
	var out []string
	for _, n := range names {
		if n != "SITE" {
			n = "--" + n
		}
		out = append(out, n)
	}
	return strings.Join(out, between)
}
