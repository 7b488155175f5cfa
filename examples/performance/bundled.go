package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Where the parties of the switch's table are.
const (
	switchAt = "127.0.0.51:5060"
	westAt   = "127.0.0.61"
	eastAt   = "127.0.0.62:5060"
)

const switchConfig = `listen: ` + switchAt + `
trunks:
  - {name: west, address: "` + westAt + `:5060"}
  - {name: east, address: "` + eastAt + `"}
routes:
  - {prefix: "6", targets: [east], bypass: %t}
`

// kamailioHead begins both configurations of Kamailio.
const kamailioHead = `#!KAMAILIO
listen=udp:` + switchAt + `
children=1
log_stderror=yes
debug=-1
dns=no
rev_dns=no
auto_aliases=no
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "siputils.so"
loadmodule "textops.so"
`

// proxyConfig is Kamailio as a plain stateful proxy with Record-Route.
const proxyConfig = kamailioHead + `request_route {
	if (is_method("CANCEL")) {
		if (t_check_trans()) t_relay();
		exit;
	}
	if (has_totag()) {
		loose_route();
		t_relay();
		exit;
	}
	record_route();
	$du = "sip:` + eastAt + `";
	t_relay();
}
`

// bundled prints what a call through the reference switch costs it, and what
// one through Kamailio costs that. The one is a back-to-back user agent with two
// dialogs a call, the other a proxy: the figures are no contest.
func (b *bench) bundled(ctx context.Context) error {
	const rate, calls = 200, 3_000
	var relay, bypass, proxy []float64
	for range b.rounds {
		for _, x := range []struct {
			to   *[]float64
			name string
			args []string
		}{
			{&relay, b.ours, []string{"switch", b.file("relay.yaml", fmt.Sprintf(switchConfig, false))}},
			{&bypass, b.ours, []string{"switch", b.file("bypass.yaml", fmt.Sprintf(switchConfig, true))}},
			{&proxy, "kamailio", []string{"-f", b.file("kamailio.cfg", proxyConfig), "-DD", "-E", "-m", "64", "-M", "8"}},
		} {
			c, err := b.through(ctx, x.name, x.args, rate, calls)
			if err != nil {
				return fmt.Errorf("%s: %w", x.name, err)
			}
			*x.to = append(*x.to, c.cpu)
		}
	}
	fmt.Printf("| CPU ms a call, at %d calls/s, without media | min | median | max |\n|---|---|---|---|\n", rate)
	for _, x := range []struct {
		name string
		v    []float64
	}{{"reference switch, media relayed", relay}, {"reference switch, media bypassed", bypass}, {"Kamailio, stateful proxy", proxy}} {
		fmt.Printf("| %s | %.2f | **%.2f** | %.2f |\n", x.name, slices.Min(x.v), median(x.v), slices.Max(x.v))
	}
	return nil
}

// file writes a file and gives its path; one that cannot be written is missed
// by who reads it.
func (b *bench) file(name, text string) string {
	path := filepath.Join(b.dir, name)
	_ = os.WriteFile(path, []byte(text), 0o600)
	return path
}

// through places calls through a server, between our caller and our crowd, and
// gives what it cost the server.
func (b *bench) through(ctx context.Context, name string, args []string, rate, calls int) (cost, error) {
	state, err := beside(ctx, name, args, func() error {
		r, err := b.load(ctx, rate, calls, "--answer", eastAt, "--to", "sip:6000@"+switchAt, "--from", westAt+":5062")
		if err == nil && r.Completed != calls {
			err = fmt.Errorf("%d of %d calls were completed", r.Completed, calls)
		}
		return err
	})
	if err != nil {
		return cost{}, err
	}
	return costOf(state, calls), nil
}
