package refswitch_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"testing"
	"time"

	"ringproof/internal/outsider"
	"ringproof/refswitch"
)

// freePort gives a UDP port that is free at the address.
func freePort(t *testing.T, addr string) netip.AddrPort {
	t.Helper()
	c, err := net.ListenPacket("udp", addr+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort()
}

// TestSIPpCallsSIPpThroughTheSwitch has both ends of 20 calls played by a
// program that is not ours: its built-in uac and uas count every message that
// they did not expect as a failed call.
func TestSIPpCallsSIPpThroughTheSwitch(t *testing.T) {
	sipp := outsider.Need(t, "sipp")
	caller, callee := freePort(t, "127.0.0.41"), freePort(t, "127.0.0.42")
	sw, err := refswitch.New(refswitch.Config{
		Listen: netip.MustParseAddrPort("127.0.0.40:0"),
		Trunks: []refswitch.Trunk{{Name: "caller", Address: caller}, {Name: "callee", Address: callee}},
		Routes: []refswitch.Route{{Prefix: "8", Targets: []string{"callee"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer sw.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	run := func(at netip.AddrPort, args ...string) *exec.Cmd {
		args = append([]string{
			"-nostdin", "-i", at.Addr().String(), "-p", fmt.Sprint(at.Port()), "-m", "20",
			"-timeout", "40s", "-timeout_error",
		}, args...)
		c := exec.CommandContext(ctx, sipp, args...)
		c.Dir = t.TempDir()
		return c
	}
	uas := run(callee, "-sn", "uas")
	if err := uas.Start(); err != nil {
		t.Fatal(err)
	}
	uac := run(caller, "-sn", "uac", "-s", "8001", "-r", "10", "-d", "100", sw.Addr().String())
	if out, err := uac.CombinedOutput(); err != nil {
		t.Errorf("uac: %v\n%s", err, out)
	}
	if err := uas.Wait(); err != nil {
		t.Errorf("uas: %v", err)
	}
}
