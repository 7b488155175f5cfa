// Package steps runs acceptance scenarios against a system under test and
// keeps the record of what was observed.
//
// [Test] runs a [Suite] inside `go test`; [New] and [Harness.Run] do it
// anywhere else. The scenarios know neither the system nor its addresses: a
// site profile names them, and a [Target] starts the system where it is ours
// to start.
package steps

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cucumber/godog"

	"ringproof/features"
	"ringproof/internal/leftover"
	"ringproof/internal/network"
	"ringproof/internal/site"
	"ringproof/internal/stage"
	"ringproof/internal/wire"
	"ringproof/reports/record"
)

// Suite says what to run against what.
type Suite struct {
	// Profile is the path of the site profile; empty is the demo's.
	Profile string
	// Target starts the system under test. Nil is for a profile that names a
	// running system.
	Target Target
	// Features are the feature files; nil is the acceptance suite.
	Features fs.FS
	// Steps adds a vocabulary of the suite's own to that of this package. A
	// step of it that returns an error fails its scenario; a [*Failure] says
	// of what. [Observed] gives it what our parties saw.
	Steps func(*godog.ScenarioContext)
	// Tags selects scenarios: "@peer && ~@id:busy", "@id:busy,@id:cancel.ringing".
	Tags string
	// Long lets scenarios run that are tagged @long: they hold a call for
	// minutes.
	Long bool
	// Out is the directory of the record; empty keeps it in memory.
	Out string
	// Seed decides what is left to chance; 0 takes one from the clock.
	Seed uint64
	// Tool and Command go into the record.
	Tool, Command string
	// Network is what the parties stand on; the kernel's if nil.
	Network Network
	// Log gets what happens; nil discards it.
	Log *slog.Logger
	// Doing is told of each scenario when it begins, of its steps, and of how
	// long they wait. It must not block. Nil is for nobody.
	Doing func(Doing)
	// Watch is told of each scenario when it ends. Nil is for nobody.
	Watch func(record.Scenario, []record.Finding)
	// Notes is a directory in which is noted what is bound at the registrar of
	// a running system, for the next run to remove should this one be killed;
	// empty keeps no note.
	Notes string
	// Ask asks whoever holds a real phone, and waits for a line in answer. Nil is
	// where nobody can be asked.
	Ask func(ctx context.Context, question string) (string, error)
	// Say is told what is done or found beside the scenarios, in a sentence.
	// Nil is for nobody.
	Say func(string)
	// Trace is told of each message as it passes. It must not block.
	Trace func(record.Message)
}

// Network opens sockets, as package net does.
type Network interface {
	ListenPacket(at netip.AddrPort) (net.PacketConn, error)
	Listen(at netip.AddrPort) (net.Listener, error)
	Dial(ctx context.Context, from, to netip.AddrPort) (net.Conn, error)
}

// Target is a system under test that is ours to start.
type Target interface {
	// Name is what the report calls it.
	Name() string
	// Start makes it answer and says where.
	Start(ctx context.Context, s Surroundings) (Endpoint, error)
	// Stop ends it; it is called once after each Start that succeeded.
	Stop(ctx context.Context) error
}

// Surroundings is what a target meets.
type Surroundings struct {
	Network   Network
	Trunks    map[string]netip.AddrPort // where our peers stand
	Passwords map[string]string         // by account
	Log       *slog.Logger
	// Own is an address of ours that the system is asked from whether it is
	// there.
	Own netip.Addr
	// Keep opens a file of the record for what a program says, by a name that
	// is its own; what is secret is struck out of it.
	Keep func(name string) (io.WriteCloser, error)
	// Note enters into the record what became of the target.
	Note func(name, text string)
	// Lost says that the target has ended by itself: nothing that follows is
	// proved of it.
	Lost func(error)
}

// Endpoint is where a system under test answers.
type Endpoint struct {
	Transport string // "udp" or "tcp"
	Addr      netip.AddrPort
	Domain    string // empty: the address
	// Others are where the other systems under test answer, by name; one that
	// is not there answers here.
	Others map[string]Endpoint
}

// Harness is a suite that is ready to run.
type Harness struct {
	suite    Suite
	site     *site.Site
	features []record.Feature
	planned  []record.Planned
	long     []string // scenarios that are not run, for they take minutes
	journal  *record.Journal
	stage    *stage.Stage
	started  bool // the target
	count    int  // scenarios so far
	filter   map[string]bool
	failed   map[string]bool
	near     string // the system whose turn it is to be the near one, where several are under test
	gate     string // why no scenario may run
	notes    *leftover.Notes
	proved   bool        // the system under test said something
	loading  atomic.Bool // many calls are under way: silence is theirs to judge
	begun    bool
	kind     record.Kind
	theirs   bool        // godog is run by somebody else
	abort    func(error) // stops the run; the cause is a *downError
	unwatch  func()      // waits for the monitor's end
	// under gives a scenario's context the end of ours, where godog is
	// somebody else's.
	under   func(context.Context) context.Context
	turn    sync.Mutex // held by the scenario that runs: one at a time
	outcome struct {   // of a suite that godog ran
		run *record.Run
		err error
	}
	broken error // the first fault of our own
	rename func(string) string

	compiling sync.Mutex // guards compiled
	compiled  map[string]*regexp.Regexp
}

// downError ends a run before its scenarios do: the system under test is gone.
type downError struct{ how string }

func (e *downError) Error() string { return "the system under test no longer answers: " + e.how }

