package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"ringproof/reports/record"
)

// page prints the systems, and what came of each scenario.
func page(w io.Writer, runs []system) {
	fmt.Fprint(w, "# Real systems\n\nPrinted by `make interop`. Each system stands as its page says, and nothing of it\nwas bent to please the suite.\n\n")
	fmt.Fprintln(w, "| system | verdict | scenarios that passed | not applicable | waived or not proved |")
	fmt.Fprintln(w, "|---|---|---|---|---|")
	for _, x := range runs {
		fmt.Fprintf(w, "| [%s](../examples/%s/README.md): %s | %s | %d | %d | %d |\n",
			x.name, x.name, products(x), x.Verdict, x.count(passed), x.count(notApplicable), x.count(open))
	}
	fmt.Fprint(w, "\n## Scenario by scenario\n\nHow many of a scenario's examples passed; – is not applicable by the profile, (n)\nwaived or not proved.\n\n| scenario |")
	for _, x := range runs {
		fmt.Fprintf(w, " %s |", x.name)
	}
	fmt.Fprintf(w, "\n|---|%s\n", strings.Repeat("---|", len(runs)))
	for _, id := range ids(runs) {
		fmt.Fprintf(w, "| `%s` |", id)
		for _, x := range runs {
			fmt.Fprintf(w, " %s |", x.cell(id))
		}
		fmt.Fprintln(w)
	}
	remarks(w, runs)
}

func products(x system) string {
	var out []string
	for _, y := range x.Site.Under() {
		out = append(out, y.Product)
	}
	return strings.Join(out, " and ")
}

// kind is what became of a scenario, as a reader of the page counts it.
type kind int

const (
	passed kind = iota
	failed
	notApplicable
	open
)

func kindOf(s record.Scenario) kind {
	switch {
	case s.Status == record.Passed:
		return passed
	case s.Status == record.Failed:
		return failed
	case s.NotApplicable:
		return notApplicable
	}
	return open
}

func (x system) count(k kind) (n int) {
	for _, s := range x.Scenarios {
		if s.Try < 2 && kindOf(s) == k {
			n++
		}
	}
	return n
}

// ids gives the scenarios in the order in which they ran.
func ids(runs []system) (out []string) {
	for _, x := range runs {
		for _, s := range x.Scenarios {
			if !slices.Contains(out, s.ID) {
				out = append(out, s.ID)
			}
		}
	}
	return out
}

// cell says what became of a scenario's examples.
func (x system) cell(id string) string {
	var n [4]int
	for _, s := range x.Scenarios {
		if s.ID == id && s.Try < 2 {
			n[kindOf(s)]++
		}
	}
	var out []string
	if n[passed] > 0 {
		out = append(out, fmt.Sprint(n[passed]))
	}
	if n[failed] > 0 {
		out = append(out, fmt.Sprintf("**%d failed**", n[failed]))
	}
	if n[open] > 0 {
		out = append(out, fmt.Sprintf("(%d)", n[open]))
	}
	if len(out) == 0 {
		return "–"
	}
	return strings.Join(out, " ")
}

// remarks says why what was not proved was not, and what is worth saying of
// what was.
func remarks(w io.Writer, runs []system) {
	fmt.Fprint(w, "\n## Why not\n\n")
	for _, x := range runs {
		var said []string
		say := func(format string, args ...any) {
			if text := fmt.Sprintf(format, args...); !slices.Contains(said, text) {
				said = append(said, text)
				fmt.Fprintf(w, "- %s: %s\n", x.name, text)
			}
		}
		for _, s := range x.Scenarios {
			switch kindOf(s) {
			case passed:
			case failed:
				say("`%s` failed: %s", s.ID, s.Why)
			default:
				if waiver, ok := x.Site.Waiver(s.ID); ok {
					say("`%s` is waived: %s", s.ID, waiver.Reason)
					continue
				}
				say("`%s`: %s", s.ID, s.Why)
			}
		}
		for _, c := range x.Checks {
			if c.Verdict == record.Fail && c.Severity != record.Must {
				say("remark, `%s`: %s", c.ID, c.Measured)
			}
		}
	}
}
