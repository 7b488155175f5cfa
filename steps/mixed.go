package steps

import (
	"context"
	"errors"
	"fmt"

	"github.com/cucumber/godog"

	"ringproof/reports/record"
)

// What a suite of somebody else's needs: their steps among ours, or our
// vocabulary in a godog suite that they run themselves.

// Failure is what a step of a suite's own may return to say what failed. Any
// other error is put down to an unknown cause.
type Failure struct {
	Cause     record.Cause
	Why, ToDo string // a sentence each
}

func (f *Failure) Error() string { return f.Why }

// Observation is what our parties have seen of a scenario so far. What there
// is not yet is nil.
type Observation struct {
	System                     string // under test, as "udp:192.0.2.1:5060"
	Dialled                    string
	Caller, Called             *record.Attempt
	CallerStream, CalledStream *record.Stream
	Registration               *record.Registration
}

type worldKey struct{}

// Observed gives what our parties have seen so far in the scenario that the
// context of a step belongs to; false outside of one.
func Observed(ctx context.Context) (Observation, bool) {
	w, ok := ctx.Value(worldKey{}).(*world)
	if !ok {
		return Observation{}, false
	}
	o := Observation{System: w.h.stage.Words(), Dialled: w.dialled, Registration: w.registration}
	o.Caller, o.CallerStream = facts(w.call)
	o.Called, o.CalledStream = facts(w.called)
	return o, true
}

// vocabulary is ours and the suite's own.
func (h *Harness) vocabulary(sc *godog.ScenarioContext) {
	h.InitializeScenario(sc)
	if h.suite.Steps != nil {
		h.suite.Steps(sc)
	}
}

// foreign records the failure of a step of the suite's own.
func (w *world) foreign(err error) {
	f := record.Finding{
		Check: "step", Cause: record.CauseUnknown, Why: fmt.Sprintf("%q failed: %v.", w.failed, err),
		ToDo: "The step is the suite's own: see what it checks.",
	}
	if said := (*Failure)(nil); errors.As(err, &said) {
		f.Cause, f.Why, f.ToDo = said.Cause, said.Why, said.ToDo
	}
	w.h.journal.Add(record.Check{
		At: w.h.journal.Now(), ID: f.Check, Title: w.failed, Severity: record.Must, Verdict: record.Fail,
		Subject: w.scenario.ID, Measured: err.Error(), Limit: "no error", Source: "a step of the suite's own",
	})
	w.h.journal.Add(f)
	w.findings = append(w.findings, f)
}

// InitializeSuite has a godog suite that is run by somebody else open our
// parties before its first scenario, and judge after its last one:
//
//	godog.TestSuite{
//		TestSuiteInitializer: func(sc *godog.TestSuiteContext) { h.InitializeSuite(ctx, sc) },
//		ScenarioInitializer:  h.InitializeScenario, // and their own
//	}
//
// Features and tags are then those of godog's options, nothing is repeated,
// and scenarios run one at a time, whatever the options' Concurrency.
// [Harness.Close] gives the outcome.
func (h *Harness) InitializeSuite(ctx context.Context, sc *godog.TestSuiteContext) {
	h.theirs = true
	sc.BeforeSuite(func() {
		inner, ready, err := h.begin(ctx)
		if err != nil {
			h.outcome.err = err
			return
		}
		h.under = func(ctx context.Context) context.Context { return under(ctx, inner) }
		if !ready && h.gate == "" {
			h.gate = "the system under test was not reached"
		}
	})
	sc.AfterSuite(func() {
		if h.under != nil {
			h.outcome.run, h.outcome.err = h.finish(ctx)
		}
	})
}

// Close gives the record of a suite that godog ran; see InitializeSuite.
func (h *Harness) Close() (*record.Run, error) {
	switch {
	case h.outcome.err != nil:
		return nil, h.outcome.err
	case h.outcome.run == nil:
		return nil, &UsageError{errors.New("no suite was run: want InitializeSuite in godog's TestSuiteInitializer")}
	}
	return h.outcome.run, nil
}

// under gives godog's context of a scenario the end of ours.
func under(ctx, ours context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	context.AfterFunc(ours, func() { cancel(context.Cause(ours)) })
	return ctx
}
