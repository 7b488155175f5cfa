// Package process starts a system under test that is one program of this
// machine or several.
package process

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"ringproof/internal/site"
	"ringproof/steps"
	"ringproof/steps/target"
)

// Start starts the programs of a system in their order; none where the profile
// names none. It is a [target.Starter].
func Start(_ context.Context, y site.System, dir string, s steps.Surroundings) (all []target.Program, err error) {
	for i, words := range y.Process {
		name := y.Name
		if len(y.Process) > 1 {
			name = fmt.Sprintf("%s-%d", y.Name, i+1)
		}
		p, err := run(name, words, dir, s)
		if err != nil {
			return all, err
		}
		all = append(all, p)
	}
	return all, nil
}

// program is one that was started.
type program struct {
	name string
	cmd  *exec.Cmd
	last *target.Tail
	mark string        // in the environment of all that it starts
	over chan struct{} // closed when it has ended
	err  error         // how; once it has
	stop sync.Once
}

// markName is the variable that tells what a program has started, wherever it
// went: a daemon leaves its group and its parent.
const markName = "RINGPROOF_STARTED"

func run(name string, words []string, dir string, s steps.Surroundings) (*program, error) {
	path := words[0]
	if strings.ContainsRune(path, filepath.Separator) && !filepath.IsAbs(path) {
		path = filepath.Join(dir, path) // like all that the profile names
	}
	p := &program{name: name, cmd: exec.Command(path, words[1:]...), over: make(chan struct{})}
	log, err := s.Keep(name)
	if err != nil {
		return nil, err
	}
	p.last = &target.Tail{Next: log}
	p.mark = markName + "=" + rand.Text()
	p.cmd.Env = append(os.Environ(), p.mark)
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, p.last, p.last
	p.cmd.WaitDelay = time.Second // for a grandchild that has its output
	ofItsOwn(p.cmd)
	if err := p.cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", strings.Join(words, " "), err), log.Close())
	}
	s.Note(name, "started: "+strings.Join(words, " "))
	go func() {
		p.err = errors.Join(p.cmd.Wait(), log.Close())
		s.Note(name, "ended: "+p.cmd.ProcessState.String())
		close(p.over)
	}()
	return p, nil
}

// Over is closed when the program has ended.
func (p *program) Over() <-chan struct{} { return p.over }

// Ended says how.
func (p *program) Ended() error {
	why := ""
	if p.cmd.ProcessState.Success() {
		why = ": want one that stays, in the foreground, until it is ended"
	}
	return fmt.Errorf("%s has ended, %s%s\n%s", p.cmd.Path, p.cmd.ProcessState, why, p.last)
}

// grace is how long a program may take to end by itself.
const grace = 5 * time.Second

// End ends the program with what it has started: it is asked to, and made to
// where it does not within five seconds.
func (p *program) End(context.Context) (err error) {
	p.stop.Do(func() {
		terminate(p.cmd)
		select {
		case <-p.over:
		case <-time.After(grace):
		}
		kill(p.cmd) // also what it has left behind
		select {
		case <-p.over:
		case <-time.After(grace):
			err = fmt.Errorf("%s does not end", p.name)
		}
		if left := endStrays(p.mark); len(left) > 0 {
			err = errors.Join(err, fmt.Errorf("%s has left processes that do not end: %v", p.name, left))
		}
	})
	return err
}
