package private_test

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"ringproof/internal/network"
	"ringproof/internal/outsider"
	"ringproof/reports/record"
	"ringproof/steps"
)

// start runs a program outside until the test is over.
func (n networks) start(t *testing.T, program string, args ...string) {
	t.Helper()
	outsider.Need(t, program)
	outsider.Start(t, exec.Command("ip", append([]string{"netns", "exec", n.outside, program}, args...)...))
}

// kamailio starts the system under test and waits until it answers.
func (n networks) kamailio(t *testing.T, defines ...string) {
	t.Helper()
	n.start(t, "rtpengine", "--foreground", "--table=-1", "--interface=198.18.0.10", "--listen-ng=127.0.0.1:2223",
		"--port-min=30000", "--port-max=31000", "--endpoint-learning=immediate", "--log-stderr", "--log-level=4")
	const ping = "1 d7:command4:pinge" // rtpengine's own protocol: a cookie, and bencode
	if !n.answers(t, "127.0.0.1:0", "127.0.0.1:2223", func(netip.AddrPort) string { return ping }) {
		t.Fatal("rtpengine does not answer")
	}
	args := []string{"-f", "kamailio.cfg", "-DD", "-E", "-m", "64", "-M", "8"}
	for _, d := range defines {
		args = append(args, "-A", d)
	}
	n.start(t, "kamailio", args...)
	options := func(from netip.AddrPort) string {
		return fmt.Sprintf("OPTIONS sip:198.18.0.10 SIP/2.0\r\nVia: SIP/2.0/UDP %s;rport;branch=z9hG4bKready\r\n"+
			"Max-Forwards: 70\r\nFrom: <sip:ready@test.invalid>;tag=1\r\nTo: <sip:198.18.0.10>\r\n"+
			"Call-ID: ready\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n", from)
	}
	if !n.answers(t, "198.18.0.66:0", "198.18.0.10:5060", options) {
		t.Fatal("kamailio does not answer")
	}
}

// answers asks outside until something comes back, for 10 s at most.
func (n networks) answers(t *testing.T, from, to string, question func(from netip.AddrPort) string) bool {
	t.Helper()
	c, err := n.ListenPacket(netip.MustParseAddrPort(from))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	buf := make([]byte, 2048)
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); {
		_, _ = c.WriteTo([]byte(question(network.Addr(c))), net.UDPAddrFromAddrPort(netip.MustParseAddrPort(to)))
		_ = c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		for {
			m, _, err := c.ReadFrom(buf)
			if m > 0 {
				return true
			}
			if n, ok := err.(net.Error); ok && n.Timeout() { //nolint:errorlint // straight from the socket
				break // a refusal comes at once, and is not waited for
			}
		}
	}
	return false
}

// accept runs scenarios against the system; all if tags is empty.
func (n networks) accept(t *testing.T, profile, tags string) *record.Run {
	t.Helper()
	suite := steps.Suite{Profile: profile, Network: n, Tags: tags}
	if tags == "" {
		suite.Out = os.Getenv("RINGPROOF_OUT") // of `make interop`
	}
	h, err := steps.New(suite)
	if err != nil {
		t.Fatal(err)
	}
	ctx := outsider.Context(t, 3*time.Minute)
	run, err := h.Run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	outsider.Tell(t, run)
	return run
}

func TestPhonesBehindNATAreAccepted(t *testing.T) {
	n := build(t)
	n.kamailio(t)
	if err := steps.Verdict(n.accept(t, "site.yaml", "")); err != nil {
		t.Error(err)
	}
}

func TestWithoutNATHandlingIsRejected(t *testing.T) {
	t.Parallel() // in networks of its own, and mostly waiting
	n := build(t)
	n.kamailio(t, "WITHOUT_NAT")
	expect(t, n.accept(t, "site.yaml", "@id:reg.audio,@id:both-modes"), "reg.audio", "reg.audio", "both-modes", "both-modes")
}

func TestWithoutARelayIsRejected(t *testing.T) {
	t.Parallel() // in networks of its own, and mostly waiting
	n := build(t)
	n.kamailio(t, "WITHOUT_RELAY")
	// Two phones inside hear each other without one.
	expect(t, n.accept(t, "site.yaml", "@id:reg.audio,@id:both-modes"), "both-modes", "both-modes")
}

func TestWithoutARelayForLaterOffersIsRejected(t *testing.T) {
	t.Parallel() // in networks of its own, and mostly waiting
	n := build(t)
	n.kamailio(t, "WITHOUT_LATER_RELAY")
	expect(t, n.accept(t, "site.yaml", "@id:reg.audio,@id:both-modes,@id:hold.both-modes"), "hold.both-modes")
}

func TestWithoutPingsALateCallIsRejected(t *testing.T) {
	t.Parallel() // in networks of its own, and mostly waiting
	n := build(t)
	n.kamailio(t, "WITHOUT_PINGS")
	expect(t, n.accept(t, "site.yaml", "@id:reg.audio,@id:register.idle"), "register.idle")
}

// atPeers are scenarios between trunk peers, in whose calls each side sends
// requests to the other.
const atPeers = "@id:peer.audio,@id:release.by-caller,@id:release.by-callee,@id:hold"

func TestATrunkPeerBehindAMappingIsAccepted(t *testing.T) {
	n := build(t)
	n.kamailio(t, "WITHOUT_NAT", "WITHOUT_RELAY") // nobody mends what the peer says of itself
	if err := steps.Verdict(n.accept(t, "peers.yaml", atPeers)); err != nil {
		t.Error(err)
	}
}

func TestATrunkPeerThatTellsItsPrivateAddressIsRejected(t *testing.T) {
	t.Parallel() // in networks of its own, and mostly waiting
	n := build(t)
	n.kamailio(t, "WITHOUT_NAT", "WITHOUT_RELAY")
	good, err := os.ReadFile("peers.yaml")
	if err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "peers.yaml")
	if err := os.WriteFile(bad, bytes.Replace(good, []byte("    advertise: "+mapped+"\n"), nil, 1), 0o600); err != nil {
		t.Fatal(err)
	}
	expect(t, n.accept(t, bad, "@id:peer.audio"), "peer.audio", "peer.audio")
}

// expect holds a run to have failed in these scenarios alone, each of nat.
func expect(t *testing.T, run *record.Run, want ...string) {
	t.Helper()
	var failed []string
	for _, s := range run.Scenarios {
		if s.Status != record.Failed || s.Try > 1 {
			continue
		}
		failed = append(failed, s.ID)
		for _, f := range run.Of(s.Index) {
			t.Logf("%s: %s: %s: %s", s.Name, f.Check, f.Cause, f.Why)
			if f.Cause != record.CauseNAT {
				t.Errorf("%s: cause %s (%s), want %s", s.ID, f.Cause, f.Why, record.CauseNAT)
			}
		}
	}
	if !slices.Equal(failed, want) {
		t.Errorf("failed: %v, want %v", failed, want)
	}
	if run.Verdict != record.NotAccepted {
		t.Errorf("verdict %s (%s), want %s", run.Verdict, run.Why, record.NotAccepted)
	}
}
