package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ringproof/simulators/load"
)

// mixFlags say that calls are of several kinds, or of users who wait for them.
type mixFlags struct {
	mix   []string
	users int
	think string
}

func (f *mixFlags) add(c *cobra.Command) {
	s := c.Flags()
	s.StringArrayVar(&f.mix, "mix", nil, "one kind of call, WEIGHT:NUMBERS[:HOLD], like 70:6000-6999:3s; say it again for each")
	s.IntVar(&f.users, "users", 0, "users who call, talk, think and call again, instead of --rate: they call less where the system is slow")
	s.StringVar(&f.think, "think", "0s", "how long users wait between calls: 3s, 2s-5s or \"exp 90s\"")
}

func (f *mixFlags) apply(cfg *load.Config, duration time.Duration) error {
	var err error
	if cfg.Flows, err = f.flows(); err != nil || f.users == 0 {
		return err
	}
	think, err := load.ParseTimes(f.think)
	if err != nil {
		return fmt.Errorf("--think: %w", err)
	}
	if duration == 0 {
		return errors.New("--users: want --duration, to know how long they call")
	}
	cfg.Users, cfg.Think, cfg.For, cfg.Arrivals = f.users, think, duration, nil
	return nil
}

// held tells whether a kind of call has its own time.
func (f *mixFlags) held() bool {
	return slices.ContainsFunc(f.mix, func(text string) bool { return strings.Count(text, ":") > 1 })
}

// flows are the kinds of calls.
func (f *mixFlags) flows() (out []load.Flow, err error) {
	for _, text := range f.mix {
		flow, err := flowOf(text)
		if err != nil {
			return nil, err
		}
		out = append(out, flow)
	}
	return out, nil
}

// flowOf reads "70:6000-6999:3s".
func flowOf(text string) (load.Flow, error) {
	weight, rest, ok := strings.Cut(text, ":")
	numbers, hold, held := strings.Cut(rest, ":")
	w, err := strconv.ParseFloat(weight, 64)
	if !ok || err != nil || !(w > 0) || math.IsInf(w, 1) {
		return load.Flow{}, fmt.Errorf("--mix %q: want WEIGHT:NUMBERS[:HOLD], like 70:6000-6999:3s", text)
	}
	flow := load.Flow{Name: numbers, Weight: w}
	if flow.Called, _, err = numbersOf("--mix", numbers); err != nil {
		return flow, err
	}
	if held {
		if flow.Hold, err = load.ParseTimes(hold); err != nil {
			return flow, fmt.Errorf("--mix %q: %w", text, err)
		}
	}
	return flow, nil
}

// flows prints what became of each kind of call.
func (p *printer) flows(r load.Report) {
	if len(r.Flows) == 0 {
		return
	}
	p.table("Kinds of calls", 1, func(w io.Writer) {
		fmt.Fprintf(w, "  \tbegun\tanswered\tcompleted\n")
		for _, f := range r.Flows {
			fmt.Fprintf(w, "  %s\t%d\t%s\t%s\n", f.Name, f.Attempts, part(f.Answered, f.Attempts), part(f.Completed, f.Attempts))
		}
	})
}
