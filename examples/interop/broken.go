package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"unicode"

	"ringproof/internal/outsider"
)

// brokenIn are the packages with what is broken on purpose, and the tests of
// it: each names what is wrong and holds the run to be rejected for just that.
var brokenIn = []string{"kamailio", "kamailio-stock", "asterisk", "pair", "private", "outsiders"}

// brokenTests selects them, and those of what only looks broken.
const brokenTests = "Rejected|HarmsNobody|LeavesTheMedia|BehindAMapping|AreNoticed"

// breakage is one of them and what came of it.
type breakage struct {
	example, what string
	told          string // what came of its run
	verdict       string
}

// asItShould is the verdict of a test that passed.
const asItShould = "yes"

// event is a line of `go test -json`.
type event struct {
	Action, Package, Test string
	Key, Value            string // of an attribute
}

// breaks runs those tests.
func breaks(ctx context.Context) (out []breakage, err error) {
	args := []string{"test", "-json", "-count=1", "-timeout=20m", "-run", brokenTests}
	for _, name := range brokenIn {
		args = append(args, "./examples/"+name)
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Stderr = os.Stderr
	lines, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	byExample := map[string][]breakage{}
	parents, told := map[string]bool{}, map[string]string{}
	for s := bufio.NewScanner(lines); s.Scan(); {
		var e event
		if json.Unmarshal(s.Bytes(), &e) != nil || e.Test == "" {
			continue
		}
		if parent, _, sub := strings.Cut(e.Test, "/"); sub {
			parents[e.Package+" "+parent] = true
		}
		if e.Action == "attr" && e.Key == outsider.ToldAs {
			told[e.Package+" "+e.Test] = e.Value
		}
		verdict, over := map[string]string{"pass": asItShould, "fail": "**no**", "skip": "NOT RUN"}[e.Action]
		if !over || parents[e.Package+" "+e.Test] {
			continue
		}
		b := breakage{e.Package[strings.LastIndex(e.Package, "/")+1:], words(e.Test), told[e.Package+" "+e.Test], verdict}
		byExample[b.example] = append(byExample[b.example], b)
		fmt.Fprintf(os.Stderr, "%-22s %-7s %s\n", b.example, b.verdict, b.what)
	}
	err = cmd.Wait()
	for _, name := range brokenIn {
		if len(byExample[name]) == 0 {
			return nil, errors.Join(fmt.Errorf("%s: no test of what is broken was run", name), err)
		}
		out = append(out, byExample[name]...)
	}
	return out, ctx.Err()
}

// words reads the name of a test.
func words(test string) string {
	if _, name, sub := strings.Cut(test, "/"); sub {
		return strings.ReplaceAll(name, "_", " ")
	}
	name := strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(test, "Test"), "IsRejected"), "IsAccepted")
	var out []string
	for name != "" {
		end := 1
		for end < len(name) && !begins(name, end) {
			end++
		}
		word := name[:end]
		if !slices.Contains([]string{"Kamailio", "Asterisk", "NAT"}, word) {
			word = strings.ToLower(word)
		}
		out, name = append(out, word), name[end:]
	}
	return strings.Join(out, " ")
}

// begins tells whether a word begins at a place of a name in camel case.
func begins(name string, i int) bool {
	lower := func(i int) bool { return i < len(name) && unicode.IsLower(rune(name[i])) }
	return !lower(i) && (lower(i-1) || lower(i+1))
}
