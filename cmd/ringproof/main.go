// Command ringproof proves that two SIP systems work together.
//
// One file a subcommand; none has logic of its own. What they return decides
// the exit code, in exit.go.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal ends the program at once.
	go func() { <-ctx.Done(); stop() }()
	err := root().ExecuteContext(ctx)
	if err != nil && err.Error() != "" {
		fmt.Fprintln(os.Stderr, "ringproof:", err)
	}
	return exitCode(err)
}

func root() *cobra.Command {
	c := &cobra.Command{
		Use:   "ringproof",
		Short: "Proves that two SIP systems work together before they go live",
		Long: `Ringproof plays the parties around a SIP interconnect, drives them through the
system under test, checks what each party really heard and saw, and writes the
acceptance report.

Exit codes: 0 accepted, 1 rejected, 2 wrong use or profile, 3 invalid (the
harness or its machine was the limit), 4 interrupted, 5 incomplete.`,
		Version:       version(),
		SilenceErrors: true, SilenceUsage: true,
	}
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return flagError(err) })
	c.AddCommand(demoCommand(), initCommand(), planCommand(), probeCommand(), runCommand(), callCommand(), switchCommand(), loadCommand(), voiceCommand(), reportCommand(), defectsCommand())
	return c
}

// args makes a wrong number of arguments a usage error.
func args(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, a []string) error {
		if len(a) != n {
			return &usageError{fmt.Errorf("%d arguments: want %s", len(a), c.UseLine())}
		}
		return nil
	}
}
