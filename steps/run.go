package steps

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/cucumber/godog"

	"ringproof/reports/record"
)

// releaseWithin bounds the release of calls at the end of a scenario: a BYE
// sent three times (RFC 3261 §17.1.2.2, timer E: 0, 0.5 and 1.5 s) and its
// answer.
const releaseWithin = 3 * time.Second

// Run runs the scenarios and judges. A cancelled ctx releases all calls and
// makes the verdict INTERRUPTED. The error is a [*UsageError] for a selection
// without scenarios, or the record's own where it could not be written. A
// harness runs once.
func (h *Harness) Run(ctx context.Context) (*record.Run, error) {
	inner, abort := context.WithCancelCause(ctx)
	h.abort = abort
	defer abort(nil)
	defer h.close(ctx)
	if err := h.open(inner); err != nil {
		h.breaks(err)
	} else if h.reach(inner) {
		wait := h.watch(inner)
		h.play(inner)
		abort(nil)
		wait()
	}
	if h.count == 0 && h.broken == nil && inner.Err() == nil {
		return nil, &UsageError{fmt.Errorf("tags %q select no scenario", h.suite.Tags)}
	}
	v, why := h.verdict(ctx)
	h.close(ctx)
	return h.journal.Finish(v, why)
}

// Close ends a harness that was not run. After Run there is nothing left.
func (h *Harness) Close() { h.close(context.Background()) }

// play runs the suite, and the failed scenarios once more: one that then
// passes is flaky.
func (h *Harness) play(ctx context.Context) {
	status := h.godog(ctx)
	if h.count > 1 && status > 1 {
		h.breaks(fmt.Errorf("the feature files cannot be run (godog: %d)", status))
	}
	if ctx.Err() != nil || len(h.failed) == 0 || h.broken != nil {
		return
	}
	h.filter, h.failed = h.failed, map[string]bool{}
	h.godog(ctx)
}

func (h *Harness) godog(ctx context.Context) int {
	return godog.TestSuite{
		Name:                "ringproof",
		ScenarioInitializer: h.InitializeScenario,
		Options: &godog.Options{
			Format: "progress", Output: io.Discard, NoColors: true, Strict: true, Concurrency: 1,
			FS: h.suite.Features, Paths: []string{"."}, Tags: h.suite.Tags, DefaultContext: ctx,
		},
	}.Run()
}

// breaks notes a fault of our own; the run is then INVALID.
func (h *Harness) breaks(err error) {
	if h.broken == nil {
		h.broken = err
	}
	h.journal.Add(record.Event{At: h.journal.Now(), Party: "harness", Text: err.Error()})
	h.suite.Log.Error("harness", "err", err)
}

// verdict judges the run. Each scenario counts by its last try.
func (h *Harness) verdict(ctx context.Context) (record.Verdict, string) {
	run := h.journal.Snapshot()
	last := map[string]record.Scenario{}
	var order []string
	for _, s := range run.Scenarios {
		key := s.ID + s.Name
		if before, again := last[key]; again {
			if s.Status == record.Passed && before.Status == record.Failed {
				s.Status = record.Flaky
			}
		} else {
			order = append(order, key)
		}
		last[key] = s
	}
	var rejected, open []string
	for _, key := range order {
		switch s := last[key]; {
		case s.Status == record.Failed:
			rejected = append(rejected, s.ID)
		case s.Status != record.Passed && !h.waived(s.ID):
			open = append(open, fmt.Sprintf("%s (%s)", s.ID, s.Status))
		}
	}
	switch {
	case ctx.Err() != nil:
		return record.Interrupted, "stopped from outside before all was proved"
	case len(rejected) > 0:
		return record.NotAccepted, "failed: " + unique(rejected)
	case h.broken != nil:
		return record.Invalid, h.broken.Error()
	case len(open) > 0:
		return record.Incomplete, "not proved: " + unique(open)
	}
	return record.Accepted, fmt.Sprintf("%d scenarios passed", len(order))
}

func (h *Harness) waived(id string) bool {
	for _, w := range h.site.Waivers {
		if w.Scenario == id {
			return true
		}
	}
	return false
}

func unique(list []string) string {
	out := ""
	seen := map[string]bool{}
	for _, s := range list {
		if seen[s] {
			continue
		}
		if seen[s] = true; out != "" {
			out += ", "
		}
		out += s
	}
	return out
}

// stopped tells why no further scenario is to be run.
func stopped(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	cause := context.Cause(ctx)
	if errors.Is(cause, context.Canceled) {
		return errors.New("the run was interrupted")
	}
	return cause
}
