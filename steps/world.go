package steps

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cucumber/godog"

	"ringproof/internal/check"
	"ringproof/internal/stage"
	"ringproof/reports/record"
	"ringproof/simulators/media"
	"ringproof/simulators/ua"
)

// world is one scenario while it runs.
type world struct {
	h        *Harness
	scenario record.Scenario
	step     time.Time
	doing    string // the text of the step
	findings []record.Finding

	cast           *stage.Cast
	caller, callee *stage.Player
	first          *stage.Player // silent, in a fallback
	pair           *stage.Alternatives
	asked          int // how often a deaf first target was
	guard          time.Duration
	dialled        string
	call, called   *ua.Call
	firstCalled    *ua.Call
	registration   *record.Registration
	ring           time.Duration // longest, of a phone that nobody picks up
	ended          []past        // calls of before
	binding        binding
	loaded         loaded
	real           []*conversation
	inCall

	running bool             // holds the harness' turn
	exprs   []*regexp.Regexp // of our vocabulary
	failed  string           // the text of the step that failed
}

// errFailed ends a scenario at a failed must; the check says what failed.
var errFailed = errors.New("a must-check failed")

// InitializeScenario registers the vocabulary and the hooks with godog, for a
// suite that godog runs by itself; see [Harness.InitializeSuite].
func (h *Harness) InitializeScenario(sc *godog.ScenarioContext) {
	w := &world{h: h}
	sc.Before(w.before)
	sc.After(w.after)
	sc.StepContext().Before(func(ctx context.Context, st *godog.Step) (context.Context, error) {
		w.step, w.doing = time.Now(), st.Text
		if w.running {
			w.h.does(w.scenario, w.doing, 0)
		}
		return ctx, nil
	})
	sc.StepContext().After(w.afterStep)
	w.vocabulary(sc)
}

// vocabulary registers our steps, family by family.
func (w *world) vocabulary(sc *godog.ScenarioContext) {
	w.partySteps(sc)
	w.callSteps(sc)
	w.cancelSteps(sc)
	w.releaseSteps(sc)
	w.voiceSteps(sc)
	w.cameraSteps(sc)
	w.registrationSteps(sc)
	w.routingSteps(sc)
	w.identitySteps(sc)
	w.bindingSteps(sc)
	w.idleSteps(sc)
	w.branchSteps(sc)
	w.impostureSteps(sc)
	w.sessionSteps(sc)
	w.timerSteps(sc)
	w.transferSteps(sc)
	w.loadSteps(sc)
	w.realSteps(sc)
}

// on registers one step of the vocabulary. A rename stands between only in
// tests that prove that nothing hangs on the words.
func (w *world) on(sc *godog.ScenarioContext, expr string, f any) {
	if w.h.rename != nil {
		expr = w.h.rename(expr)
	}
	compiled := w.h.expression("^" + expr + "$")
	w.exprs = append(w.exprs, compiled)
	sc.Step(compiled, f)
}

// ours tells whether a step is of our vocabulary, and not of the suite's own.
func (w *world) ours(text string) bool {
	return slices.ContainsFunc(w.exprs, func(e *regexp.Regexp) bool { return e.MatchString(text) })
}

// expression compiles one of the vocabulary: once for all scenarios, of which
// each registers it anew.
func (h *Harness) expression(expr string) *regexp.Regexp {
	h.compiling.Lock()
	defer h.compiling.Unlock()
	if h.compiled == nil {
		h.compiled = map[string]*regexp.Regexp{}
	}
	if h.compiled[expr] == nil {
		h.compiled[expr] = regexp.MustCompile(expr)
	}
	return h.compiled[expr]
}

// keyOf tells a scenario in a turn from all others.
func (h *Harness) keyOf(sc *godog.Scenario) string {
	return sc.Uri + " " + strings.Join(sc.AstNodeIds, " ") + " " + h.near
}

// idTag starts the tag that names a scenario for good.
const idTag = "@id:"

func idOf(sc *godog.Scenario) string {
	for _, t := range sc.Tags {
		if id, ok := strings.CutPrefix(t.Name, idTag); ok {
			return id
		}
	}
	return "unnamed"
}

