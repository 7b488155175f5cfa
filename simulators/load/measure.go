package load

import (
	"github.com/HdrHistogram/hdrhistogram-go"
)

// Measure is what one engine has seen. Its counts are of calls, unless they
// say otherwise. It is written by one goroutine, and read when that is done.
type Measure struct {
	Attempts  uint64 // INVITEs, a challenge and its repetition are one
	Answered  uint64 // got a 2xx
	Completed uint64 // answered, and released by a BYE that was answered or came
	Refused   uint64 // got a final response above 299, and no 2xx
	TimedOut  uint64 // got none within the threshold
	Late      uint64 // answered after they were given up
	Redirect  uint64 // got a 3xx
	Codes     [700]uint64
	Unusable  [unusables]uint64 // of those that timed out, by what was wrong with the response that they got
	// ByeUnusable is as Unusable, of ByeTimedOut.
	ByeUnusable [unusables]uint64

	LateStarts uint64 // begun later after their time than is allowed
	Blocked    uint64 // not begun, for there were as many as the limit allows

	Voices Voices // of the calls that had one

	Cut       uint64 // had not ended when the run was stopped
	Withdrawn uint64 // taken back while they rang, for that reason

	Ringing       uint64 // 18x came before the answer
	Disconnected  uint64 // failed, or not released, because the connection was lost
	Silent        uint64 // answered without any 18x
	Unheard       uint64 // ended without any response above 100
	Unrung        uint64 // ended without a 18x or a final response
	ByPeer        uint64 // released by the other side
	Early         uint64 // of these, before their time, where nobody there hangs up
	Undescribed   uint64 // completed, after a 2xx that names no stream to speak to
	ByeRefused    uint64
	ByeTimedOut   uint64
	Challenged    uint64
	Forked        uint64 // answered by another phone too, which was released
	Retransmitted uint64 // requests of ours that were sent again
	Repeated      uint64 // responses and requests that came again
	Broken        uint64 // datagrams that are no SIP message, or cut
	Stray         uint64 // messages that belong to no call of ours, or cannot be used
	Misled        uint64 // BYEs with the Call-ID of a call of ours, and a tag that is not
	Requests      uint64 // of the peer within a call, besides BYE

	Flows []Flowed // of a mix

	// Of registrations, which are counted above as calls are.
	Reregistered uint64 // of those answered: the address was bound before
	Unbound      uint64 // got a 2xx that does not list the contact
	Overtaken    uint64 // not begun: the one before of the same address had not ended
	Removed      uint64 // at the end
	Left         uint64 // bound still, or perhaps, when removing was given up

	SRD, FailedSRD, PDD, Answer, SDD, Lateness *hdrhistogram.Histogram // µs
	RRD, AgainRRD                              *hdrhistogram.Histogram // µs, of registrations and re-registrations

	// SDT is how long calls lasted that were released, FailedSDT those whose
	// BYE got no response, until that was given up (RFC 6076 §4.5).
	SDT, FailedSDT durations

	Seconds []Second
}

// durations are a sum of times, of which the mean is told.
type durations struct {
	n  uint64
	ns int64
}

func (d *durations) add(ns int64) {
	d.n++
	d.ns += ns
}

func (d *durations) merge(o durations) { d.n, d.ns = d.n+o.n, d.ns+o.ns }

// mean gives it in seconds; nil of none.
func (d durations) mean() *float64 {
	if d.n == 0 {
		return nil
	}
	v := float64(d.ns) / float64(d.n) / 1e9
	return &v
}

// Second is what happened in one second of the run.
type Second struct {
	Attempts      uint32 `json:"attempts"`
	Answered      uint32 `json:"answered"` // of these
	Failed        uint32 `json:"failed"`   // of these
	Retransmitted uint32 `json:"retransmitted"`

	// SRD and PDD of the calls that began in it, in milliseconds and to within
	// 5 %; 0 for none. They are worked out of what follows.
	SRD50 float64 `json:"srd_p50_ms"`
	SRD95 float64 `json:"srd_p95_ms"`
	PDD50 float64 `json:"pdd_p50_ms"`
	PDD95 float64 `json:"pdd_p95_ms"`

	srd, pdd *spread
}

// figures is how exact a histogram is.
const (
	figures = 3
	longest = 200_000_000 // µs
)

func newMeasure() *Measure {
	h := func() *hdrhistogram.Histogram { return hdrhistogram.New(1, longest, figures) }
	return &Measure{SRD: h(), FailedSRD: h(), PDD: h(), Answer: h(), SDD: h(), Lateness: h(), RRD: h(), AgainRRD: h()}
}

// add counts a time in nanoseconds. Where two clocks disagree it may be a
// little below 0.
func add(h *hdrhistogram.Histogram, ns int64) {
	_ = h.RecordValue(min(max(ns/1000, 1), longest)) // always in range
}

// second gives the second of a time.
func (m *Measure) second(at int64) *Second {
	i := int(max(0, at) / 1e9)
	for len(m.Seconds) <= i {
		m.Seconds = append(m.Seconds, Second{})
	}
	return &m.Seconds[i]
}
