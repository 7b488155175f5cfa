package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"
	"syscall"
	"time"

	"ringproof/refswitch"
)

// serve runs the switch of a configuration in this process, until it is told to
// stop, and writes where its time went.
func serve(config, profile string) error {
	cfg, err := refswitch.LoadConfig(config)
	if err != nil {
		return err
	}
	s, err := refswitch.New(cfg)
	if err != nil {
		return err
	}
	f, err := os.Create(profile)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	err = s.Run(ctx)
	pprof.StopCPUProfile()
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// profile prints where the switch's time goes, by package.
func (b *bench) profile(ctx context.Context) error {
	const rate, calls = 200, 3_000
	self, err := os.Executable()
	if err != nil {
		return err
	}
	profile := filepath.Join(b.dir, "switch.pprof")
	config := b.file("profiled.yaml", fmt.Sprintf(switchConfig, false))
	if _, err := b.through(ctx, self, []string{"-serve", config, "-profile", profile}, rate, calls); err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, "go", "tool", "pprof", "-top", "-nodecount=100000", "-nodefraction=0", "-unit=ms", self, profile).Output()
	if err != nil {
		return fmt.Errorf("go tool pprof: %w", err)
	}
	fmt.Printf("| where the switch's time goes, at %d calls/s | ms a call | share |\n|---|---|---|\n", rate)
	all := byPackage(out)
	total := 0.0
	for _, p := range all {
		total += p.ms
	}
	for _, p := range all[:min(12, len(all))] {
		fmt.Printf("| %s | %.3f | %.0f %% |\n", p.name, p.ms/calls, 100*p.ms/total)
	}
	return nil
}

type share struct {
	name string
	ms   float64
}

// byPackage adds up the times that `go tool pprof -top` gives functions
// themselves.
func byPackage(top []byte) (out []share) {
	sums := map[string]float64{}
	for s := bufio.NewScanner(bytes.NewReader(top)); s.Scan(); {
		f := strings.Fields(s.Text())
		if len(f) < 6 || !strings.HasSuffix(f[0], "ms") && f[0] != "0" {
			continue
		}
		d, err := time.ParseDuration(f[0])
		if err != nil {
			continue
		}
		name := strings.Join(f[5:], " ")
		slash := strings.LastIndexByte(strings.SplitN(name, "(", 2)[0], '/') + 1
		dot := strings.IndexByte(name[slash:], '.')
		if dot < 0 {
			dot = len(name) - slash
		}
		sums[name[:slash+dot]] += float64(d) / 1e6
	}
	for name, ms := range sums {
		out = append(out, share{name, ms})
	}
	slices.SortFunc(out, func(a, b share) int { return int(1000 * (b.ms - a.ms)) })
	return out
}
