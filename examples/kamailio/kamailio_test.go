package kamailio_test

import (
	"context"
	"net"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ringproof/internal/outsider"
	"ringproof/reports/record"
	"ringproof/steps"
)

// kamailio starts Kamailio with the configuration of this folder and waits
// until it answers. What it returns kills it with all its workers.
func kamailio(t *testing.T, defines ...string) (kill func()) {
	t.Helper()
	args := []string{"-f", "kamailio.cfg", "-DD", "-E", "-m", "64", "-M", "8"}
	for _, d := range defines {
		args = append(args, "-A", d)
	}
	var log strings.Builder
	cmd := exec.Command(outsider.Need(t, "kamailio"), args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = sync.OnceFunc(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
	})
	t.Cleanup(func() {
		kill()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	if !answers(t, "127.0.0.51:5060") {
		kill()
		t.Fatalf("kamailio does not answer\n%s", log.String())
	}
	return kill
}

// answers asks with OPTIONS until something comes back, for 10 s at most.
func answers(t *testing.T, addr string) bool {
	t.Helper()
	const options = "OPTIONS sip:127.0.0.51 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bKready\r\n" +
		"Max-Forwards: 70\r\nFrom: <sip:ready@test.invalid>;tag=1\r\nTo: <sip:127.0.0.51>\r\n" +
		"Call-ID: ready\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
	buf := make([]byte, 2048)
	for range 100 {
		c, err := net.Dial("udp", addr)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = c.Write([]byte(options))
		_ = c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		n, err := c.Read(buf)
		c.Close()
		if err == nil && n > 0 {
			return true
		}
		if err != nil && !isTimeout(err) {
			wait(100 * time.Millisecond) // refused: not there yet
		}
	}
	return false
}

func isTimeout(err error) bool {
	n, ok := err.(net.Error) //nolint:errorlint // straight from the socket
	return ok && n.Timeout()
}

func wait(d time.Duration) { <-time.After(d) }

func accept(t *testing.T, watch func(record.Scenario, []record.Finding)) *record.Run {
	t.Helper()
	h, err := steps.New(steps.Suite{Profile: "site.yaml", Watch: watch})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	run, err := h.Run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// expect holds a run to have failed in these scenarios alone, each for its
// cause.
func expect(t *testing.T, run *record.Run, failures map[string]record.Cause) {
	t.Helper()
	if run.Verdict != record.NotAccepted {
		t.Errorf("verdict %s (%s), want %s", run.Verdict, run.Why, record.NotAccepted)
	}
	failed := map[string]bool{}
	for _, s := range run.Scenarios {
		if s.Status != record.Failed {
			continue
		}
		failed[s.ID] = true
		for _, f := range run.Of(s.Index) {
			if f.Cause != failures[s.ID] {
				t.Errorf("%s: cause %s (%s), want %s", s.ID, f.Cause, f.Why, failures[s.ID])
			}
		}
	}
	for id := range failures {
		if !failed[id] {
			t.Errorf("%s has not failed", id)
		}
	}
	if len(failed) != len(failures) {
		t.Errorf("failed: %v, want %v", failed, failures)
	}
}

func TestKamailioIsAccepted(t *testing.T) {
	kamailio(t)
	if err := steps.Verdict(accept(t, nil)); err != nil {
		t.Error(err)
	}
}

func TestKamailioWithoutItsFallbackRouteIsRejected(t *testing.T) {
	kamailio(t, "WITHOUT_FALLBACK")
	expect(t, accept(t, nil), map[string]record.Cause{
		"fallback": record.CauseRouting, "fallback.trying": record.CauseRouting, "fallback.refused": record.CauseRouting, "fallback.closed": record.CauseRouting,
	})
}

func TestKamailioWithoutAuthenticationIsRejected(t *testing.T) {
	kamailio(t, "WITHOUT_AUTH")
	expect(t, accept(t, nil), map[string]record.Cause{
		"wrong-password": record.CauseAuthentication, "untrusted": record.CauseSecurity, "untrusted.forged": record.CauseSecurity,
		"reg.identity-theft": record.CauseSecurity,
		"identity.caller":    record.CauseSignalling, // of whom nobody knows the account
	})
}

func TestKamailioThatTakesCredentialsTwiceIsRejected(t *testing.T) {
	kamailio(t, "WITHOUT_COUNT")
	expect(t, accept(t, nil), map[string]record.Cause{"reg.replay": record.CauseSecurity})
}

func TestKamailioKilledInMidRunIsRejected(t *testing.T) {
	kill := kamailio(t)
	run := accept(t, func(s record.Scenario, _ []record.Finding) {
		if s.ID == "peer.audio" {
			kill()
		}
	})
	expect(t, run, map[string]record.Cause{"peer.audio": record.CauseReachability})
	for _, s := range run.Scenarios {
		if s.ID != "reach" && s.ID != "peer.audio" && s.Status != record.NotRun {
			t.Errorf("%s: %s, want %s", s.ID, s.Status, record.NotRun)
		}
	}
}
