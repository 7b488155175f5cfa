package steps

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/cucumber/godog"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// releaseWithin bounds the release of calls at the end of a scenario: a BYE
// sent three times (RFC 3261 §17.1.2.2, timer E: 0, 0.5 and 1.5 s) and its
// answer.
const releaseWithin = 3 * time.Second

// Run runs the scenarios and judges. A cancelled ctx releases all calls and
// makes the verdict INTERRUPTED. The error is the record's own, where it could
// not be written. A harness runs once.
func (h *Harness) Run(ctx context.Context) (*record.Run, error) {
	return h.perform(ctx, h.play)
}

// perform opens the stage, passes the gate, plays, and judges.
func (h *Harness) perform(ctx context.Context, play func(context.Context)) (*record.Run, error) {
	inner, ready, err := h.begin(ctx)
	if err != nil {
		return nil, err
	}
	if ready {
		play(inner)
	}
	return h.finish(ctx)
}

// begin opens the record and the stage and passes the gate. It gives the
// context of the scenarios and tells whether any may run.
func (h *Harness) begin(ctx context.Context) (inner context.Context, ready bool, err error) {
	if h.begun {
		return nil, false, &UsageError{errors.New("the harness has run: want a new one for each run")}
	}
	h.begun = true
	if err := h.note(); err != nil {
		return nil, false, &UsageError{err}
	}
	inner, h.abort = context.WithCancelCause(ctx)
	if h.kind == record.AProbe && !h.sourcesReady(inner) {
		return inner, false, nil
	}
	if err := h.open(inner); err != nil {
		h.breaks(err)
		return inner, false, nil
	}
	if !h.reach(inner) {
		return inner, false, nil
	}
	h.spare(inner)
	if h.kind.Judges() {
		h.stage.Discovered(inner)
	}
	h.unwatch = h.watch(inner)
	return inner, true, nil
}

// finish judges and takes everything down.
func (h *Harness) finish(ctx context.Context) (*record.Run, error) {
	h.abort(nil)
	if h.unwatch != nil {
		h.unwatch()
	}
	remark := h.remark()
	v, why := h.verdict(ctx)
	why += remark
	h.close(ctx)
	return h.journal.Finish(h.inKind(v, why))
}

// inKind gives a verdict in the words of what was run: a call or a probe, of
// whatever outcome, is no acceptance.
func (h *Harness) inKind(v record.Verdict, why string) (record.Verdict, string) {
	if h.kind.Judges() {
		return v, why
	}
	switch v {
	case record.Accepted:
		v = record.Worked
	case record.NotAccepted:
		v = record.NotWorked
	}
	return v, fmt.Sprintf("%s; a %s and not the suite: nothing is accepted or rejected by it", why, h.kind)
}

// play runs the suite, and the failed scenarios once more: one that then
// passes is flaky.
func (h *Harness) play(ctx context.Context) {
	h.godog(ctx)
	if ctx.Err() != nil || len(h.failed) == 0 || h.broken != nil || h.gate != "" {
		return
	}
	h.filter, h.failed = h.failed, map[string]bool{}
	h.godog(ctx)
	h.flaky()
}

// flaky marks the scenarios that failed and passed when they were repeated.
// Few lost packets excuse a few: that many a system that is sound may fail of
// them, and a fault that comes now and then is found by failing more often.
func (h *Harness) flaky() {
	run := h.journal.Snapshot()
	var forgiven []record.Scenario
	for _, again := range run.Scenarios {
		if again.Try == 1 || again.Status != record.Passed {
			continue
		}
		for _, s := range run.Scenarios {
			if s.Try == 1 && s.ID == again.ID && s.Name == again.Name && s.Status == record.Failed {
				s.Status, s.Why = record.Flaky, "passed when repeated, after: "+s.Why
				if h.excused(s) {
					forgiven = append(forgiven, s)
				}
				h.journal.Add(s)
			}
		}
	}
	if len(forgiven) > check.Forgivable {
		return
	}
	for _, s := range forgiven {
		s.Status = record.Passed
		h.journal.Add(s)
	}
}

// godog runs the selected scenarios, one after the other, once for each system
// under test as the near one. Its own opinion of how they went is not asked: the
// record has it.
func (h *Harness) godog(ctx context.Context) {
	for _, name := range h.sides() {
		h.near = name
		h.stage.Near(name)
		h.suiteOf(ctx).Run()
	}
}

