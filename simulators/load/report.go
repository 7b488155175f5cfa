package load

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Report is a Result for people and programs: what is asked of a load test,
// by its standard name. Times are in milliseconds. A ratio that has nothing to
// be a ratio of is null.
type Report struct {
	Schema  int       `json:"schema"`          // 1
	Of      string    `json:"of"`              // calls or registrations
	Users   int       `json:"users,omitempty"` // of a closed loop
	Flows   []Flowed  `json:"flows,omitempty"`
	Started time.Time `json:"started"`
	Seconds float64   `json:"seconds"`
	Valid   bool      `json:"valid"`
	Invalid []Reason  `json:"invalid,omitempty"`

	Attempts  uint64         `json:"attempts"`
	Answered  uint64         `json:"answered"`
	Completed uint64         `json:"completed"`
	Refused   uint64         `json:"refused"`
	TimedOut  uint64         `json:"timed_out"`
	Unusable  []Unusable     `json:"unusable_responses,omitempty"` // of those that timed out
	Blocked   uint64         `json:"blocked"`
	Overtaken uint64         `json:"overtaken,omitempty"`            // registrations not begun, for the one before of the same address had not ended
	AsTold    uint64         `json:"not_answered_as_told,omitempty"` // by our own crowd
	Withdrawn uint64         `json:"withdrawn,omitempty"`            // taken back while they rang: the run was to end
	Codes     map[int]uint64 `json:"codes"`
	Rate      float64        `json:"attempts_per_second"`

	// RFC 6076 §4.6 to §4.9, in percent.
	SER  *float64 `json:"ser_percent"`
	SEER *float64 `json:"seer_percent"`
	ISA  *float64 `json:"isa_percent"`
	SCR  *float64 `json:"scr_percent"`
	// ITU-T E.425, in percent.
	ASR *float64 `json:"asr_percent"`
	NER *float64 `json:"ner_percent"`

	// RFC 6076 §4.2, in percent, of registrations.
	IRA *float64 `json:"ira_percent,omitempty"`

	// Means in seconds, of calls that were released, and of those whose BYE got
	// no response (RFC 6076 §4.5).
	SDT       *float64 `json:"sdt_mean_s"`
	FailedSDT *float64 `json:"sdt_failed_mean_s"`

	SRD       Delays `json:"srd_ms"`        // RFC 6076 §4.3.1
	FailedSRD Delays `json:"srd_failed_ms"` // RFC 6076 §4.3.2
	PDD       Delays `json:"pdd_ms"`        // to the first 18x, or the answer
	RRD       Delays `json:"rrd_ms"`        // RFC 6076 §4.1, of first registrations
	AgainRRD  Delays `json:"rrd_again_ms"`  // of re-registrations
	Answer    Delays `json:"answer_ms"`     // to the 2xx
	SDD       Delays `json:"sdd_ms"`        // RFC 6076 §4.4
	Lateness  Delays `json:"lateness_ms"`   // of our own beginnings

	Reregistered uint64 `json:"reregistered,omitempty"`
	Unbound      uint64 `json:"accepted_and_not_bound,omitempty"`
	Removed      uint64 `json:"removed,omitempty"`
	Left         uint64 `json:"left_bound,omitempty"`

	NoRinging     uint64     `json:"answered_without_ringing"`
	LateAnswers   uint64     `json:"late_answers"`
	ReleasedThere uint64     `json:"released_by_the_other_side"`
	ReleasedEarly uint64     `json:"released_before_their_time,omitempty"` // of these, where nobody there hangs up
	Undescribed   uint64     `json:"answered_without_a_stream,omitempty"`  // completed, and yet the 2xx names no audio stream
	ByeRefused    uint64     `json:"bye_refused"`
	ByeTimedOut   uint64     `json:"bye_timed_out"`
	Cut           uint64     `json:"left_when_it_ended,omitempty"`     // calls whose end the run did not wait for
	ByeUnusable   []Unusable `json:"unusable_bye_responses,omitempty"` // of those that timed out
	Challenged    uint64     `json:"challenged"`
	Forked        uint64     `json:"answered_by_a_second_phone,omitempty"`
	Retransmitted uint64     `json:"retransmitted"`
	Repeated      uint64     `json:"repeated_by_the_other_side"`
	Broken        uint64     `json:"broken_messages"`
	Stray         uint64     `json:"stray_messages"`
	Misled        uint64     `json:"bye_with_another_tag,omitempty"`
	LateStarts    uint64     `json:"late_starts"`
	PortClosed    bool       `json:"port_closed"`

	Disconnected uint64       `json:"connection_lost,omitempty"`
	Connections  *Connections `json:"connections,omitempty"`

	CPUPerCall float64  `json:"cpu_ms_per_call,omitempty"` // not known over TCP
	Dropped    uint64   `json:"dropped_here"`
	Unsent     uint64   `json:"unsent_here"`
	Timeline   []Second `json:"timeline"`
	Voices     *Voices  `json:"voices,omitempty"` // of the calls that had one; nil if none was to

	mute        uint64 // of those that timed out, as our own crowd was told
	unusable    uint64 // of those that timed out, by Unusable
	byeUnusable uint64
}

