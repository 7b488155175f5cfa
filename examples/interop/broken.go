package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// brokenIn are the packages with what is broken on purpose, and the tests of
// it: each names what is wrong and holds the run to be rejected for just that.
var brokenIn = []string{"kamailio", "kamailio-stock", "asterisk", "pair", "private"}

const brokenTests = "Rejected|HarmsNobody|BehindNAT|BehindAMapping"

// event is a line of `go test -json`.
type event struct {
	Action, Package, Test string
}

// breaks runs those tests, prints a line for each, and tells how many came to
// another verdict.
func breaks(ctx context.Context, w io.Writer) (wrong int, err error) {
	args := []string{"test", "-json", "-count=1", "-timeout=20m", "-run", brokenTests}
	for _, name := range brokenIn {
		args = append(args, "./examples/"+name)
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Stderr = os.Stderr
	lines, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	fmt.Fprint(w, "\n## With one thing wrong\n\nEach is held to fail of just what is wrong, for its cause.\n\n| system | what is wrong | as it should be |\n|---|---|---|\n")
	ran := 0
	parents := map[string]bool{}
	for s := bufio.NewScanner(lines); s.Scan(); {
		var e event
		if json.Unmarshal(s.Bytes(), &e) != nil || e.Test == "" {
			continue
		}
		if parent, _, sub := strings.Cut(e.Test, "/"); sub {
			parents[e.Package+" "+parent] = true
		}
		verdict, over := map[string]string{"pass": "yes", "fail": "**no**", "skip": "NOT RUN"}[e.Action]
		if !over || parents[e.Package+" "+e.Test] {
			continue
		}
		ran++
		if e.Action != "pass" {
			wrong++
		}
		system := e.Package[strings.LastIndex(e.Package, "/")+1:]
		fmt.Fprintf(w, "| %s | %s | %s |\n", system, words(e.Test), verdict)
		fmt.Fprintf(os.Stderr, "%-16s %-7s %s\n", system, verdict, words(e.Test))
	}
	err = cmd.Wait()
	if ran == 0 {
		return 0, errors.Join(errors.New("no test of what is broken was run"), err)
	}
	return wrong, ctx.Err()
}

// words reads the name of a test.
func words(test string) string {
	if _, name, sub := strings.Cut(test, "/"); sub {
		return strings.ReplaceAll(name, "_", " ")
	}
	var b strings.Builder
	for i, r := range strings.TrimPrefix(test, "Test") {
		if i > 0 && r >= 'A' && r <= 'Z' && !strings.HasSuffix(b.String(), " ") {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
