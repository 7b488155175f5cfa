package main

import (
	"errors"
	"strings"

	"ringproof/reports/record"
	"ringproof/steps"
)

// The exit codes; docs/command.md says what each means.
const (
	exitAccepted    = 0
	exitRejected    = 1
	exitUsage       = 2
	exitInvalid     = 3
	exitInterrupted = 4
	exitIncomplete  = 5
)

// verdictError carries a verdict that is not ACCEPTED to the exit code. What
// there is to say was printed.
type verdictError struct{ verdict record.Verdict }

func (e *verdictError) Error() string { return "" }

// usageError is a wrong use of the command.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// exitCode is the one table from errors to exit codes.
func exitCode(err error) int {
	var v *verdictError
	var use *usageError
	var suite *steps.UsageError
	switch {
	case err == nil:
		return exitAccepted
	case errors.As(err, &v):
		switch v.verdict {
		case record.Accepted, record.Worked:
			return exitAccepted
		case record.NotAccepted, record.NotWorked:
			return exitRejected
		case record.Interrupted:
			return exitInterrupted
		case record.Incomplete:
			return exitIncomplete
		}
		return exitInvalid
	case errors.As(err, &use), errors.As(err, &suite), strings.HasPrefix(err.Error(), "unknown command"):
		return exitUsage
	}
	return exitInvalid
}
