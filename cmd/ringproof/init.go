package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"ringproof/internal/network"
	"ringproof/internal/site"
)

// profileFile is what init calls the profile.
const profileFile = "site.yaml"

func initCommand() *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:   "init DIR",
		Short: "Write a site profile to start from",
		Long: `Write DIR/site.yaml, a profile with comments. As it stands it tests the bundled
switch. --from writes one for phones at a system that runs:

  ringproof init here --from "SERVER[/DOMAIN] USER[=NUMBER],... [OURADDRESS]"
  ringproof init here --from "udp:192.0.2.1:5060 1001,1002"

Passwords are taken from the environment and never stand in the profile.`,
		Args: args(1),
		RunE: func(c *cobra.Command, a []string) error {
			var text string
			var env []string
			var err error
			if c.Flags().Changed("from") {
				text, env, err = site.StartFrom(from, network.Kernel{}.Source)
			} else {
				text, err = site.Start()
			}
			if err != nil {
				return &usageError{err}
			}
			path := filepath.Join(a[0], profileFile)
			if err := writeNew(path, text); err != nil {
				return &usageError{err}
			}
			w := c.OutOrStdout()
			fmt.Fprintf(w, "wrote %s; next:\n", path)
			for _, name := range env {
				fmt.Fprintf(w, "  export %s=…\n", name)
			}
			fmt.Fprintf(w, "  ringproof plan %[1]s\n  ringproof probe %[1]s\n  ringproof run %[1]s\n", path)
			if n := strings.Count(text, "FILL IN") - 1; len(env) > 0 && n > 0 {
				fmt.Fprintf(w, "%d places in it are marked FILL IN: without them a run is INCOMPLETE, and says which it lacks\n", n)
			}
			if len(env) == 1 {
				fmt.Fprintln(w, "one account can register, but not call: two are needed for a call")
			}
			return nil
		},
	}
	c.Flags().StringVar(&from, "from", "", `phones at a system: "SERVER[/DOMAIN] USER[=NUMBER],... [OURADDRESS]"`)
	return c
}

// writeNew writes a file that must not be there yet.
func writeNew(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already: it is not overwritten", path)
	}
	if err != nil {
		return err
	}
	_, err = strings.NewReader(text).WriteTo(f)
	return errors.Join(err, f.Close())
}
