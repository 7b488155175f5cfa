// Package script plays literal SIP against a user agent or a switch: what is
// sent and expected stands in a file, byte for byte, so that no parser,
// transaction or dialog of ours can be wrong at both ends.
//
// [Load] reads a script, [NewPeer] gives it a socket, [Peer.Play] plays it. A
// script is a txtar archive whose sections are steps, played in order:
//
//	-- recv INVITE --
//	Via: <via>
//	Call-ID: <call>
//	-- send --
//	SIP/2.0 486 Busy Here
//	Via: <via>
//	Call-ID: <call>
//	Content-Length: <length>
//
// Of a message received, the start line must begin with the method or the
// code, and each line of the step must match some line; <name> stands for the
// value kept under that name or, if there is none yet, keeps what stands
// there. <any> matches anything and keeps nothing. In a message sent, names
// are replaced by their values, <length> by the length of the body, and LF by
// CRLF. Not here: retransmission, TCP, anything that chooses.
package script

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/tools/txtar"
)

// Script is a list of steps.
type Script struct {
	name  string
	steps []step
}

// step is one section: a message to send, or one to wait for.
type step struct {
	section string // as in the file: "send", "recv INVITE"
	line    int    // of its first line in the file
	kind    string // method or code waited for; empty to send
	text    string
}

// Error says which step of a script failed.
type Error struct {
	File    string
	Line    int
	Section string
	Want    string
	Got     string // a message, or what happened instead
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d: %s: want %s, got %s", e.File, e.Line, e.Section, e.Want, e.Got)
}

// Load reads a script from a file.
func Load(path string) (*Script, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("script: %w", err)
	}
	return Parse(filepath.Base(path), b)
}

var kinds = regexp.MustCompile(`^([A-Z]+|[1-6][0-9][0-9])$`)

// Parse reads a script; the name is for errors, which are of type [*Error].
func Parse(name string, b []byte) (*Script, error) {
	a := txtar.Parse(b)
	s := &Script{name: name}
	line := 1 + strings.Count(string(a.Comment), "\n")
	for _, f := range a.Files {
		line++ // the marker
		st := step{section: f.Name, line: line, text: string(f.Data)}
		line += strings.Count(st.text, "\n")
		word, kind, _ := strings.Cut(f.Name, " ")
		switch {
		case f.Name == "send" && strings.TrimSpace(st.text) != "":
		case word == "recv" && kinds.MatchString(kind):
			st.kind = kind
		default:
			return nil, &Error{name, st.line - 1, f.Name, "a section send with a message, or recv METHOD, or recv CODE", fmt.Sprintf("%q", f.Name)}
		}
		s.steps = append(s.steps, st)
	}
	if len(s.steps) == 0 {
		return nil, &Error{name, 1, "script", "at least one section", "none"}
	}
	return s, nil
}