// Delays are what is told of many times, in milliseconds. In the percentiles
// stand, as Endless, those calls too for which the response never came.
type Delays struct {
	Count int64   `json:"count"` // that were measured
	Never int64   `json:"never,omitempty"`
	Min   float64 `json:"min"`
	Mean  float64 `json:"mean"`
	P50   float64 `json:"p50"`
	P95   float64 `json:"p95"`
	P99   float64 `json:"p99"`
	Max   float64 `json:"max"`
}

// Endless stands for the delay of a response that never came.
const Endless = longest / 1000

func delays(h *hdrhistogram.Histogram, never uint64) Delays {
	d := Delays{Count: h.TotalCount(), Never: int64(never)}
	if d.Count > 0 {
		d.Min, d.Mean, d.Max = float64(h.Min())/1000, h.Mean()/1000, float64(h.Max())/1000
	}
	all := float64(d.Count + d.Never)
	at := func(q float64) float64 {
		switch {
		case all == 0:
			return 0
		case q*all > 100*float64(d.Count):
			return Endless
		}
		return float64(h.ValueAtQuantile(q*all/float64(d.Count))) / 1000
	}
	d.P50, d.P95, d.P99 = at(50), at(95), at(99)
	return d
}

// Report works the result out.
func (r *Result) Report() Report {
	out := Report{
		Schema: 1, Of: "calls", Started: r.Start, Seconds: r.Took.Seconds(), Valid: len(r.Invalid) == 0, Invalid: r.Invalid,
		Attempts: r.Attempts, Answered: r.Answered, Completed: r.Completed, Refused: r.Refused, TimedOut: r.TimedOut,
		Blocked: r.Blocked, Codes: map[int]uint64{},
		SRD: delays(r.SRD, r.Unheard-min(r.Unheard, r.excused.mute)), FailedSRD: delays(r.FailedSRD, 0),
		PDD: delays(r.PDD, r.Unrung-min(r.Unrung, r.excused.mute)), Answer: delays(r.Answer, r.Codes[0]-min(r.Codes[0], r.excused.mute)),
		SDT: r.SDT.mean(), FailedSDT: r.FailedSDT.mean(), SDD: delays(r.SDD, 0), Lateness: delays(r.Lateness, 0),
		NoRinging: r.Silent, LateAnswers: r.Late, ReleasedThere: r.ByPeer, ReleasedEarly: r.Early, Undescribed: r.Undescribed, ByeRefused: r.ByeRefused, ByeTimedOut: r.ByeTimedOut, Cut: r.Cut,
		Challenged: r.Challenged, Forked: r.Forked, Retransmitted: r.Retransmitted, Repeated: r.Repeated, Broken: r.Broken, Stray: r.Stray, Misled: r.Misled,
		Withdrawn: r.Withdrawn, RRD: delays(r.RRD, 0), AgainRRD: delays(r.AgainRRD, 0), Reregistered: r.Reregistered, Unbound: r.Unbound, Removed: r.Removed, Left: r.Left,
		Overtaken: r.Overtaken, LateStarts: r.LateStarts, PortClosed: r.Closed, Dropped: r.Sockets.Dropped, Unsent: r.Sockets.Unsent,
	}
	for code, n := range r.Codes {
		if n > 0 && code > 0 {
			out.Codes[code] = n
		}
	}
	out.unusable, out.Unusable = unusableOf(r.Unusable)
	out.byeUnusable, out.ByeUnusable = unusableOf(r.ByeUnusable)
	out.AsTold, out.mute = r.excused.refused+r.excused.mute+r.excused.timer, r.excused.mute
	out.Users, out.Flows = r.Users, r.Flows
	out.Disconnected = r.Disconnected
	if r.Connections != (Connections{}) {
		out.Connections = &r.Connections
	}
	if n := len(r.Seconds); n > 0 && r.Attempts > 0 {
		out.Rate = r.rate()
		if !r.helped {
			out.CPUPerCall = float64(r.CPU) / 1e6 / float64(r.Attempts)
		}
	}
	out.Timeline = r.Seconds
	for i := range out.Timeline {
		s := &out.Timeline[i]
		s.SRD50, s.SRD95, s.PDD50, s.PDD95 = s.srd.at(0.5), s.srd.at(0.95), s.pdd.at(0.5), s.pdd.at(0.95)
	}
	if r.Registrations {
		out.Of = "registrations"
		out.IRA = r.ineffective()
	} else {
		if r.HasMedia {
			out.Voices = &r.Voices
		}
		out.ratios(r)
	}
	return out
}

