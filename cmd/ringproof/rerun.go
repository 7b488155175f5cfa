package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"ringproof/internal/site"
	"ringproof/reports/record"
)

// onlyFailed narrows the tags to the scenarios that the run whose record stands
// in the directory left open, and says so: what failed, was flaky, skipped
// without a waiver, or not run.
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
		_, excused := run.Excused(x)
		open := x.Status != record.Passed && !x.NotApplicable && (!excused || x.Status != record.Skipped)
		if open && x.Try == 1 && x.ID != "" && x.ID != "reach" && !slices.Contains(ids, x.ID) {
			ids = append(ids, x.ID)
		}
	}
	if len(ids) == 0 {
		return &usageError{fmt.Errorf("--rerun-failed: in %s every scenario was proved, or needs no proof", f.out)}
	}
	fmt.Fprintf(w, "again, of the %s run in %s: %s\n", run.Verdict, f.out, strings.Join(ids, ", "))
	tags := "@id:" + strings.Join(ids, ",@id:")
	if f.tags != "" {
		tags += " && " + f.tags
	}
	f.tags = tags
	return nil
}
