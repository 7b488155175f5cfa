// Command interop runs the suite against the real systems of the examples, as
// they are and with one thing broken, and prints what came of it on one page.
// `make interop` installs what is needed and runs it.
//
// Each system is started by its profile, on addresses of the loopback of its
// own or in namespaces that the tests make, and is ended after its run.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"ringproof/reports/record"
	"ringproof/steps"
	"ringproof/steps/target"
	"ringproof/steps/target/container"
	"ringproof/steps/target/process"
)

// examples are the systems that a profile starts, in the order of the columns.
var examples = []string{"kamailio", "kamailio-stock", "asterisk", "pair", "container"}

// within bounds the run of one system.
const within = 6 * time.Minute

func main() {
	out := flag.String("out", "", "directory for the report of each system; none is written if empty")
	only := flag.String("only", strings.Join(examples, ","), "systems to run, separated by commas")
	broken := flag.Bool("broken", true, "run what is broken on purpose too")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, strings.Split(*only, ","), *out, *broken); err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		stop()
		os.Exit(1)
	}
}

// run prints the page. It fails where a system was rejected that is sound, or
// one accepted that is not.
func run(ctx context.Context, names []string, out string, broken bool) error {
	begun := time.Now()
	var runs []system
	for _, name := range names {
		x, err := accept(ctx, name, out)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		fmt.Fprintf(os.Stderr, "%-16s %s after %s\n", name, x.Verdict, time.Duration(x.Ended).Round(time.Second))
		runs = append(runs, x)
	}
	page(os.Stdout, runs)
	wrong := 0
	for _, x := range runs {
		if x.Verdict != record.Accepted && x.Verdict != record.Incomplete {
			wrong++
		}
	}
	if broken {
		n, err := breaks(ctx, os.Stdout)
		if err != nil {
			return err
		}
		wrong += n
	}
	fmt.Fprintf(os.Stderr, "in %s\n", time.Since(begun).Round(time.Second))
	if wrong > 0 {
		return fmt.Errorf("%d verdicts are not as they should be", wrong)
	}
	return nil
}

// system is the run of an example.
type system struct {
	*record.Run
	name string
}

// accept runs the whole suite against the system of an example.
func accept(ctx context.Context, name, out string) (x system, err error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	profile := filepath.Join("examples", name, "site.yaml")
	t, err := target.New(target.Config{Profile: profile}, process.Start, container.Start)
	if err != nil {
		return x, err
	}
	if out != "" {
		out = filepath.Join(out, name)
	}
	h, err := steps.New(steps.Suite{Profile: profile, Target: t, Out: out})
	if err != nil {
		return x, err
	}
	x.name = name
	x.Run, err = h.Run(ctx)
	return x, err
}
