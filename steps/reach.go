package steps

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"ringproof/internal/check"
	"ringproof/internal/network"
	"ringproof/internal/stage"
	"ringproof/internal/wire"
	"ringproof/reports/diagnosis"
	"ringproof/reports/record"
	"ringproof/simulators/ua"
)

const (
	// reachWithin bounds the first OPTIONS: sent at 0, 0.5, 1.5 and 3.5 s
	// (RFC 3261 §17.1.2.2), the last with time for an answer.
	reachWithin = 4 * time.Second
	// askEvery is how often the monitor asks while scenarios run.
	askEvery = 500 * time.Millisecond
	// refusals in a row (ICMP port unreachable) after which nobody is taken
	// to listen any more: one alone may be a restart.
	refusals = 2
)

// reachID is the id of the gate's scenario.
const reachID = "reach"

// reach is the gate before all scenarios: each system under test answers
// OPTIONS, with whatever response. It is recorded as a scenario of its own.
func (h *Harness) reach(ctx context.Context) bool {
	for _, y := range h.stage.Faced() {
		if !h.reaches(ctx, y) {
			return false
		}
	}
	return true
}

func (h *Harness) reaches(ctx context.Context, y stage.System) bool {
	s := record.Scenario{
		Index: h.count, ID: reachID, Name: h.beside("The system under test answers", y.Name), Feature: "Before any call",
		Try: 1, Start: h.journal.Now(), Status: record.Passed,
	}
	h.count++
	h.journal.Enter(s.Index)
	h.journal.Add(s)
	h.does(s, "", reachWithin)
	if !h.pings() {
		s.End, s.Status, s.NotApplicable, s.Why = h.journal.Now(), record.Skipped, true, leftToFirstCall
		h.journal.Add(s)
		h.tell(s, nil)
		return true
	}
	m, err := h.stage.Monitor(y)
	if err != nil {
		h.breaks(err)
		return false
	}
	defer closeAgent(m)
	ask, cancel := context.WithTimeoutCause(ctx, reachWithin, errSilent)
	defer cancel()
	ask, closed := context.WithCancelCause(ask)
	defer closed(nil)
	onRefusals(m, func() { closed(errClosedPort) })
	_, err = m.Options(ask)
	e := check.Evidence{System: y.Hop.String()}
	if err != nil && ctx.Err() == nil {
		e.Down, e.ClosedPort = err.Error(), errors.Is(err, errClosedPort) || network.Refused(err)
		if errors.Is(err, errSilent) && y.Hop.Transport == wire.UDP {
			e.TCP = h.knock(ctx, y.Hop)
		}
	}
	_, f := h.judge("system.answers", e)
	s.End = h.journal.Now()
	if f != nil {
		s.Status, s.Why = record.Failed, f.Why
	}
	if ctx.Err() != nil {
		s.Status, s.Why = record.NotRun, stopped(ctx).Error()
	}
	h.journal.Add(s)
	h.tell(s, f)
	if f != nil {
		h.skipAll(ctx, h.beside("the system under test does not answer", y.Name))
	}
	return s.Status == record.Passed
}

// knockWithin bounds a TCP connection to a silent system: a SYN sent twice.
const knockWithin = 1500 * time.Millisecond

// knock tells what TCP says at the address where UDP is silent.
func (h *Harness) knock(ctx context.Context, at wire.Hop) check.TCP {
	ctx, cancel := context.WithTimeout(ctx, knockWithin)
	defer cancel()
	c, err := h.suite.Network.Dial(ctx, netip.AddrPortFrom(h.stage.Own(), 0), at.Addr)
	switch {
	case err == nil:
		c.Close()
		return check.TCPAnswered
	case network.Refused(err):
		return check.TCPRefused
	}
	return check.TCPSilent
}

var (
	errSilent     = fmt.Errorf("no answer to OPTIONS within %s", reachWithin)
	errClosedPort = errors.New("nobody listens there (ICMP port unreachable)")
)

// onRefusals tells when the agent has met a closed port so often that nobody
// listens. What it returns forgets the refusals so far.
func onRefusals(m *ua.Agent, f func()) (forget func()) {
	var refused atomic.Int32
	m.OnRefused(func() {
		if refused.Add(1) == refusals {
			f()
		}
	})
	return func() { refused.Store(0) }
}

// watch asks each system again and again while scenarios run, and aborts the
// run where no answer comes. The func it returns waits for its end.
func (h *Harness) watch(ctx context.Context) func() {
	if !h.pings() {
		return func() {}
	}
	var w sync.WaitGroup
	for _, y := range h.stage.Faced() {
		m, err := h.stage.Monitor(y)
		if err != nil {
			h.breaks(err)
			break
		}
		forget := onRefusals(m, func() { h.abort(&downError{h.beside(errClosedPort.Error(), y.Name)}) })
		w.Go(func() {
			defer closeAgent(m)
			h.asks(ctx, y, m, forget)
		})
	}
	return w.Wait
}

// asks asks a system until it does not answer or ctx ends.
func (h *Harness) asks(ctx context.Context, y stage.System, m *ua.Agent, forget func()) {
	for ctx.Err() == nil {
		asked := time.Now()
		ask, cancel := context.WithTimeoutCause(ctx, reachWithin, errSilent)
		_, err := m.Options(ask)
		cancel()
		switch {
		case err == nil:
			forget()
		case errors.Is(err, errSilent) && (h.loading.Load() || h.heardSince(asked, y.Hop)): // lost on the way
		case ctx.Err() == nil:
			h.abort(&downError{h.beside(err.Error(), y.Name)})
			return
		}
		select {
		case <-time.After(askEvery):
		case <-ctx.Done():
		}
	}
}

// beside says of which system something is, where several are under test.
func (h *Harness) beside(text, system string) string {
	if len(h.sides()) < 2 {
		return text
	}
	return text + ": " + system
}

func closeAgent(a *ua.Agent) {
	ctx, cancel := context.WithTimeout(context.Background(), releaseWithin)
	defer cancel()
	a.Close(ctx)
}

// judge holds a rule against evidence, records the check, and a finding where
// it failed.
func (h *Harness) judge(rule string, e check.Evidence) (record.Check, *record.Finding) {
	c := check.Evaluate(rule, e)
	c.At = h.journal.Now()
	h.journal.Add(c)
	if c.Verdict != record.Fail {
		return c, nil
	}
	h.again(&e)
	e.Mapped = h.mapped(e.Caller)
	f := diagnosis.Diagnose(rule, e)
	h.journal.Add(f)
	return c, &f
}

// down records that the system under test is gone, within the scenario that
// met it.
func (h *Harness) down(how string) *record.Finding {
	_, f := h.judge("system.answers", check.Evidence{System: h.stage.Words(), Down: how, Before: true})
	return f
}

// isDown tells whether the run was aborted because the system is gone, and
// how that was found.
func isDown(ctx context.Context) (how string, down bool) {
	var e *downError
	if errors.As(context.Cause(ctx), &e) {
		return e.how, true
	}
	return "", false
}

func (h *Harness) tell(s record.Scenario, f *record.Finding) {
	if h.suite.Watch == nil {
		return
	}
	var list []record.Finding
	if f != nil {
		list = append(list, *f)
	}
	h.suite.Watch(s, list)
}
