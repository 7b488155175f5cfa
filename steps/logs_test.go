package steps

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ringproof/internal/site"
)

// A program of the target may log what it gets, and in pieces.
func TestLogsOfATargetHoldNoSecret(t *testing.T) {
	h := &Harness{suite: Suite{Out: t.TempDir()}, site: &site.Site{Accounts: []site.Account{{User: "1001", Password: "hunter2-hunter2"}}}}
	w, err := h.keep("../pbx")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"account 1001 has hunter2-", "hunter2\nAuthorization: Digest respon", "se=\"0123456789abcdef\"\nthe end"} {
		if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatal(n, err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(h.suite.Out, logsDir, "pbx.log"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(b), "account 1001 has xxxxxxxxxxxxxxx\nAuthorization: Digest response=\"xxxxxxxxxxxxxxxx\"\nthe end"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWhatATargetThatDoesNotStartSaysHoldsNoSecret(t *testing.T) {
	cause := errors.New("pbx has ended\nAuthorization: Digest username=\"1001\", response=\"0123456789abcdef\"")
	err := error(&startError{"pbx", cause})
	if !errors.Is(err, cause) || !strings.HasPrefix(err.Error(), "start pbx: pbx has ended") || strings.Contains(err.Error(), "0123456789abcdef") {
		t.Errorf("got %q", err)
	}
}
