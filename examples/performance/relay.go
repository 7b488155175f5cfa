package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
)

const rtpengineAt = "127.0.0.51:2223"

// relayConfig is Kamailio as in proxyConfig, with rtpengine for the media.
const relayConfig = kamailioHead + `loadmodule "rtpengine.so"
modparam("rtpengine", "rtpengine_sock", "udp:` + rtpengineAt + `")
request_route {
	if (is_method("CANCEL")) {
		if (t_check_trans()) t_relay();
		exit;
	}
	if (is_method("BYE")) rtpengine_delete();
	if (has_totag()) {
		loose_route();
		t_relay();
		exit;
	}
	record_route();
	$du = "sip:` + eastAt + `";
	rtpengine_offer("replace-origin replace-session-connection");
	t_on_reply("ANSWERED");
	t_relay();
}
onreply_route[ANSWERED] {
	if (status=~"2..") rtpengine_answer("replace-origin replace-session-connection");
}
`

// relay prints what relaying a call's media for a second costs: the reference
// switch, of which what it takes when the media pass by is taken off, and
// rtpengine in user space, whose own process is timed.
func (b *bench) relay(ctx context.Context) error {
	const rate, calls, hold = 10, 200, 10
	var ours, theirs, all []float64
	for range b.rounds {
		with, err := b.heard(ctx, b.ours, []string{"switch", b.file("relay.yaml", fmt.Sprintf(switchConfig, false))}, rate, calls, hold)
		if err != nil {
			return fmt.Errorf("reference switch, media relayed: %w", err)
		}
		by, err := b.heard(ctx, b.ours, []string{"switch", b.file("bypass.yaml", fmt.Sprintf(switchConfig, true))}, rate, calls, hold)
		if err != nil {
			return fmt.Errorf("reference switch, media bypassed: %w", err)
		}
		engine, err := b.rtpengine(ctx, rate, calls, hold)
		if err != nil {
			return fmt.Errorf("rtpengine: %w", err)
		}
		x, y := (with.cpu-by.cpu)/hold, engine.cpu/hold
		ours, theirs, all = append(ours, x), append(theirs, y), append(all, x/y)
	}
	fmt.Printf("| CPU ms a second of a call (100 RTP packets in, 100 out), %d calls at a time | min | median | max |\n|---|---|---|---|\n", rate*hold)
	for _, x := range []struct {
		name string
		v    []float64
	}{{"reference switch's relay", ours}, {"rtpengine, user space", theirs}} {
		fmt.Printf("| %s | %.2f | **%.2f** | %.2f |\n", x.name, slices.Min(x.v), median(x.v), slices.Max(x.v))
	}
	fmt.Printf("| ratio | %s |\n", ratios(all))
	return nil
}

// heard places calls with a voice through a server, every one of which must be
// heard both ways, and gives what they cost the server.
func (b *bench) heard(ctx context.Context, name string, args []string, rate, calls, hold int) (cost, error) {
	state, err := beside(ctx, name, args, func() error { return b.speak(ctx, rate, calls, hold) })
	if err != nil {
		return cost{}, err
	}
	return costOf(state, calls), nil
}

func (b *bench) speak(ctx context.Context, rate, calls, hold int) error {
	r, err := b.load(ctx, rate, calls, "--answer", eastAt, "--to", "sip:6000@"+switchAt, "--from", westAt+":5062", "--hold", strconv.Itoa(hold)+"s", "--media", "100%")
	if err == nil && (r.Completed != calls || r.Voices.Good != calls) {
		err = fmt.Errorf("%d of %d calls were completed, %d heard both ways", r.Completed, calls, r.Voices.Good)
	}
	return err
}

// rtpengine gives what calls with a voice cost it, with Kamailio beside our
// parties, on their core.
func (b *bench) rtpengine(ctx context.Context, rate, calls, hold int) (cost, error) {
	kamailio := []string{"-f", b.file("relay.cfg", relayConfig), "-DD", "-E", "-m", "64", "-M", "8"}
	state, err := beside(ctx, "rtpengine", []string{
		"--foreground", "--log-stderr", "--log-level=3", "--table=-1", "--interface=127.0.0.51", "--listen-ng=" + rtpengineAt,
		"--port-min=30000", "--port-max=34000", "--num-threads=1", "--pidfile=" + b.file("rtpengine.pid", ""),
	}, func() error {
		_, err := besideOn(ctx, 0, "kamailio", kamailio, func() error { return b.speak(ctx, rate, calls, hold) })
		return err
	})
	if err != nil {
		return cost{}, err
	}
	return costOf(state, calls), nil
}
