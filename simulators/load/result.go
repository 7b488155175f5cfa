package load

import (
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"ringproof/internal/batch"
	"ringproof/simulators/load/lines"
)

// Result is what came of a run: what was measured, and why it may measure
// nothing.
type Result struct {
	Measure
	Start   time.Time
	Took    time.Duration
	Strain  // of all engines
	Engines int
	Users   int // that called in a closed loop; 0: arrivals were planned
	// Registrations tells that registrations were made, and no calls.
	Registrations bool
	Sockets       batch.Stats // of all engines
	// When the first and the last call began, since the first could, and how
	// many a second were planned.
	firstStart, lastStart time.Duration
	planned               float64
	Connections           Connections // of all engines, over TCP
	Closed                bool        // ICMP said that the port at the other end is closed
	Invalid               []Reason
	HasMedia              bool        // some calls were to have a voice
	Lines                 lines.Stats // of the voices
	excused               excused     // to the crowd that was called
	tooLate               time.Duration
	helped                bool // others than the engines moved messages: what a call cost is not known
}

// Reason is why a run says more of this machine than of the system under
// test, and what to change.
type Reason struct {
	What   string `json:"what"`
	Change string `json:"change"`
}

func newResult(clock batch.Clock, callers []*caller, pool *lines.Pool) *Result {
	r := &Result{Measure: *newMeasure(), Start: clock.Start(), Took: time.Duration(clock.Now()), Engines: len(callers)}
	for _, c := range callers {
		r.Registrations = c.reg != nil
		r.tooLate = time.Duration(c.tooLate)
		r.merge(&c.m)
		if c.m.Attempts > 0 {
			if r.Attempts == c.m.Attempts { // the first engine that began any
				r.firstStart = time.Duration(c.first)
			}
			r.firstStart = min(r.firstStart, time.Duration(c.first))
			r.lastStart = max(r.lastStart, time.Duration(c.last))
		}
		r.planned = c.plan.Rate(0)
		r.Sockets.Add(c.s.Stats())
		r.add(c.strain)
		r.Closed = r.Closed || c.refused
		if s, ok := c.s.(*streams); ok {
			r.Connections.add(s)
			r.helped = true
		}
		if c.beside != nil {
			r.Sockets.Add(c.beside.Stats())
			r.Connections.merge(connectionsOf(c.beside))
		}
	}
	if pool != nil {
		r.HasMedia, r.Lines = true, pool.Stats()
	}
	r.Invalid = r.reasons()
	return r
}

// rate gives how many calls began a second, from the first to the last. Of one
// call there is no such time: that is the plan's.
func (r *Result) rate() float64 {
	took := (r.lastStart - r.firstStart).Seconds()
	if r.Attempts < 2 || took <= 0 {
		return r.planned
	}
	return float64(r.Attempts-1) / took
}

// counts are those that are summed up.
func (m *Measure) counts() []*uint64 {
	return []*uint64{
		&m.Attempts, &m.Answered, &m.Completed, &m.Refused, &m.TimedOut, &m.Late,
		&m.Redirect, &m.LateStarts, &m.Blocked, &m.Ringing, &m.Silent, &m.Unheard,
		&m.Unrung, &m.ByPeer, &m.Early, &m.Undescribed, &m.ByeRefused, &m.ByeTimedOut,
		&m.Challenged, &m.Forked, &m.Retransmitted, &m.Repeated, &m.Broken, &m.Stray,
		&m.Misled, &m.Requests, &m.Cut, &m.Disconnected, &m.Reregistered, &m.Unbound,
		&m.Overtaken, &m.Removed, &m.Left, &m.Withdrawn,
	}
}

// merge adds what another engine has seen.
func (m *Measure) merge(o *Measure) {
	more := o.counts()
	for i, n := range m.counts() {
		*n += *more[i]
	}
	m.Voices.add(o.Voices)
	m.SDT.merge(o.SDT)
	m.FailedSDT.merge(o.FailedSDT)
	m.mergeFlows(o.Flows)
	for i, n := range o.Codes {
		m.Codes[i] += n
	}
	for i, n := range o.Unusable {
		m.Unusable[i] += n
		m.ByeUnusable[i] += o.ByeUnusable[i]
	}
	for _, x := range []struct{ to, from *hdrhistogram.Histogram }{
		{m.SRD, o.SRD},
		{m.FailedSRD, o.FailedSRD},
		{m.PDD, o.PDD},
		{m.Answer, o.Answer},
		{m.SDD, o.SDD},
		{m.Lateness, o.Lateness},
		{m.RRD, o.RRD},
		{m.AgainRRD, o.AgainRRD},
	} {
		x.to.Merge(x.from)
	}
	m.mergeSeconds(o.Seconds)
}

func (m *Measure) mergeSeconds(o []Second) {
	for i, s := range o {
		to := m.second(int64(i) * 1e9)
		to.Attempts += s.Attempts
		to.Answered += s.Answered
		to.Failed += s.Failed
		to.Retransmitted += s.Retransmitted
		to.srd, to.pdd = to.srd.merge(s.srd), to.pdd.merge(s.pdd)
	}
}

// mayBeBlocked is the share of the calls of a valid run that a limit may keep
// from beginning.
const mayBeBlocked = 0.001

// reasons says what of this machine may have spoiled the run.
func (r *Result) reasons() (out []Reason) {
	out = append(losses("our callers", r.Sockets), r.Connections.reasons("our callers")...)
	if n := r.Blocked; float64(n) > mayBeBlocked*float64(r.Attempts) {
		out = append(out, overLimit(n, r.Attempts))
	}
	if n := r.Overtaken; float64(n) > mayBeBlocked*float64(r.Attempts) {
		out = append(out, Reason{
			fmt.Sprintf("%d of %d registrations could not begin: the one before of the same address had not ended", n, r.Attempts),
			"Use more addresses of record, or a lower rate.",
		})
	}
	out = append(out, late("our callers", r.Lines)...)
	did := "calls began"
	if r.Registrations {
		did = "registrations began"
	}
	return append(out, r.Strain.reasons("our callers' engine", did, r.LateStarts, r.Attempts, r.tooLate, mayBeLate)...)
}
