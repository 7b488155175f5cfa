package main

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"
)

// kinds are what flags of each type want.
var kinds = map[string]string{
	"bool":     "true or false",
	"duration": "a time, like 500ms, 30s or 1m30s",
	"float64":  "a number, like 20 or 0.5",
	"int":      "a whole number, like 20",
	"uint64":   "a whole number, not below 0, like 20",
	"string":   "a text behind it",
}

// flagError says what was expected where a flag cannot be read.
func flagError(err error) error {
	var invalid *pflag.InvalidValueError
	var missing *pflag.ValueRequiredError
	switch {
	case errors.As(err, &invalid):
		if want := kinds[invalid.GetFlag().Value.Type()]; want != "" {
			return &usageError{fmt.Errorf("--%s %q: want %s", invalid.GetFlag().Name, invalid.GetValue(), want)}
		}
	case errors.As(err, &missing):
		if x := missing.GetFlag(); x != nil {
			_, usage := pflag.UnquoteUsage(x)
			return &usageError{fmt.Errorf("--%s: want a value: %s", x.Name, usage)}
		}
	}
	return &usageError{err}
}
