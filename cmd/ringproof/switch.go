package main

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"ringproof/refswitch"
	"ringproof/steps/target/bundled"
)

func switchCommand() *cobra.Command {
	var verbose bool
	var defect, profile string
	c := &cobra.Command{
		Use:   "switch CONFIG | --site SITE",
		Short: "Run the reference switch alone, until it is interrupted",
		Long: `Run the reference switch alone, until it is interrupted: from a configuration of
its own, or in the place of the system that a site profile names.`,
		RunE: func(c *cobra.Command, a []string) error {
			cfg, err := switchConfig(c, a, profile)
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
	c.Flags().StringVar(&profile, "site", "", "stand in for the system of this site profile, at its address")
	return c
}

// switchConfig reads the switch's own configuration, or makes one of a profile.
func switchConfig(c *cobra.Command, a []string, profile string) (refswitch.Config, error) {
	switch {
	case len(a) == 1 && profile == "":
		return refswitch.LoadConfig(a[0])
	case len(a) == 0 && profile != "":
		return bundled.Standalone(profile)
	}
	return refswitch.Config{}, fmt.Errorf("%d arguments: want %s", len(a), c.UseLine())
}
