package main

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"ringproof/refswitch"
)

func switchCommand() *cobra.Command {
	var verbose bool
	var defect string
	c := &cobra.Command{
		Use:   "switch CONFIG",
		Short: "Run the reference switch alone, until it is interrupted",
		Args:  args(1),
		RunE: func(c *cobra.Command, a []string) error {
			cfg, err := refswitch.LoadConfig(a[0])
			if err != nil {
				return &usageError{err}
			}
			if defect != "" {
				cfg.Defect = defect
				if err := cfg.Validate(); err != nil {
					return &usageError{err}
				}
			}
			if verbose {
				cfg.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
			}
			s, err := refswitch.New(cfg)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "switch answers at %s, UDP and TCP\n", s.Addr())
			return s.Run(c.Context())
		},
	}
	c.Flags().BoolVarP(&verbose, "verbose", "v", false, "log to standard error")
	c.Flags().StringVar(&defect, "defect", "", "give the switch a fault; `ringproof defects` lists them")
	return c
}
