// Package leftover keeps note of what a run has bound at a registrar, so that
// the next run can remove what a killed one left there.
//
// Each process has a file of its own per registrar in a directory: [Open]
// begins it and finds those of processes that are gone, [Notes.Bound] and
// [Notes.Released] keep it, and it vanishes with its last binding. No secret
// stands in it. A nil *Notes keeps nothing.
package leftover

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// Binding is one contact of one account.
type Binding struct {
	User    string `json:"user"`
	Contact string `json:"contact"`
}

// Notes are this process's bindings at one registrar.
type Notes struct {
	path  string
	found []File

	mu    sync.Mutex
	bound []Binding
	err   error // the first that writing met
}

// File is what a process that is gone has left.
type File struct {
	Path     string
	Bindings []Binding
}

// Open begins the notes of this process on a registrar, and finds those of
// others that are gone.
func Open(dir, registrar string) (*Notes, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("note of bindings: %w", err)
	}
	sum := sha256.Sum256([]byte(registrar))
	start := fmt.Sprintf("bindings-%x-", sum[:8])
	n := &Notes{path: filepath.Join(dir, fmt.Sprintf("%s%d-%s.json", start, os.Getpid(), rand.Text()))}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("note of bindings: %w", err)
	}
	for _, e := range entries {
		rest, mine := strings.CutPrefix(e.Name(), start)
		id, _, _ := strings.Cut(rest, "-")
		pid, err := strconv.Atoi(id)
		if !mine || err != nil || alive(pid) {
			continue
		}
		f := File{Path: filepath.Join(dir, e.Name())}
		if f.Bindings, err = read(f.Path); err != nil {
			return nil, fmt.Errorf("note of bindings: %w", err)
		}
		if len(f.Bindings) == 0 {
			_ = os.Remove(f.Path) // nothing in it to lose
			continue
		}
		n.found = append(n.found, f)
	}
	return n, n.write() // tells at once whether it can be kept
}

// alive tells whether a process other than this one has the id. A file of an
// earlier process with our own is not ours: its name differs.
func alive(pid int) bool {
	if pid == os.Getpid() {
		return false
	}
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	err = p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, fs.ErrPermission) // somebody else's
}

func read(path string) (bound []Binding, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b, &bound); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return bound, nil
}

// Found gives what processes that are gone have left.
func (n *Notes) Found() []File {
	if n == nil {
		return nil
	}
	return n.found
}

// Forget removes the file of a process that is gone; its bindings are no more.
func (n *Notes) Forget(f File) error { return os.Remove(f.Path) }

// Bound notes that a contact is about to be bound; false where it is noted
// already.
func (n *Notes) Bound(user, contact string) bool {
	if n == nil {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	b := Binding{user, contact}
	if slices.Contains(n.bound, b) {
		return false
	}
	n.bound = append(n.bound, b)
	n.keep(n.write())
	return true
}

// Released notes that a contact is bound no more.
func (n *Notes) Released(user, contact string) {
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.bound = slices.DeleteFunc(n.bound, func(b Binding) bool { return b == Binding{user, contact} })
	n.keep(n.write())
}

// Err gives the first error of writing.
func (n *Notes) Err() error {
	if n == nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.err
}

func (n *Notes) keep(err error) {
	if n.err == nil {
		n.err = err
	}
}

// Close takes the file away where nothing is bound any more.
func (n *Notes) Close() error {
	if n == nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.bound) > 0 {
		return n.err
	}
	if err := os.Remove(n.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		n.keep(err)
	}
	return n.err
}

// write puts a whole file in the place of the old one.
func (n *Notes) write() error {
	b, err := json.Marshal(n.bound)
	if err != nil {
		return err
	}
	if n.bound == nil {
		b = []byte("[]")
	}
	whole := n.path + ".new"
	if err := os.WriteFile(whole, append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("note of bindings: %w", err)
	}
	return os.Rename(whole, n.path)
}