func (w *world) before(ctx context.Context, sc *godog.Scenario) (context.Context, error) {
	h := w.h
	if h.filter != nil && !h.filter[h.keyOf(sc)] {
		return ctx, godog.ErrSkip
	}
	if h.journal == nil {
		return ctx, errors.New("the harness is not open: want InitializeSuite in godog's TestSuiteInitializer")
	}
	h.turn.Lock()
	w.running = true
	if h.under != nil { // godog's own context knows nothing of ours
		ctx = h.under(ctx)
	}
	ctx = context.WithValue(ctx, worldKey{}, w)
	w.scenario = record.Scenario{
		Index: h.count, ID: idOf(sc), Name: h.turned(sc.Name, h.near), From: h.side(), Feature: sc.Uri, Try: 1,
		Start: h.journal.Now(), Status: record.NotRun,
	}
	if h.filter != nil {
		w.scenario.Try = 2
	}
	w.scenario.Tags = tagsOf(sc)
	h.count++
	h.journal.Enter(w.scenario.Index)
	if h.leavesOut(ctx, &w.scenario) {
		w.scenario.End = h.journal.Now()
		h.journal.Add(w.scenario)
		h.tell(w.scenario, nil)
		return ctx, godog.ErrSkip
	}
	h.journal.Add(w.scenario)
	h.does(w.scenario, "", 0)
	w.cast = h.stage.Cast()
	return ctx, nil
}

// notRun tells why no scenario is to be run now.
func (h *Harness) notRun(ctx context.Context) string {
	switch err := stopped(ctx); {
	case h.gate != "":
		return h.gate
	case err != nil:
		return err.Error()
	}
	return ""
}

// skipAll enters every scenario into the record as not run.
func (h *Harness) skipAll(ctx context.Context, why string) {
	h.gate = why
	if h.kind.Judges() {
		h.godog(ctx)
	}
}

func (w *world) afterStep(ctx context.Context, st *godog.Step, status godog.StepResultStatus, err error) (context.Context, error) {
	if !w.running {
		return ctx, nil // the scenario is not ours to record
	}
	s := record.Step{Text: st.Text, Status: record.Status(status.String()), End: w.h.journal.Now()}
	s.Start = s.End
	if status == godog.StepPassed || status == godog.StepFailed {
		s.Start = w.h.journal.At(w.step)
	}
	if err != nil && !errors.Is(err, errFailed) {
		s.Error = err.Error()
	}
	if err != nil && w.failed == "" {
		w.failed = st.Text
	}
	w.scenario.Steps = append(w.scenario.Steps, s)
	return ctx, nil
}

// after releases the scenario's calls and judges it.
func (w *world) after(ctx context.Context, sc *godog.Scenario, err error) (context.Context, error) {
	if w.running {
		defer w.h.turn.Unlock()
		w.running = false
	}
	if w.cast == nil {
		return ctx, nil
	}
	w.judge(ctx, err)
	w.proves(ctx)
	w.end(ctx)
	if w.scenario.Status == record.Failed {
		w.h.failed[w.h.keyOf(sc)] = true
	}
	return ctx, nil
}

// end releases the scenario's calls and closes its entry in the record.
func (w *world) end(ctx context.Context) {
	bound, unregister := releaseWithin, releaseWithin
	if _, down := isDown(ctx); down {
		bound, unregister = time.Second, time.Second // nobody is there to answer
	}
	release, cancel := context.WithTimeout(context.WithoutCancel(ctx), bound)
	defer cancel()
	w.cast.Close(release, unregister)
	if _, down := isDown(ctx); !down {
		w.cast.Rediscovered(ctx)
	}
	w.scenario.End = w.h.journal.Now()
	w.h.journal.Add(w.scenario)
	if w.h.suite.Watch != nil {
		w.h.suite.Watch(w.scenario, w.findings)
	}
}

