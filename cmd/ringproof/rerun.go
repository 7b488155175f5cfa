package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"ringproof/internal/site"
	"ringproof/reports/record"
)

// onlyFailed narrows the tags to the scenarios that failed or were not run in
// the run whose record stands in the directory, and says so.
func (f *acceptFlags) onlyFailed(w io.Writer, profile string) error {
	s, err := site.Load(profile)
	if err != nil {
		return &usageError{err}
	}
	run, err := record.Read(f.out)
	if err != nil {
		return &usageError{fmt.Errorf("--rerun-failed: %w", err)}
	}
	if !run.Kind.Judges() {
		return &usageError{fmt.Errorf("--rerun-failed: %s holds a %s, not a run of the suite", f.out, run.Kind)}
	}
	if run.Site.Name != s.Name {
		return &usageError{fmt.Errorf("--rerun-failed: %s holds a run of %q, not of %q", f.out, run.Site.Name, s.Name)}
	}
	var ids []string
	for _, x := range run.Scenarios {
		open := x.Status == record.Failed || x.Status == record.NotRun || x.Status == record.Flaky
		if open && x.Try == 1 && x.ID != "reach" && !slices.Contains(ids, x.ID) {
			ids = append(ids, x.ID)
		}
	}
	if len(ids) == 0 {
		return &usageError{fmt.Errorf("--rerun-failed: in %s no scenario failed or was not run", f.out)}
	}
	fmt.Fprintf(w, "again, of the %s run in %s: %s\n", run.Verdict, f.out, strings.Join(ids, ", "))
	tags := "@id:" + strings.Join(ids, ",@id:")
	if f.tags != "" {
		tags += " && " + f.tags
	}
	f.tags = tags
	return nil
}
