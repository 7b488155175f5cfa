package main

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"ringproof/internal/golden"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ringproof": func() { os.Exit(run()) }})
}

// TestScripts runs testdata/script: every subcommand and every exit code.
// `exits CODE COMMAND...` is the command that they add; where a slow machine
// may make a load test invalid, the code is 0|3.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: golden.Update(),
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": func(ts *testscript.TestScript, neg bool, args []string) {
				if neg || len(args) < 2 {
					ts.Fatalf("usage: exits CODE COMMAND...")
				}
				err := ts.Exec(args[1], args[2:]...)
				got := 0
				var exit *exec.ExitError
				if errors.As(err, &exit) {
					got = exit.ExitCode()
				} else {
					ts.Check(err)
				}
				if !slices.Contains(strings.Split(args[0], "|"), strconv.Itoa(got)) {
					ts.Fatalf("exit code %d, want %s", got, args[0])
				}
			},
		},
	})
}
