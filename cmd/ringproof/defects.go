package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"ringproof/refswitch/defect"
	"ringproof/reports/record"
	"ringproof/steps/target/bundled"
)

func defectsCommand() *cobra.Command {
	var matrix bool
	c := &cobra.Command{
		Use:   "defects [NAME...]",
		Short: "List the deliberate defects of the bundled switch, and what catches them",
		RunE: func(c *cobra.Command, names []string) error {
			list, err := named(names)
			if err != nil {
				return &usageError{err}
			}
			if matrix {
				return printMatrix(c.Context(), c.OutOrStdout(), list)
			}
			for _, d := range list {
				fmt.Fprintf(c.OutOrStdout(), "%-23s %-20s %-15s %s\n", d.Name, d.Scenario, d.Cause, d.Fault)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&matrix, "matrix", false, "run the suite against each, on a network in memory, and say what caught it; some minutes for all")
	return c
}

// named gives the defects of these names; all of them for none.
func named(names []string) (list []defect.Defect, err error) {
	if len(names) == 0 {
		return defect.Catalogue(), nil
	}
	for _, n := range names {
		d, err := defect.Find(n)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

func printMatrix(ctx context.Context, w io.Writer, list []defect.Defect) error {
	const line = "%-23s %-20s %-22s %-15s %s\n"
	fmt.Fprintf(w, line, "DEFECT", "CAUGHT BY", "AT", "CAUSE", "")
	caught, alone := 0, 0
	for r := range bundled.Matrix(ctx, list...) {
		if ctx.Err() != nil {
			return &verdictError{record.Interrupted}
		}
		remark, also := "alone", len(r.CaughtBy)-1
		switch {
		case r.Err != nil:
			remark = "NOT RUN: " + r.Err.Error()
		case !r.AsExpected():
			remark = fmt.Sprintf("WRONG: want %s at %s, %s", r.Defect.Scenario, r.Defect.Check, r.Defect.Cause)
		case also > 0:
			remark = fmt.Sprintf("and by %d more", also)
		}
		if r.AsExpected() {
			caught++
		}
		if r.Alone() {
			alone++
		}
		fmt.Fprintf(w, line, r.Defect.Name, first(r.CaughtBy), orNothing(r.Check), first(r.Causes), remark)
	}
	missed := len(list) - caught
	fmt.Fprintf(w, "%d of %d caught as the catalogue says, %d of them by one scenario alone\n", caught, len(list), alone)
	if missed > 0 {
		return &verdictError{record.NotAccepted}
	}
	return nil
}

func first(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return list[0]
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}