// side gives the system whose turn it is to be the near one, where several are
// under test.
func (h *Harness) side() string {
	if len(h.sides()) < 2 {
		return ""
	}
	return h.near
}

// turned gives a scenario's name in the turn of a system to be the near one,
// where several are under test.
func (h *Harness) turned(name, near string) string {
	if len(h.sides()) < 2 {
		return name
	}
	return fmt.Sprintf("%s (from %s)", name, near)
}

func (h *Harness) suiteOf(ctx context.Context) godog.TestSuite {
	return godog.TestSuite{
		Name:                "ringproof",
		ScenarioInitializer: h.vocabulary,
		Options: &godog.Options{
			Format: "progress", Output: io.Discard, NoColors: true, Strict: true, Concurrency: 1,
			FS: h.suite.Features, Paths: []string{"."}, Tags: h.tags(), DefaultContext: ctx,
		},
	}
}

// breaks notes a fault of our own; the run is then INVALID.
func (h *Harness) breaks(err error) {
	if h.broken == nil {
		h.broken = err
	}
	h.journal.Add(record.Event{At: h.journal.Now(), Party: "harness", Text: err.Error()})
	h.suite.Log.Error("harness", "err", err)
}

// verdict judges the run by the first try of each scenario.
func (h *Harness) verdict(ctx context.Context) (record.Verdict, string) {
	run := h.journal.Snapshot()
	var rejected, open, excused, again []string
	passed, without, beyond := 0, 0, 0 // beyond the gate
	for _, s := range run.Scenarios {
		switch {
		case s.Try > 1 || s.ID == reachID && s.NotApplicable:
		case s.NotApplicable:
			without++
		case s.Status == record.Passed:
			passed++
			if s.ID != reachID {
				beyond++
			}
			if s.Why != "" {
				again = append(again, s.ID)
			}
		case s.Status == record.Failed && ours(run.Of(s.Index)):
			// a fault of the harness rejects nobody; h.broken says what it was
		case s.Status == record.Failed:
			rejected = append(rejected, s.ID)
		case h.waived(s.ID):
			excused = append(excused, s.ID)
		default:
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
	case beyond == 0 && without > 0:
		return record.Incomplete, "no scenario was applicable: nothing is proved"
	}
	why := fmt.Sprintf("%d scenarios passed", passed)
	if len(again) > 0 {
		why += "; only when repeated, for packets had been lost: " + unique(again)
	}
	if h.suite.Tags != "" {
		why += ", a selection of the suite: " + h.suite.Tags
	}
	if len(h.long) > 0 && h.kind.Judges() {
		why += "; not run without --long: " + unique(h.long)
	}
	if without > 0 {
		why += "; not applicable by the profile: " + inapplicable(&run)
	}
	for _, w := range h.site.Waivers {
		if !slices.Contains(excused, w.Scenario) {
			continue // it was proved, or not asked for
		}
		why += fmt.Sprintf("; %s waived by %s: %s", w.Scenario, w.By, w.Reason)
	}
	return record.Accepted, why
}

// few is how many scenarios a verdict names one by one.
const few = 8

// inapplicable names what is not applicable, an outline of which other rows are
// by the row; many of them by the reason, for reports list them.
func inapplicable(run *record.Run) string {
	var all, many []string
	named := map[string]bool{}
	_, without := run.Unproved()
	for _, o := range without {
		reason := o.Why[strings.LastIndex(o.Why, "(")+1:]
		many = append(many, fmt.Sprintf("%d for %s", len(o.Scenarios), strings.TrimSuffix(reason, ")")))
		for _, s := range o.Scenarios {
			if s.ID == reachID {
				continue
			}
			label := s.Label
			if !slices.ContainsFunc(run.Scenarios, func(x record.Scenario) bool { return x.ID == s.ID && x.Try == 1 && !x.NotApplicable }) {
				label = s.ID
			}
			all, named[label] = append(all, label), true
		}
	}
	if len(named) > few {
		return strings.Join(many, ", ")
	}
	return unique(all)
}

// ours tells whether a scenario failed through the harness alone.
func ours(findings []record.Finding) bool {
	return len(findings) > 0 && !slices.ContainsFunc(findings, func(f record.Finding) bool { return f.Cause != record.CauseHarness })
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
