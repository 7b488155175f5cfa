package load

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Report is a Result for people and programs: what is asked of a load test,
// by its standard name. Times are in milliseconds. A ratio that has nothing to
// be a ratio of is null.
type Report struct {
	Schema  int       `json:"schema"` // 1
	Started time.Time `json:"started"`
	Seconds float64   `json:"seconds"`
	Valid   bool      `json:"valid"`
	Invalid []Reason  `json:"invalid,omitempty"`

	Attempts  uint64         `json:"attempts"`
	Answered  uint64         `json:"answered"`
	Completed uint64         `json:"completed"`
	Refused   uint64         `json:"refused"`
	TimedOut  uint64         `json:"timed_out"`
	Blocked   uint64         `json:"blocked"`
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

	SRD       Delays `json:"srd_ms"`        // RFC 6076 §4.3.1
	FailedSRD Delays `json:"srd_failed_ms"` // RFC 6076 §4.3.2
	PDD       Delays `json:"pdd_ms"`        // to the first 18x
	Answer    Delays `json:"answer_ms"`     // to the 2xx
	SDD       Delays `json:"sdd_ms"`        // RFC 6076 §4.4
	Lateness  Delays `json:"lateness_ms"`   // of our own beginnings

	NoRinging     uint64 `json:"answered_without_ringing"`
	LateAnswers   uint64 `json:"late_answers"`
	ReleasedThere uint64 `json:"released_by_the_other_side"`
	ByeRefused    uint64 `json:"bye_refused"`
	ByeTimedOut   uint64 `json:"bye_timed_out"`
	Challenged    uint64 `json:"challenged"`
	Retransmitted uint64 `json:"retransmitted"`
	Repeated      uint64 `json:"repeated_by_the_other_side"`
	Broken        uint64 `json:"broken_messages"`
	Stray         uint64 `json:"stray_messages"`
	LateStarts    uint64 `json:"late_starts"`
	PortClosed    bool   `json:"port_closed"`

	CPUPerCall float64  `json:"cpu_ms_per_call"`
	Dropped    uint64   `json:"dropped_here"`
	Unsent     uint64   `json:"unsent_here"`
	Timeline   []Second `json:"timeline"`
}

// Delays are what is told of many times, in milliseconds.
type Delays struct {
	Count int64   `json:"count"`
	Min   float64 `json:"min"`
	Mean  float64 `json:"mean"`
	P50   float64 `json:"p50"`
	P95   float64 `json:"p95"`
	P99   float64 `json:"p99"`
	Max   float64 `json:"max"`
}

func delays(h *hdrhistogram.Histogram) Delays {
	if h.TotalCount() == 0 {
		return Delays{}
	}
	at := func(q float64) float64 { return float64(h.ValueAtQuantile(q)) / 1000 }
	return Delays{h.TotalCount(), float64(h.Min()) / 1000, h.Mean() / 1000, at(50), at(95), at(99), float64(h.Max()) / 1000}
}

// Report works the result out.
func (r *Result) Report() Report {
	out := Report{
		Schema: 1, Started: r.Start, Seconds: r.Took.Seconds(), Valid: len(r.Invalid) == 0, Invalid: r.Invalid,
		Attempts: r.Attempts, Answered: r.Answered, Completed: r.Completed, Refused: r.Refused, TimedOut: r.TimedOut,
		Blocked: r.Blocked, Codes: map[int]uint64{},
		SRD: delays(r.SRD), FailedSRD: delays(r.FailedSRD), PDD: delays(r.PDD), Answer: delays(r.Answer), SDD: delays(r.SDD), Lateness: delays(r.Lateness),
		NoRinging: r.Silent, LateAnswers: r.Late, ReleasedThere: r.ByPeer, ByeRefused: r.ByeRefused, ByeTimedOut: r.ByeTimedOut,
		Challenged: r.Challenged, Retransmitted: r.Retransmitted, Repeated: r.Repeated, Broken: r.Broken, Stray: r.Stray,
		LateStarts: r.LateStarts, PortClosed: r.Closed, Dropped: r.Sockets.Dropped, Unsent: r.Sockets.Unsent,
	}
	for code, n := range r.Codes {
		if n > 0 && code > 0 {
			out.Codes[code] = n
		}
	}
	if n := len(r.Seconds); n > 0 && r.Attempts > 0 {
		out.Rate = float64(r.Attempts) / max(r.lastStart.Seconds(), 1e-3)
		out.CPUPerCall = float64(r.CPU) / 1e6 / float64(r.Attempts)
	}
	out.Timeline = r.Seconds
	out.ratios(r)
	return out
}

// ratios works out what RFC 6076 and E.425 define. A call that could not
// begin here is no session request.
func (o *Report) ratios(r *Result) {
	requests := r.Attempts - r.Blocked
	percent := func(n, of uint64) *float64 {
		if of == 0 {
			return nil
		}
		p := 100 * float64(n) / float64(of)
		return &p
	}
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
