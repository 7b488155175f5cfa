package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"ringproof/reports"
	"ringproof/reports/record"
)

func reportCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "report DIR",
		Short: "Render the report of a run again from its record, also of a run that was killed",
		Args:  args(1),
		RunE: func(c *cobra.Command, a []string) error {
			run, err := record.Read(a[0])
			if err != nil {
				return &usageError{err}
			}
			if err := reports.Write(a[0], run); err != nil {
				return err
			}
			newPrinter(c.OutOrStdout()).verdict(run, filepath.Join(a[0], record.ReportFile))
			return nil
		},
	}
}
