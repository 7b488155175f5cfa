package record

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// The files of a run's directory.
const (
	RunFile     = "run.json"
	JournalFile = "events.jsonl"

	// These are rendered from the record. An older run's are removed when a
	// new one starts, so that they cannot be taken for its own.
	ReportFile   = "report.html"
	JUnitFile    = "junit.xml"
	CucumberFile = "cucumber.json"
	CapturesDir  = "captures"
)

// Journal collects the facts and judgements of one run and, if it has a
// directory, writes each at once to events.jsonl. It is safe for concurrent
// use.
type Journal struct {
	mu     sync.Mutex
	run    Run
	now    int // the scenario that facts belong to
	hidden []string
	trace  func(Message)
	file   *os.File
	err    error // the first that writing met
}

// line is one entry of events.jsonl: exactly one field is set.
type line struct {
	Run          *Run          `json:"run,omitempty"` // the head: no facts yet
	Site         *Site         `json:"site,omitempty"`
	Scenario     *Scenario     `json:"scenario,omitempty"`
	Check        *Check        `json:"check,omitempty"`
	Finding      *Finding      `json:"finding,omitempty"`
	Attempt      *Attempt      `json:"attempt,omitempty"`
	Registration *Registration `json:"registration,omitempty"`
	Stream       *Stream       `json:"stream,omitempty"`
	Testimony    *Testimony    `json:"testimony,omitempty"`
	Load         *Load         `json:"load,omitempty"`
	Event        *Event        `json:"event,omitempty"`
	Message      *Message      `json:"message,omitempty"`
}

