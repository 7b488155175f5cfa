package load

import (
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"ringproof/internal/batch"
)

// Result is what came of a run: what was measured, and why it may measure
// nothing.
type Result struct {
	Measure
	Start     time.Time
	Took      time.Duration
	CPU       time.Duration // of all engines
	Waited    time.Duration // that engines were ready to run and had no core
	Engines   int
	Sockets   batch.Stats   // of all engines
	lastStart time.Duration // of a call, since the first could begin
	Closed    bool          // ICMP said that the port at the other end is closed
	Invalid   []Reason
}

// Reason is why a run says more of this machine than of the system under
// test, and what to change.
type Reason struct {
	What   string `json:"what"`
	Change string `json:"change"`
}

func newResult(clock batch.Clock, callers []*caller) *Result {
	r := &Result{Measure: *newMeasure(), Start: clock.Start(), Took: time.Duration(clock.Now()), Engines: len(callers)}
	for _, c := range callers {
		r.merge(&c.m)
		r.lastStart = max(r.lastStart, time.Duration(c.last))
		st := c.s.Stats()
		r.Sockets.Received += st.Received
		r.Sockets.Sent += st.Sent
		r.Sockets.ReceiveCalls += st.ReceiveCalls
		r.Sockets.SendCalls += st.SendCalls
		r.Sockets.Unsent += st.Unsent
		r.Sockets.Dropped += st.Dropped
		r.Sockets.ReceiveBuffer, r.Sockets.SendBuffer = st.ReceiveBuffer, st.SendBuffer
		r.CPU += time.Duration(c.cpu)
		r.Waited += time.Duration(c.queued)
		r.Closed = r.Closed || c.refused
	}
	r.Invalid = r.reasons()
	return r
}

// merge adds what another engine has seen.
func (m *Measure) merge(o *Measure) {
	for _, x := range []struct{ to, from *uint64 }{
		{&m.Attempts, &o.Attempts},
		{&m.Answered, &o.Answered},
		{&m.Completed, &o.Completed},
		{&m.Refused, &o.Refused},
		{&m.TimedOut, &o.TimedOut},
		{&m.Late, &o.Late},
		{&m.Redirect, &o.Redirect},
		{&m.LateStarts, &o.LateStarts},
		{&m.Blocked, &o.Blocked},
		{&m.Ringing, &o.Ringing},
		{&m.Silent, &o.Silent},
		{&m.ByPeer, &o.ByPeer},
		{&m.ByeRefused, &o.ByeRefused},
		{&m.ByeTimedOut, &o.ByeTimedOut},
		{&m.Challenged, &o.Challenged},
		{&m.Retransmitted, &o.Retransmitted},
		{&m.Repeated, &o.Repeated},
		{&m.Broken, &o.Broken},
		{&m.Stray, &o.Stray},
		{&m.Requests, &o.Requests},
		{&m.Cut, &o.Cut},
	} {
		*x.to += *x.from
	}
	for i, n := range o.Codes {
		m.Codes[i] += n
	}
	for _, x := range []struct{ to, from *hdrhistogram.Histogram }{
		{m.SRD, o.SRD}, {m.FailedSRD, o.FailedSRD}, {m.PDD, o.PDD}, {m.Answer, o.Answer}, {m.SDD, o.SDD}, {m.Lateness, o.Lateness},
	} {
		x.to.Merge(x.from)
	}
	for i, s := range o.Seconds {
		to := m.second(int64(i) * 1e9)
		to.Attempts += s.Attempts
		to.Answered += s.Answered
		to.Failed += s.Failed
		to.Retransmitted += s.Retransmitted
	}
}

// What a valid run may have at most: a thousandth of its calls late or not
// begun, and engines that had something left of their cores.
const (
	mayBeLate = 0.001
	mayBeBusy = 0.95
)

// reasons says what of this machine may have spoiled the run.
func (r *Result) reasons() (out []Reason) {
	because := func(change, what string, args ...any) {
		out = append(out, Reason{fmt.Sprintf(what, args...), change})
	}
	if n := r.Sockets.Dropped; n > 0 {
		because(fmt.Sprintf("Raise it: sysctl -w net.core.rmem_max=%d, or run as root.", 8*r.Sockets.ReceiveBuffer),
			"%d datagrams were dropped here: our receive buffer of %d bytes was full", n, r.Sockets.ReceiveBuffer)
	}
	if n := r.Sockets.Unsent; n > 0 {
		because(fmt.Sprintf("Raise it: sysctl -w net.core.wmem_max=%d, or run as root.", 8*r.Sockets.SendBuffer),
			"%d datagrams could not be sent: our send buffer of %d bytes was full", n, r.Sockets.SendBuffer)
	}
	if n := r.Blocked; float64(n) > mayBeLate*float64(r.Attempts) {
		because("Raise the limit, or shorten the calls.", "%d of %d calls could not begin: there were as many as the limit allows", n, r.Attempts)
	}
	wall := float64(r.Took) * float64(r.Engines)
	late := float64(r.LateStarts) > mayBeLate*float64(r.Attempts)
	switch {
	case float64(r.CPU) > mayBeBusy*wall:
		because("Lower the rate, or use more engines on more cores.", "our own engine was busy %.0f %% of the time", 100*float64(r.CPU)/wall)
	case late && 2*float64(r.Waited) > wall-float64(r.CPU) || late && r.Waited > r.Took/20:
		because("Leave a core to the generator: stop what else runs on this machine, or move it.",
			"%d of %d calls began more than 5 ms late: our engine was ready and had no core for %s", r.LateStarts, r.Attempts, r.Waited.Round(time.Millisecond))
	case late:
		because("Lower the rate, or use a machine with more to give.", "%d of %d calls began more than 5 ms late", r.LateStarts, r.Attempts)
	}
	return out
}
