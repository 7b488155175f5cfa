package main

import (
	"github.com/spf13/cobra"

	"ringproof/steps"
)

func probeCommand() *cobra.Command {
	var f acceptFlags
	c := &cobra.Command{
		Use:   "probe SITE",
		Short: "Go from our addresses to a call's media stage by stage, and stop at the first that fails",
		Args:  args(1),
		RunE: func(c *cobra.Command, a []string) error {
			p := newPrinter(c.OutOrStdout())
			p.flat = true
			return accept(c.Context(), p, a[0], f, (*steps.Harness).Probe)
		},
	}
	f.register(c, "ringproof-probe")
	return c
}