// NewJournal starts a run's journal. An empty dir keeps it in memory. The
// head needs Tool, Started, Seed, Command, Kind, Planned, Environment, Features and
// Site. A dir that holds the record of another kind is a [*KindError]. Hidden
// words, passwords, are struck out of whatever is added; ones shorter than 6
// characters are not.
func NewJournal(dir string, head Run, hidden ...string) (*Journal, error) {
	head.Schema = Schema
	j := &Journal{run: head, hidden: hidden}
	if dir != "" {
		if err := keeps(dir, head.Kind); err != nil {
			return nil, err
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
		for _, old := range []string{RunFile, ReportFile, JUnitFile, CucumberFile, CapturesDir} {
			if err := os.RemoveAll(filepath.Join(dir, old)); err != nil {
				return nil, err
			}
		}
		var err error
		if j.file, err = os.Create(filepath.Join(dir, JournalFile)); err != nil {
			return nil, err
		}
	}
	b := j.write(line{Run: &head})
	if err := json.Unmarshal(b, &line{Run: &j.run}); err != nil { // as written: secrets struck out
		return nil, errors.Join(j.err, err)
	}
	j.run.Started = head.Started // with its monotonic clock
	return j, nil
}

// KindError is a directory with a record that a run of another kind is not to
// replace: a call does not take the place of an acceptance.
type KindError struct {
	Dir       string
	Has, Want Kind
}

func (e *KindError) Error() string {
	return fmt.Sprintf("%s holds the record of a %s, which a %s does not replace: want another directory", e.Dir, e.Has, e.Want)
}

// keeps refuses a directory with a record of another kind. What cannot be read
// is no record.
func keeps(dir string, want Kind) error {
	old, err := Read(dir)
	if err != nil || old.Kind == want {
		return nil //nolint:nilerr // there is nothing to keep
	}
	return &KindError{dir, old.Kind, want}
}

// Now gives the time of the run.
func (j *Journal) Now() int64 { return j.At(time.Now()) }

// At converts a time to the time of the run. It is never 0, which in a fact
// means that something did not happen.
func (j *Journal) At(t time.Time) int64 { return max(1, int64(t.Sub(j.run.Started))) }

// Trace says who is told of each message once it is redacted.
func (j *Journal) Trace(f func(Message)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.trace = f
}

// Enter says which scenario the facts and judgements added from now on belong
// to.
func (j *Journal) Enter(scenario int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.now = scenario
}

// Add adds one fact or judgement: a Site, Scenario, Check, Finding, Attempt,
// Registration, Stream, Testimony, Load, Event or Message. A Site replaces the one before, a
// Scenario the one of the same index; the others get the current scenario's index.
func (j *Journal) Add(fact any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var l line
	switch f := fact.(type) {
	case Site:
		l.Site = &f
	case Scenario:
		l.Scenario = &f
	case Check:
		f.Scenario = j.now
		l.Check = &f
	case Finding:
		f.Scenario = j.now
		l.Finding = &f
	case Attempt:
		f.Scenario = j.now
		l.Attempt = &f
	case Registration:
		f.Scenario = j.now
		l.Registration = &f
	case Stream:
		f.Scenario = j.now
		l.Stream = &f
	case Testimony:
		f.Scenario = j.now
		l.Testimony = &f
	case Load:
		f.Scenario = j.now
		l.Load = &f
	case Event:
		f.Scenario = j.now
		l.Event = &f
	case Message:
		f.Scenario = j.now
		f.Raw = Redact(f.Raw)
		l.Message = &f
	default:
		panic(fmt.Sprintf("record: %T is neither fact nor judgement", fact))
	}
	if b := j.write(l); b != nil {
		l = line{}
		if err := json.Unmarshal(b, &l); err != nil && j.err == nil {
			j.err = err
		}
	}
	j.run.put(l)
	if l.Message != nil && j.trace != nil {
		j.trace(*l.Message)
	}
}

// write gives the line's bytes as they were written, secrets struck out.
func (j *Journal) write(l line) []byte {
	b, err := json.Marshal(l)
	if err != nil {
		j.err = errors.Join(j.err, err)
		return nil
	}
	b = hide(b, j.hidden)
	if j.file != nil {
		if _, err := j.file.Write(append(b, '\n')); err != nil && j.err == nil {
			j.err = err
		}
	}
	return b
}

// put files a line where it belongs.
func (r *Run) put(l line) {
	switch {
	case l.Run != nil:
		*r = *l.Run
	case l.Site != nil:
		r.Site = *l.Site
	case l.Scenario != nil:
		for l.Scenario.Index >= len(r.Scenarios) {
			r.Scenarios = append(r.Scenarios, Scenario{Index: len(r.Scenarios), Status: NotRun})
		}
		r.Scenarios[l.Scenario.Index] = *l.Scenario
	case l.Check != nil:
		r.Checks = append(r.Checks, *l.Check)
	case l.Finding != nil:
		r.Findings = append(r.Findings, *l.Finding)
	case l.Attempt != nil:
		r.Attempts = append(r.Attempts, *l.Attempt)
	case l.Registration != nil:
		r.Registrations = append(r.Registrations, *l.Registration)
	case l.Stream != nil:
		r.Streams = append(r.Streams, *l.Stream)
	case l.Testimony != nil:
		r.Testimonies = append(r.Testimonies, *l.Testimony)
	case l.Load != nil:
		r.Loads = append(r.Loads, *l.Load)
	case l.Event != nil:
		r.Events = append(r.Events, *l.Event)
	case l.Message != nil:
		r.Messages = append(r.Messages, *l.Message)
	}
}

// Snapshot gives the run so far.
func (j *Journal) Snapshot() Run {
	j.mu.Lock()
	defer j.mu.Unlock()
	run := j.run
	run.Scenarios = slices.Clone(run.Scenarios)
	return run
}

// Finish closes the journal and writes run.json with the verdict.
func (j *Journal) Finish(v Verdict, why string) (*Run, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.run.Verdict, j.run.Why, j.run.Ended = v, hideText(why, j.hidden), int64(time.Since(j.run.Started))
	j.run.neverBegun("the run did not come to it: " + j.run.Why)
	run := j.run
	if j.file == nil {
		return &run, j.err
	}
	dir := filepath.Dir(j.file.Name())
	j.err = errors.Join(j.err, j.file.Close(), write(filepath.Join(dir, RunFile), &run, j.hidden))
	j.file = nil
	return &run, j.err
}

func write(path string, run *Run, hidden []string) error {
	b, err := json.MarshalIndent(run, "", " ")
	if err != nil {
		return err
	}
	// Whoever is killed here leaves the journal to be read.
	if err := os.WriteFile(path+".part", append(hide(b, hidden), '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(path+".part", path)
}

// Read brings back a run from its directory: run.json or, where the run was
// killed before it could be written, the journal; its verdict is then
// [Interrupted].
func Read(dir string) (*Run, error) {
	b, err := os.ReadFile(filepath.Join(dir, RunFile))
	if errors.Is(err, fs.ErrNotExist) {
		return readJournal(filepath.Join(dir, JournalFile))
	}
	if err != nil {
		return nil, err
	}
	var r Run
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, RunFile), err)
	}
	if err := r.readable(); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, RunFile), err)
	}
	return &r, nil
}

func (r *Run) readable() error {
	if r.Schema < 1 || r.Schema > Schema {
		return fmt.Errorf("schema %d: this program reads 1 to %d", r.Schema, Schema)
	}
	return nil
}

func readJournal(path string) (*Run, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("no record: %w", err)
	}
	defer f.Close()
	var r Run
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<24)
	for n := 1; sc.Scan(); n++ {
		var l line
		if err := json.Unmarshal(sc.Bytes(), &l); err != nil {
			break // the line that was being written when the run was killed
		}
		r.put(l)
	}
	if r.Schema == 0 {
		return nil, fmt.Errorf("%s: no run in it", path)
	}
	if err := r.readable(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	r.Verdict, r.Why = Interrupted, "the run ended before it could be judged"
	r.neverBegun("the run ended before it")
	return &r, sc.Err()
}
