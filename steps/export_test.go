package steps

import (
	"io"
	"testing/fstest"

	"github.com/cucumber/godog"
)

// Rename has every expression of the vocabulary rewritten, for the test that
// nothing hangs on the words.
func Rename(h *Harness, f func(string) string) { h.rename = f }

// Vocabulary gives the expressions of all our steps.
func Vocabulary() []string {
	w := &world{h: &Harness{}}
	godog.TestSuite{
		ScenarioInitializer: w.vocabulary,
		Options: &godog.Options{
			FS: fstest.MapFS{"a.feature": {Data: []byte("Feature: A\n  Scenario: A\n    Given nothing\n")}}, Paths: []string{"."},
			Format: "progress", Output: io.Discard,
		},
	}.Run()
	var out []string
	for _, e := range w.exprs {
		out = append(out, e.String())
	}
	return out
}

// Displaced is why an account is left alone.
var Displaced = displaced

// LoadFact makes the fact of a load.
var LoadFact = loadFact

// Refused says why a load is.
func Refused(h *Harness, l Load) error {
	_, err := h.offerOf(&l)
	return err
}
