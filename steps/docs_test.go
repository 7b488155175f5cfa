package steps_test

import (
	"os"
	"strings"
	"testing"

	"ringproof/steps"
)

// Every step stands in docs/writing-scenarios.md with its expression, in a
// table: a | is written \\|.
func TestEveryStepIsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../docs/writing-scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	exprs := steps.Vocabulary()
	if len(exprs) == 0 {
		t.Fatal("no vocabulary")
	}
	for _, e := range exprs {
		e = strings.TrimSuffix(strings.TrimPrefix(e, "^"), "$")
		if want := "| `" + strings.ReplaceAll(e, "|", `\|`) + "` |"; !strings.Contains(string(doc), want) {
			t.Errorf("no row %s", want)
		}
	}
}
