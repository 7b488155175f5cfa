package main

import (
	"context"

	"github.com/spf13/cobra"

	"ringproof/reports/record"
	"ringproof/steps"
)

func callCommand() *cobra.Command {
	var f acceptFlags
	c := &cobra.Command{
		Use:   "call SITE FROM TO",
		Short: "Place one call between two numbers of the profile, and watch it",
		Args:  args(3),
		RunE: func(c *cobra.Command, a []string) error {
			p := newPrinter(c.OutOrStdout())
			p.flat, p.ladder = true, true
			return accept(c.Context(), p, a[0], f, func(h *steps.Harness, ctx context.Context) (*record.Run, error) {
				return h.Call(ctx, a[1], a[2])
			})
		},
	}
	f.register(c, "ringproof-call")
	return c
}