// New reads the profile and the features. A fault of theirs, or of the suite,
// is a [*UsageError]. Nothing is opened yet.
func New(s Suite) (*Harness, error) {
	if s.Network == nil {
		s.Network = network.Kernel{}
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	if s.Features == nil {
		s.Features = features.FS
	}
	if s.Seed == 0 {
		s.Seed = uint64(time.Now().UnixNano())
	}
	if err := checkTags(s.Tags); err != nil {
		return nil, &UsageError{err}
	}
	profile, err := profileAt(s.Profile)
	if err != nil {
		return nil, &UsageError{err}
	}
	if _, real := profile.Tested(); !real && s.Target == nil {
		return nil, &UsageError{errors.New("the profile names no system and the suite no target: want one of them")}
	}
	if err := stage.Sounds(profile); err != nil {
		return nil, &UsageError{err}
	}
	h := &Harness{suite: s, site: profile, failed: map[string]bool{}}
	if err := h.selected(); err != nil {
		return nil, &UsageError{err}
	}
	return h, nil
}

// Features gives the features that are to be run.
func (h *Harness) Features() []record.Feature { return slices.Clone(h.features) }

// note opens the journal: from here on the run leaves traces.
func (h *Harness) note() (err error) {
	s := h.suite
	if h.theirs || !h.kind.Judges() {
		h.planned = nil // what is run is theirs to select, or is no scenario of the suite
	}
	h.journal, err = record.NewJournal(s.Out, record.Run{
		Tool: s.Tool, Started: time.Now(), Seed: s.Seed, Command: s.Command, Kind: h.kind, Planned: h.planned,
		Environment: environment(), Features: h.features,
		Site: describe(description{site: h.site, profile: s.Profile, target: s.Target}),
	}, h.site.Secrets()...)
	if err == nil && s.Trace != nil {
		h.journal.Trace(s.Trace)
	}
	return err
}

func profileAt(path string) (*site.Site, error) {
	if path == "" {
		return site.Demo()
	}
	return site.Load(path)
}

// UsageError is a fault of the suite, the profile or the directory of the
// record: nothing was sent.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap gives the fault itself.
func (e *UsageError) Unwrap() error { return e.Err }

// open puts up the parties and starts the target.
func (h *Harness) open(ctx context.Context) error {
	var err error
	if err = h.keepNotes(); err != nil {
		return err
	}
	h.stage, err = stage.Open(stage.Config{
		Notes: h.notes, Site: h.site, Network: h.suite.Network, Journal: h.journal, Seed: h.suite.Seed, Log: h.suite.Log,
	})
	if err != nil {
		return err
	}
	at, err := h.start(ctx)
	if err != nil {
		return err
	}
	h.journal.Add(describe(description{h.site, h.suite.Profile, h.suite.Target, h.stage.Trunks(), at}))
	faces, err := h.faces(at)
	if err != nil {
		return err
	}
	h.stage.Face(faces...)
	return nil
}

// faces gives where our parties meet the systems under test.
func (h *Harness) faces(at Endpoint) (out []stage.System, err error) {
	for _, name := range h.sides() {
		own, other := at.Others[name]
		if !other {
			own = at
		}
		hop, err := wire.ParseHop(own.Transport + ":" + own.Addr.String())
		if err != nil {
			return nil, err
		}
		out = append(out, stage.System{Name: name, Hop: hop, Domain: own.Domain})
	}
	return out, nil
}

// sides gives the names of the systems under test, that of the bundled switch
// if there are none.
func (h *Harness) sides() (names []string) {
	for _, y := range h.site.Under() {
		names = append(names, y.Name)
	}
	if len(names) == 0 {
		names = []string{""}
	}
	return names
}

// endpoint gives where a system of the profile answers.
func endpoint(y site.System) Endpoint {
	return Endpoint{Transport: string(y.SIP.Transport), Addr: y.SIP.Addr, Domain: y.Domain}
}

func (h *Harness) start(ctx context.Context) (Endpoint, error) {
	if h.suite.Target == nil {
		under := h.site.Under()
		at := endpoint(under[0])
		at.Others = map[string]Endpoint{}
		for _, y := range under[1:] {
			at.Others[y.Name] = endpoint(y)
		}
		return at, nil
	}
	passwords := map[string]string{}
	for _, a := range slices.Concat(h.site.Accounts, h.site.Real) {
		passwords[a.User] = a.Password
	}
	at, err := h.suite.Target.Start(ctx, Surroundings{
		Network: h.suite.Network, Trunks: h.stage.Trunks(), Passwords: passwords, Log: h.suite.Log, Own: h.stage.Own(),
		Keep: h.keep,
		Lost: func(err error) { h.abort(&downError{record.Redact(err.Error())}) },
		Note: func(name, text string) {
			h.journal.Add(record.Event{At: h.journal.Now(), Party: name, Text: text})
		},
	})
	if err != nil {
		return Endpoint{}, &startError{h.suite.Target.Name(), err}
	}
	h.started = true
	return at, nil
}

// close takes everything down. It works under a context that is already over.
func (h *Harness) close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseWithin)
	defer cancel()
	if h.stage != nil {
		h.stage.Close(ctx)
	}
	if err := h.notes.Close(); err != nil {
		h.suite.Log.Warn("notes", "err", err)
	}
	if h.started {
		h.started = false
		if err := h.suite.Target.Stop(ctx); err != nil {
			h.suite.Log.Warn("stop target", "err", err)
		}
	}
}
