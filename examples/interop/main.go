// Command interop runs the suite against the real systems of the examples, as
// they are and with one thing broken, and prints what came of it on one page.
// `make interop` installs what is needed and runs it.
//
// Each system is started by its profile, on addresses of the loopback of its
// own or in namespaces that the tests make, and is ended after its run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ringproof/reports/record"
)

func main() {
	out := flag.String("out", "", "directory for the report of each system; none is kept if empty")
	only := flag.String("only", "", "systems to run, separated by commas: "+strings.Join(names(), ", ")+"; all if empty")
	broken := flag.Bool("broken", true, "run what is broken on purpose too")
	file := flag.String("page", "", "file for the page; the standard output if empty")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *only, *out, *file, *broken); err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		stop()
		os.Exit(1)
	}
}

// run prints the page. It fails where a system was rejected that is sound, or
// one accepted that is not, or where one was not run.
func run(ctx context.Context, only, out, file string, broken bool) error {
	chosen, err := choose(only)
	if err != nil {
		return err
	}
	if out == "" {
		if out, err = os.MkdirTemp("", "ringproof-interop"); err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(out) }()
	}
	begun := time.Now()
	var p page
	for _, s := range chosen {
		r, err := s.run(ctx, filepath.Join(out, s.name))
		if ctx.Err() != nil {
			return errors.New("interrupted")
		}
		if missing := new(notInstalledError); errors.As(err, &missing) {
			fmt.Fprintf(os.Stderr, "%-22s NOT RUN: %v\n", s.name, err)
			p.missing = append(p.missing, fmt.Sprintf("%s: %v", s.name, err))
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Fprintf(os.Stderr, "%-22s %s after %s\n", s.name, r.Verdict, time.Duration(r.Ended).Round(time.Second))
		p.runs = append(p.runs, ran{s, r})
	}
	if broken {
		if p.broken, err = breaks(ctx); err != nil {
			return err
		}
	}
	if err := p.write(file); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "in %s\n", time.Since(begun).Round(time.Second))
	if n := p.wrong(); n > 0 {
		return fmt.Errorf("%d verdicts are not as they should be, or are missing", n)
	}
	return nil
}

// choose gives the systems of a list.
func choose(only string) ([]system, error) {
	if only == "" {
		return systems, nil
	}
	var out []system
	for name := range strings.SplitSeq(only, ",") {
		i := slices.Index(names(), name)
		if i < 0 {
			return nil, fmt.Errorf("-only: no system %q: want %s", name, strings.Join(names(), ", "))
		}
		out = append(out, systems[i])
	}
	return out, nil
}

func names() (out []string) {
	for _, s := range systems {
		out = append(out, s.name)
	}
	return out
}

// page is what is printed.
type page struct {
	runs    []ran
	missing []string // what could not be run, and why
	broken  []breakage
}

// ran is a system and what came of it.
type ran struct {
	system
	*record.Run
}

// wrong counts the verdicts that are not as they should be, or are none.
func (p page) wrong() int {
	n := len(p.missing)
	for _, x := range p.runs {
		if x.Verdict != record.Accepted && x.Verdict != record.Incomplete {
			n++
		}
	}
	for _, b := range p.broken {
		if b.verdict != asItShould {
			n++
		}
	}
	return n
}

func (p page) write(file string) error {
	var w io.Writer = os.Stdout
	if file != "" {
		f, err := os.Create(file)
		if err != nil {
			return err
		}
		defer f.Close()
		w = f
	}
	return p.print(w)
}
