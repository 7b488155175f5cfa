package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// search prints what the search of RFC 7502 finds of the reference switch, and
// what 60 s at 90 % of that come to. One call of twenty has a voice.
func (b *bench) search(ctx context.Context) error {
	const calls, start = 5_000, 250
	with := []string{"load", "--answer", eastAt, "--to", "sip:6000@" + switchAt, "--from", westAt + ":5062", "--hold", "2s", "--media", "5%"}
	to := filepath.Join(b.dir, "found.json")
	config := b.file("searched.yaml", fmt.Sprintf(switchConfig, false))
	_, err := beside(ctx, b.ours, []string{"switch", config}, func() error {
		args := append(slices.Clone(with), "--search", "rfc7502", "--rate", strconv.Itoa(start), "--calls", strconv.Itoa(calls), "--json", to)
		out, err := pinned(ctx, 0, b.ours, args...).CombinedOutput()
		fmt.Println("    " + strings.ReplaceAll(strings.TrimSpace(string(out)), "\n", "\n    "))
		return err
	})
	if err != nil {
		return err
	}
	var out struct{ Found struct{ Rate float64 } }
	text, err := os.ReadFile(to)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		return err
	}
	rate := strconv.Itoa(int(0.9 * out.Found.Rate))
	_, err = beside(ctx, b.ours, []string{"switch", config}, func() error {
		p := pinned(ctx, 0, b.ours, append(slices.Clone(with), "--rate", rate, "--duration", "60s", "--max-failed", "0")...)
		out, err := p.CombinedOutput()
		fmt.Printf("\n60 s at %s/s, 90 %% of that:\n\n", rate)
		for line := range strings.Lines(string(out)) {
			if !strings.Contains(line, " s  begun ") { // of each second
				fmt.Print("    " + line)
			}
		}
		if errors.As(err, new(*exec.ExitError)) { // what it was has been printed
			return nil
		}
		return err
	})
	return err
}
