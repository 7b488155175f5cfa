package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ringproof/internal/site"
	"ringproof/reports"
	"ringproof/reports/record"
	"ringproof/steps"
	"ringproof/steps/target"
	"ringproof/steps/target/bundled"
	"ringproof/steps/target/container"
	"ringproof/steps/target/process"
)

// acceptFlags are what demo, run, call and probe share.
type acceptFlags struct {
	out, tags, defect string
	seed              uint64
	verbose, long     bool
	interactive       bool
}

// register adds the flags; out is the directory if none is said: each kind of
// run has its own, and none replaces the record of another.
func (f *acceptFlags) register(c *cobra.Command, out string) {
	c.Flags().StringVar(&f.out, "out", out, "directory of the report")
	c.Flags().Uint64Var(&f.seed, "seed", 0, "decides what is left to chance; 0 takes one from the clock")
	c.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "log to standard error")
}

// suiteDir is where runs of the suite are reported if nothing is said.
const suiteDir = "ringproof-report"

func runCommand() *cobra.Command {
	var f acceptFlags
	var dry, again bool
	c := &cobra.Command{
		Use:   "run SITE",
		Short: "Run the acceptance suite against the system of a site profile",
		Args:  args(1),
		RunE: func(c *cobra.Command, a []string) error {
			if again {
				if err := f.onlyFailed(c.OutOrStdout(), a[0]); err != nil {
					return err
				}
			}
			if dry {
				return rehearse(c.Context(), newPrinter(c.OutOrStdout()), a[0], f)
			}
			return accept(c.Context(), newPrinter(c.OutOrStdout()), a[0], f, (*steps.Harness).Run)
		},
	}
	f.register(c, suiteDir)
	c.Flags().StringVar(&f.tags, "tags", "", `scenarios to run, as in "@peer && ~@id:busy"`)
	c.Flags().BoolVar(&f.long, "long", false, "run the scenarios too that hold a call for minutes (@long)")
	c.Flags().BoolVar(&f.interactive, "interactive", false, "ask whoever holds a real phone what is heard (played_by: real)")
	c.Flags().BoolVar(&dry, "dry-run", false, "say what would be dialled, from where and for how long; open no socket")
	c.Flags().BoolVar(&again, "rerun-failed", false, "run only what failed, was skipped or was not run in the run that --out holds")
	return c
}

// accept runs one suite, prints as it goes, and writes the report.
func accept(ctx context.Context, p *printer, profile string, f acceptFlags, play func(*steps.Harness, context.Context) (*record.Run, error)) error {
	if f.out == "" {
		return &usageError{errors.New("--out: want the name of a directory")}
	}
	command := commandLine()
	if f.seed == 0 {
		f.seed = uint64(time.Now().UnixNano())
		command += fmt.Sprintf(" --seed %d", f.seed)
	}
	s := steps.Suite{
		Profile: profile, Tags: f.tags, Long: f.long, Out: f.out, Seed: f.seed, Watch: p.scenario, Doing: p.doing, Trace: p.message, Say: p.say, Notes: notesDir(f.out),
		Tool: "ringproof " + version(), Command: command,
	}
	if f.interactive {
		s.Ask = (&asker{p: p, in: os.Stdin}).ask
	}
	if f.verbose {
		s.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	if err := chooseTarget(&s, f.defect); err != nil {
		return err
	}
	h, err := steps.New(s)
	if err != nil {
		return err
	}
	p.features = h.Features()
	run, err := play(h, ctx)
	if err != nil {
		return err
	}
	if err := reports.Write(f.out, run); err != nil {
		return err
	}
	p.verdict(run, filepath.Join(f.out, record.ReportFile))
	if !run.Verdict.Holds() {
		return &verdictError{run.Verdict}
	}
	return nil
}

// notesDir is where runs find what killed ones have left: the same for all of
// a user's, or the directory of the report where there is no such place.
func notesDir(out string) string {
	cache, err := os.UserCacheDir()
	if err == nil {
		dir := filepath.Join(cache, "ringproof")
		if err = os.MkdirAll(dir, 0o700); err == nil {
			return dir
		}
	}
	return out
}

// chooseTarget takes the bundled switch where the profile names no system, and
// starts those that are ours to start.
func chooseTarget(s *steps.Suite, defect string) error {
	if s.Profile != "" {
		profile, err := site.Load(s.Profile)
		if err != nil {
			return &usageError{err}
		}
		if profile.Starts() {
			t, err := target.New(target.Config{Profile: s.Profile}, process.Start, container.Start)
			if err != nil {
				return &usageError{err}
			}
			s.Target = t
			return nil
		}
		if _, real := profile.Tested(); real {
			return nil
		}
	}
	t, err := bundled.New(bundled.Config{Profile: s.Profile, Defect: defect})
	if err != nil {
		return &usageError{err}
	}
	s.Target = t
	return nil
}

// commandLine gives the command as it was given.
func commandLine() string {
	words := append([]string{"ringproof"}, os.Args[1:]...)
	for i, w := range words {
		if strings.ContainsAny(w, " \t&|~*$\"'") {
			words[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && (v == "" || v == "(devel)") {
			v = "devel " + s.Value[:min(12, len(s.Value))]
		}
	}
	if v == "" {
		return "devel"
	}
	return fmt.Sprint(v)
}
