package steps

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"

	"ringproof/reports/record"
)

// logsDir is where in the directory of the record the programs' own words are.
const logsDir = "logs"

// keep opens a file for what a program of the target says. Without a directory
// for the record nothing is kept.
func (h *Harness) keep(name string) (io.WriteCloser, error) {
	if h.suite.Out == "" {
		return discard{io.Discard}, nil
	}
	dir := filepath.Join(h.suite.Out, logsDir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	f, err := os.Create(filepath.Join(dir, filepath.Base(name)+".log"))
	if err != nil {
		return nil, err
	}
	return &redacted{f: f, secrets: h.site.Secrets()}, nil
}

type discard struct{ io.Writer }

func (discard) Close() error { return nil }

// redacted is a file that gets its lines without what is secret: a program may
// log the messages that it gets.
type redacted struct {
	f       *os.File
	secrets []string
	rest    []byte // of a line whose end is not here yet
}

// longestLine is how much is kept of a line that does not end.
const longestLine = 64 << 10

// Write writes the lines that are complete.
func (r *redacted) Write(b []byte) (int, error) {
	r.rest = append(r.rest, b...)
	end := bytes.LastIndexByte(r.rest, '\n') + 1
	if end == 0 && len(r.rest) > longestLine {
		end = len(r.rest)
	}
	if end == 0 {
		return len(b), nil
	}
	_, err := r.f.WriteString(r.clean(string(r.rest[:end])))
	r.rest = append(r.rest[:0], r.rest[end:]...)
	return len(b), err
}

func (r *redacted) clean(s string) string {
	s = record.Redact(s)
	for _, secret := range r.secrets {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, strings.Repeat("x", len(secret)))
		}
	}
	return s
}

// Close writes what is left.
func (r *redacted) Close() error {
	if len(r.rest) > 0 {
		_, _ = r.f.WriteString(r.clean(string(r.rest))) // its error is the next one's
	}
	return r.f.Close()
}

// startError is a target that did not start. It may quote what a program said,
// and that the messages that it got.
type startError struct {
	target string
	err    error
}

func (e *startError) Error() string { return "start " + e.target + ": " + record.Redact(e.err.Error()) }

func (e *startError) Unwrap() error { return e.err }