// judge settles the scenario's status from how its steps ended.
func (w *world) judge(ctx context.Context, err error) {
	s := &w.scenario
	var unprovable *stage.UnprovableError
	var without *stage.NotApplicableError
	how, down := isDown(ctx)
	switch {
	case err == nil:
		s.Status = record.Passed
	case down:
		s.Status = record.Failed
		w.add(w.h.down(how))
	case ctx.Err() != nil:
		s.Status, s.Why = record.NotRun, stopped(ctx).Error()
	case errors.As(err, &without):
		s.Status, s.NotApplicable, s.Why = record.Skipped, true, err.Error()
	case errors.As(err, &unprovable):
		s.Status, s.Why = record.Skipped, err.Error()
	case errors.Is(err, errFailed):
		s.Status = record.Failed
	case !errors.Is(err, godog.ErrUndefined) && w.failed != "" && !w.ours(w.failed):
		s.Status = record.Failed
		w.foreign(err)
	default:
		s.Status = record.Failed
		w.harness(err)
	}
	if len(w.findings) > 0 {
		s.Why = w.findings[0].Why
	}
}

// harness puts an error that no rule explains down to ourselves.
func (w *world) harness(err error) {
	f := record.Finding{
		Check: "harness", Cause: record.CauseHarness, Why: "Ringproof itself failed: " + err.Error(),
		ToDo: "Look at the log; a step without a definition, or an address that cannot be bound, is named there.",
	}
	w.h.journal.Add(f)
	w.h.breaks(fmt.Errorf("%s: %w", w.scenario.ID, err))
	w.findings = append(w.findings, f)
}

func (w *world) add(f *record.Finding) {
	if f != nil {
		w.findings = append(w.findings, *f)
	}
}

// must holds rules against what was observed so far, all of them, and ends
// the scenario if one fails or cannot be proved.
func (w *world) must(ctx context.Context, e check.Evidence, rules ...string) error {
	if err := stopped(ctx); err != nil {
		return err
	}
	w.observe(&e)
	var open error
	failed := false
	for _, rule := range rules {
		c, f := w.h.judge(rule, e)
		w.add(f)
		failed = failed || c.Verdict == record.Fail
		if c.Verdict == record.Unprovable {
			open = &stage.UnprovableError{Missing: c.Measured}
		}
	}
	if failed {
		return errFailed
	}
	return open
}

// observe fills in what is known of the scenario's call.
func (w *world) observe(e *check.Evidence) {
	e.System = w.h.stage.Words()
	e.Registration, e.Proved = w.registration, w.proved()
	if w.caller != nil {
		e.CallerName = w.caller.Name
	}
	if w.callee != nil {
		e.CalledName, e.Arrivals = w.callee.Name, w.callee.Arrivals()
	}
	e.Caller, e.CallerStream = facts(w.call)
	e.Called, e.CalledStream = facts(w.called)
	e.First, _ = facts(w.firstCalled)
	e.CallerVideo, e.CalledVideo = video(w.call), video(w.called)
	e.Guard = w.guard
	e.Since, e.Now = w.since, w.h.journal.Now()
	if e.Transferor, _ = facts(w.transferor); e.Transferor != nil {
		e.TransferorName = e.Transferor.Party
	}
}

// proved tells whether the account of a REGISTER that was refused for its
// credentials was registered with them before in this run.
func (w *world) proved() bool {
	f := w.registration
	if f == nil || f.Code != 401 && f.Code != 403 && f.Code != 407 {
		return false
	}
	return slices.ContainsFunc(w.h.journal.Snapshot().Registrations, func(o record.Registration) bool {
		return o.User == f.User && o.Challenged && o.Code >= 200 && o.Code < 300 && o.Start < f.Start
	})
}

// expecting fills in the codes that the profile accepts in a case, by the name
// of its field in expect, and where they come from.
func (w *world) expecting(name string, e check.Evidence) check.Evidence {
	codes, preset := w.h.site.Expect.Of(name)
	e.Codes, e.Case, e.Preset = codes, name, string(preset)
	return e
}

func facts(c *ua.Call) (*record.Attempt, *record.Stream) {
	if c == nil {
		return nil, nil
	}
	a := c.Fact()
	m, ok := c.Media().(*media.Session)
	if !ok || m == nil {
		return &a, nil
	}
	s := m.Fact()
	s.Party = a.Party
	return &a, &s
}

// within bounds a wait; its end is no error but a fact to be judged.
func within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	waits(ctx, d)
	return context.WithTimeout(ctx, d)
}
