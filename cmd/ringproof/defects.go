package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"ringproof/refswitch/defect"
	"ringproof/reports/record"
	"ringproof/steps/target/bundled"
)

func defectsCommand() *cobra.Command {
	var matrix bool
	c := &cobra.Command{
		Use:   "defects",
		Short: "List the deliberate defects of the bundled switch, and what catches them",
		Args:  args(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if matrix {
				rows := bundled.Matrix(c.Context(), nil)
				if c.Context().Err() != nil {
					return &verdictError{record.Interrupted}
				}
				return printMatrix(c.OutOrStdout(), rows)
			}
			for _, d := range defect.Catalogue() {
				fmt.Fprintf(c.OutOrStdout(), "%-18s %-16s %-15s %s\n", d.Name, d.Scenario, d.Cause, d.Fault)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&matrix, "matrix", false, "run the suite against each and say what caught it")
	return c
}

func printMatrix(w io.Writer, rows []bundled.Row) error {
	fmt.Fprintf(w, "%-18s %-16s %-15s %s\n", "DEFECT", "CAUGHT BY", "CAUSE", "")
	missed := 0
	for _, r := range rows {
		remark := "as expected"
		if !r.AsExpected() {
			missed++
			remark = fmt.Sprintf("WRONG: want %s, %s", r.Defect.Scenario, r.Defect.Cause)
		}
		if r.Err != nil {
			remark = "NOT RUN: " + r.Err.Error()
		}
		fmt.Fprintf(w, "%-18s %-16s %-15s %s\n", r.Defect.Name, orNone(r.CaughtBy), orNone(r.Causes), remark)
	}
	fmt.Fprintf(w, "%d of %d caught by their scenario alone, with their cause\n", len(rows)-missed, len(rows))
	if missed > 0 {
		return &verdictError{record.NotAccepted}
	}
	return nil
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(list, ",")
}
