// Package process is a system under test that is one program of this machine
// or several: [New] reads from the site profile how each is started.
package process

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"ringproof/internal/site"
	"ringproof/steps"
	"ringproof/steps/target"
)

// Config says which programs.
type Config struct {
	// Profile is the path of the site profile: systems[].process has the
	// commands, which run in its directory.
	Profile string
	// Within is how long all may take to start; [target.Within] if zero.
	Within time.Duration
}

// Target is programs of this machine.
type Target struct {
	cfg     Config
	dir     string
	systems []site.System
	running []*program
}

// New reads the profile. It fails where no system of it is a process.
func New(cfg Config) (*Target, error) {
	s, err := site.Load(cfg.Profile)
	if err != nil {
		return nil, err
	}
	t := &Target{cfg: cfg}
	if t.dir, err = filepath.Abs(filepath.Dir(cfg.Profile)); err != nil {
		return nil, err
	}
	if t.cfg.Within == 0 {
		t.cfg.Within = target.Within
	}
	if !s.Starts() {
		return nil, fmt.Errorf("%s: no systems[].process: nothing to start", cfg.Profile)
	}
	for _, y := range s.Systems {
		if y.UnderTest || len(y.Process) > 0 {
			t.systems = append(t.systems, y)
		}
	}
	return t, nil
}

// Name is what the report calls it.
func (t *Target) Name() string {
	var names []string
	for _, y := range t.systems {
		names = append(names, y.Name)
	}
	return strings.Join(names, " and ")
}

// Start starts the programs of each system in their order and waits until the
// system answers. Where somebody else already does, it fails: that one would be
// tested, and not what the profile names.
func (t *Target) Start(ctx context.Context, s steps.Surroundings) (at steps.Endpoint, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, t.cfg.Within, fmt.Errorf("not within %v", t.cfg.Within))
	defer cancel()
	defer func() {
		if err != nil {
			err = errors.Join(err, t.Stop(context.WithoutCancel(ctx)))
		}
	}()
	for _, y := range t.systems {
		own, err := t.start(ctx, y, s)
		if err != nil {
			return at, fmt.Errorf("%s: %w", y.Name, err)
		}
		switch {
		case !y.UnderTest:
		case !at.Addr.IsValid():
			at = own
			at.Others = map[string]steps.Endpoint{}
		default:
			at.Others[y.Name] = own
		}
	}
	return at, nil
}

func (t *Target) start(ctx context.Context, y site.System, s steps.Surroundings) (steps.Endpoint, error) {
	at := steps.Endpoint{Transport: strings.ToLower(string(y.SIP.Transport)), Addr: y.SIP.Addr, Domain: y.Domain}
	if len(y.Process) == 0 {
		return at, nil
	}
	sip := at.Addr.IsValid()
	if sip && target.Taken(ctx, s.Network, s.Own, at) {
		return at, fmt.Errorf("somebody already answers at %s: want the address free, or no process in the profile", at.Addr)
	}
	gone, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	for i, words := range y.Process {
		name := y.Name
		if len(y.Process) > 1 {
			name = fmt.Sprintf("%s-%d", y.Name, i+1)
		}
		p, err := t.run(name, words, s)
		if err != nil {
			return at, err
		}
		t.running = append(t.running, p)
		go func() {
			select {
			case <-p.over:
				fail(p.ended())
			case <-gone.Done():
			}
		}()
	}
	if !sip {
		return at, nil
	}
	return at, target.Ready(gone, s.Network, s.Own, at)
}

// program is one that was started.
type program struct {
	name string
	cmd  *exec.Cmd
	last *tail
	over chan struct{} // closed when it has ended
	err  error         // how; once it has
	stop sync.Once
}

func (t *Target) run(name string, words []string, s steps.Surroundings) (*program, error) {
	path := words[0]
	if strings.ContainsRune(path, filepath.Separator) && !filepath.IsAbs(path) {
		path = filepath.Join(t.dir, path) // like all that the profile names
	}
	p := &program{name: name, cmd: exec.Command(path, words[1:]...), over: make(chan struct{})}
	log, err := s.Keep(name)
	if err != nil {
		return nil, err
	}
	p.last = &tail{next: log}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = t.dir, p.last, p.last
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

// ended says how a program ended that was to go on.
func (p *program) ended() error {
	return fmt.Errorf("%s has ended, %s\n%s", p.cmd.Path, p.cmd.ProcessState, p.last)
}

// grace is how long a program may take to end by itself.
const grace = 5 * time.Second

// Stop ends the programs, the last first, each with what it has started: it is
// asked to, and made to where it does not within five seconds.
func (t *Target) Stop(context.Context) error {
	var faults []error
	for i := len(t.running) - 1; i >= 0; i-- {
		faults = append(faults, t.running[i].end())
	}
	t.running = nil
	return errors.Join(faults...)
}

func (p *program) end() (err error) {
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
	})
	return err
}
