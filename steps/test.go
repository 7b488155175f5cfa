package steps

import (
	"errors"
	"testing"

	"ringproof/reports/record"
)

// Test runs the suite and fails the test where the run is not accepted.
func Test(t *testing.T, s Suite) *record.Run {
	t.Helper()
	h, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	run, err := h.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := Verdict(run); err != nil {
		t.Error(err)
	}
	return run
}

// Verdict gives nil for an accepted run and a call or probe that worked, else an error with every failed
// scenario and its cause.
func Verdict(run *record.Run) error {
	if run.Verdict.Holds() {
		return nil
	}
	errs := []error{errors.New(string(run.Verdict) + ": " + run.Why)}
	for _, f := range run.Findings {
		errs = append(errs, errors.New(run.Scenarios[f.Scenario].ID+": "+string(f.Cause)+": "+f.Why))
	}
	return errors.Join(errs...)
}