// Spoil adds reasons why the run is invalid, of others than the callers.
func (r *Report) Spoil(reasons []Reason) {
	r.Invalid = append(r.Invalid, reasons...)
	r.Valid = len(r.Invalid) == 0
}

// Carried tells whether all calls were good and came as fast as planned.
// It does so of an invalid run too: calls that came late, and together, were
// no easier to carry.
func (r Report) Carried(rate float64) bool {
	return r.Attempts > 0 && r.Good() == r.Attempts && AsPlanned(r.Attempts, r.Rate, rate)
}

// AsPlanned tells whether so many calls came as fast as was planned: the last of
// them less than a call's distance late, and a hundredth of the time.
func AsPlanned(calls uint64, rate, planned float64) bool {
	return calls < 2 || rate*float64(calls) > 0.99*planned*float64(calls-1)
}

// ratios works out what RFC 6076 and E.425 define. A call that could not
// begin here is no session request, and what would have become of one that was
// taken back nobody knows.
func (o *Report) ratios(r *Result) {
	requests := r.Attempts - r.Blocked - r.Withdrawn
	effective := r.Answered
	for _, code := range []int{480, 486, 600, 603} { // RFC 6076 §4.7
		effective += r.Codes[code]
	}
	ineffective := r.TimedOut // the timer's end is a 408 (RFC 3261 §8.1.3.1)
	for _, code := range []int{408, 500, 503, 504} {
		ineffective += r.Codes[code]
	}
	o.SER = percent(r.Answered, requests-r.Redirect)
	o.SEER = percent(effective, requests-r.Redirect)
	o.ISA = percent(ineffective, requests)
	o.SCR = percent(r.Completed, requests)
	o.ASR = percent(r.Answered, requests)
	o.NER = percent(effective, requests)
}

// ineffective is the share of ineffective registration attempts (RFC 6076
// §4.2): a challenge is never a failure, not even the last word of one with a
// wrong password.
func (r *Result) ineffective() *float64 {
	n := r.TimedOut
	for code := 400; code < len(r.Codes); code++ {
		if code != 401 && code != 402 && code != 407 {
			n += r.Codes[code]
		}
	}
	return percent(n, r.Attempts-r.Blocked-r.Overtaken)
}

// percent is nil where there is nothing to be a share of.
func percent(n, of uint64) *float64 {
	if of == 0 {
		return nil
	}
	p := 100 * float64(n) / float64(of)
	return &p
}
