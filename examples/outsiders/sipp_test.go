package outsiders_test

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

// sipp prepares one of SIPp's built-in scenarios, for one call: whatever it
// does not expect fails it.
func sipp(ctx context.Context, t *testing.T, at netip.AddrPort, args ...string) *exec.Cmd {
	t.Helper()
	args = append([]string{
		"-nostdin", "-i", at.Addr().String(), "-p", fmt.Sprint(at.Port()), "-m", "1", "-timeout", "20s", "-timeout_error",
	}, args...)
	c := exec.CommandContext(ctx, outsider.Need(t, "sipp"), args...)
	c.Dir = t.TempDir()
	return c
}

// taken waits until somebody listens at the address.
func taken(ctx context.Context, t *testing.T, at netip.AddrPort) {
	t.Helper()
	for {
		c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
		if err != nil {
			return
		}
		c.Close()
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("nobody listens at %s", at)
		}
	}
}

func TestSIPpCallsOurPhone(t *testing.T) {
	at := freePort(t, "127.0.0.43")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	uac := sipp(ctx, t, at, "-sn", "uac", "-s", "1001", "-d", "500")
	sw, p := open(t, refswitch.Config{
		Listen: netip.MustParseAddrPort("127.0.0.40:0"),
		Trunks: []refswitch.Trunk{{Name: "sipp", Address: at}},
	}, "127.0.0.44")
	uac.Args = append(uac.Args, sw.Addr().String())
	if out, err := uac.CombinedOutput(); err != nil {
		t.Errorf("uac: %v\n%s", err, out)
	}
	c, err := p.Arrival(ctx)
	if err != nil {
		t.Fatal(err)
	}
	over(ctx, t, c)
}

func TestOurPhoneCallsSIPp(t *testing.T) {
	at := freePort(t, "127.0.0.43")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	// What it hears it sends back, so that both directions are proved.
	uas := sipp(ctx, t, at, "-sn", "uas", "-rtp_echo", "-mi", "127.0.0.43")
	_, p := open(t, refswitch.Config{
		Listen: netip.MustParseAddrPort("127.0.0.40:0"),
		Trunks: []refswitch.Trunk{{Name: "sipp", Address: at}},
		Routes: []refswitch.Route{{Prefix: "8", Targets: []string{"sipp"}, Guard: 20 * time.Second}},
	}, "127.0.0.44")
	if err := uas.Start(); err != nil {
		t.Fatal(err)
	}
	taken(ctx, t, at)
	c, err := p.Invite(ctx, "1001", "8001")
	if err != nil {
		t.Fatal(err)
	}
	hears(ctx, t, c, "our phone")
	if err := c.Hangup(ctx); err != nil {
		t.Error(err)
	}
	over(ctx, t, c)
	if err := uas.Wait(); err != nil {
		t.Errorf("uas: %v", err)
	}
}
