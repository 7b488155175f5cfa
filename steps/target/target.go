package target

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"ringproof/internal/site"
	"ringproof/steps"
)

// Config says what is to be started.
type Config struct {
	// Profile is the path of the site profile, which says of each system how it
	// is started.
	Profile string
	// Within is how long all may take; [Within] if zero.
	Within time.Duration
}

// Starter starts what a system of the profile consists of; nothing where that
// is of another kind. Dir is the profile's directory. What it gives is running,
// also where it fails.
type Starter func(ctx context.Context, y site.System, dir string, s steps.Surroundings) ([]Program, error)

// Program is something that was started.
type Program interface {
	// Over is closed when it has ended; Ended then says how.
	Over() <-chan struct{}
	Ended() error
	// End ends it.
	End(ctx context.Context) error
}

// Target is the systems of a profile, those that are ours to start.
type Target struct {
	cfg      Config
	starters []Starter
	dir      string
	systems  []site.System
	running  []Program
	stopping chan struct{} // closed when it is ours to end them
}

// New reads the profile. It fails where nothing of it is to be started.
func New(cfg Config, starters ...Starter) (*Target, error) {
	s, err := site.Load(cfg.Profile)
	if err != nil {
		return nil, err
	}
	if !s.Starts() {
		return nil, fmt.Errorf("%s: no systems[].process and no systems[].container: nothing to start", cfg.Profile)
	}
	t := &Target{cfg: cfg, starters: starters}
	if t.dir, err = filepath.Abs(filepath.Dir(cfg.Profile)); err != nil {
		return nil, err
	}
	if t.cfg.Within == 0 {
		t.cfg.Within = Within
	}
	for _, y := range s.Systems {
		if y.UnderTest || y.Starts() {
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

// Start starts each system and waits until it answers. Where somebody else
// already does, it fails: that one would be tested, and not what the profile
// names.
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
		switch {
		case err != nil:
			return at, fmt.Errorf("%s: %w", y.Name, err)
		case !y.UnderTest:
		case !at.Addr.IsValid():
			at = own
			at.Others = map[string]steps.Endpoint{}
		default:
			at.Others[y.Name] = own
		}
	}
	t.stopping = make(chan struct{})
	for _, p := range t.running {
		go watch(p, t.stopping, s.Lost)
	}
	return at, nil
}

// watch tells when a program ends that nobody has ended: another may stand in
// its place, or what is left of the system still answers.
func watch(p Program, stopping <-chan struct{}, lost func(error)) {
	select {
	case <-stopping:
	case <-p.Over():
		select {
		case <-stopping:
		default:
			lost(p.Ended())
		}
	}
}

func (t *Target) start(ctx context.Context, y site.System, s steps.Surroundings) (steps.Endpoint, error) {
	at := steps.Endpoint{Transport: strings.ToLower(string(y.SIP.Transport)), Addr: y.SIP.Addr, Domain: y.Domain}
	if !y.Starts() {
		return at, nil
	}
	sip := at.Addr.IsValid()
	if sip && taken(ctx, s.Network, s.Own, at) {
		return at, fmt.Errorf("somebody already answers at %s: want the address free, or nothing to start in the profile", at.Addr)
	}
	gone, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	for _, f := range t.starters {
		programs, err := f(ctx, y, t.dir, s)
		t.running = append(t.running, programs...)
		if err != nil {
			return at, err
		}
		for _, p := range programs {
			go func() {
				select {
				case <-p.Over():
					fail(p.Ended())
				case <-gone.Done():
				}
			}()
		}
	}
	if !sip {
		return at, nil
	}
	return at, ready(gone, s.Network, s.Own, at)
}

// Stop ends what was started, the last first.
func (t *Target) Stop(ctx context.Context) error {
	var faults []error
	if t.stopping != nil {
		close(t.stopping)
		t.stopping = nil
	}
	for i := len(t.running) - 1; i >= 0; i-- {
		faults = append(faults, t.running[i].End(ctx))
	}
	t.running = nil
	return errors.Join(faults...)
}
