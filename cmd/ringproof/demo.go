package main

import (
	"github.com/spf13/cobra"

	"ringproof/steps"
)

func demoCommand() *cobra.Command {
	var f acceptFlags
	c := &cobra.Command{
		Use:   "demo",
		Short: "Run the acceptance suite against the bundled switch, in both networking modes",
		Args:  args(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return accept(c.Context(), newPrinter(c.OutOrStdout()), "", f, (*steps.Harness).Run)
		},
	}
	f.register(c, suiteDir)
	c.Flags().StringVar(&f.tags, "tags", "", `scenarios to run, as in "@peer && ~@id:busy"`)
	c.Flags().BoolVar(&f.long, "long", false, "run the scenarios too that hold a call for minutes (@long)")
	c.Flags().StringVar(&f.defect, "defect", "", "give the switch a fault; `ringproof defects` lists them")
	return c
}
