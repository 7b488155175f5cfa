package steps_test

import (
	"bytes"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"testing/synctest"

	"ringproof/internal/memnet"
	"ringproof/reports"
	"ringproof/steps"
	"ringproof/steps/target/bundled"
)

// eavesdropper is a network in memory that keeps every digest response and
// client nonce that went over it.
type eavesdropper struct {
	*memnet.Network
	mu    sync.Mutex
	heard map[string]bool
}

var digestValues = regexp.MustCompile(`(?i)\b(?:response|cnonce)="([^"]+)"`)

func (e *eavesdropper) ListenPacket(at netip.AddrPort) (net.PacketConn, error) {
	c, err := e.Network.ListenPacket(at)
	return &eavesdropped{c, e}, err
}

type eavesdropped struct {
	net.PacketConn
	e *eavesdropper
}

func (c *eavesdropped) WriteTo(b []byte, to net.Addr) (int, error) {
	c.e.mu.Lock()
	for _, m := range digestValues.FindAllSubmatch(b, -1) {
		c.e.heard[string(m[1])] = true
	}
	c.e.mu.Unlock()
	return c.PacketConn.WriteTo(b, to)
}

func TestNoSecretLeavesInAnyFileOrLog(t *testing.T) {
	dir, out := t.TempDir(), filepath.Join(t.TempDir(), "report")
	secrets := map[string]string{"1001": "correct-horse-1001", "1002": `battery "staple" <1002>`}
	profile := `version: 1
name: Secrets
harness: {phones: 127.0.0.21}
trunks:
  - {name: west, address: '127.0.0.11:0', numbers: 6000-6099}
  - {name: east, address: '127.0.0.12:0', numbers: 8000-8099}
routes:
  - {prefix: '6', targets: west}
  - {prefix: '8', targets: east}
accounts:
  - {user: '1001', password_file: '1001'}
  - {user: '1002', password_file: '1002'}
`
	path := filepath.Join(dir, "site.yaml")
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(path, profile)
	for user, password := range secrets {
		write(filepath.Join(dir, user), password)
	}

	var log bytes.Buffer
	ear := &eavesdropper{Network: memnet.New(), heard: map[string]bool{}}
	synctest.Test(t, func(t *testing.T) {
		// A defect, so that there is a finding with evidence too.
		target, err := bundled.New(bundled.Config{Profile: path, Defect: "busy-as-error"})
		if err != nil {
			t.Fatal(err)
		}
		h, err := steps.New(steps.Suite{
			Profile: path, Target: target, Out: out, Network: ear, Seed: 1,
			Command: "ringproof run site.yaml --password " + secrets["1001"],
			Log:     slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		})
		if err != nil {
			t.Fatal(err)
		}
		run, err := h.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := reports.Write(out, run); err != nil {
			t.Fatal(err)
		}
	})
	if len(ear.heard) < 8 {
		t.Fatalf("only %d digest values went over the network: the test proves nothing", len(ear.heard))
	}
	forbidden := []string{secrets["1001"], secrets["1002"], `battery \"staple\"`, "battery &#34;staple", "staple"}
	for v := range ear.heard {
		forbidden = append(forbidden, v)
	}
	files := 0
	grep := func(name string, b []byte) {
		for _, s := range forbidden {
			if bytes.Contains(b, []byte(s)) {
				t.Errorf("%s holds the secret %q", name, s)
			}
		}
	}
	grep("the log", log.Bytes())
	err := filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		files++
		grep(path, b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 8 || log.Len() == 0 {
		t.Errorf("%d files and %d bytes of log were searched: want all of them", files, log.Len())
	}
}
