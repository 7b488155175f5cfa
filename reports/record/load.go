package record

import (
	"fmt"
	"net/netip"
	"strings"
)

// Load is what many calls at once came to: what was offered, what our callers
// and our answering crowd saw, and whether the figures are those of our own
// machine. Delays are in milliseconds.
type Load struct {
	Scenario int   `json:"scenario"`
	Trial    int   `json:"trial,omitempty"` // of a search for the highest rate, from 1 on
	Start    int64 `json:"start_ns"`
	End      int64 `json:"end_ns"` // all calls had ended, or were given up

	Caller string         `json:"caller"` // the party that calls, and who is called
	Called string         `json:"called"`
	From   netip.AddrPort `json:"from"`   // our callers
	System netip.AddrPort `json:"system"` // under test
	At     netip.AddrPort `json:"at"`     // our crowd
	// Transport is what the callers use: "UDP" or "TCP".
	Transport string `json:"transport"`
	Number    string `json:"number"` // that were dialled, in words

	Offered LoadOffered `json:"offered"`
	Callers LoadCallers `json:"callers"`
	Crowd   LoadCrowd   `json:"crowd"`

	SRD       LoadDelays `json:"srd_ms"`        // RFC 6076 §4.3.1
	FailedSRD LoadDelays `json:"srd_failed_ms"` // RFC 6076 §4.3.2
	PDD       LoadDelays `json:"pdd_ms"`        // to the first 18x, or the answer
	Answer    LoadDelays `json:"answer_ms"`     // to the 2xx
	SDD       LoadDelays `json:"sdd_ms"`        // RFC 6076 §4.4
	SDT       *float64   `json:"sdt_mean_s"`    // RFC 6076 §4.5.1, in seconds; nil where no call was released
	Lateness  LoadDelays `json:"lateness_ms"`   // of our own beginnings
	// Ratios are those of RFC 6076 §4.6 to §4.9 and ITU-T E.425 that have
	// something to be a ratio of, in percent, in their order.
	Ratios []LoadRatio `json:"ratios"`

	Voices *LoadVoices `json:"voices,omitempty"` // of the calls that had one; nil if none was to

	Seconds []LoadSecond `json:"seconds"` // by when calls were to begin
	// Spoiled is what of this machine the figures may be of: then they prove
	// nothing.
	Spoiled []LoadReason `json:"spoiled,omitempty"`
	// Slow is where this machine was slow, which can only have made delays
	// longer: what was kept all the same was kept.
	Slow []LoadReason `json:"slow,omitempty"`
}

// LoadOffered is what was asked for.
type LoadOffered struct {
	Rate    float64 `json:"rate"` // calls a second
	Ramp    int64   `json:"ramp_ns,omitempty"`
	Poisson bool    `json:"poisson,omitempty"`
	Steered bool    `json:"steered,omitempty"` // changed meanwhile, by hand
	// Steps are one rate after the other; Rate is then the highest.
	Steps []LoadStep `json:"steps,omitempty"`
	Calls uint64     `json:"calls,omitempty"`  // bounds; 0 is none
	For   int64      `json:"for_ns,omitempty"` // how long calls begin
	Hold  string     `json:"hold"`             // how long each lasts, in words
	Limit int        `json:"limit"`            // calls at a time
	// Busy, Rejected and Mute are the shares that the crowd was to refuse, or
	// to leave without a response.
	Busy     float64 `json:"busy,omitempty"`
	Rejected float64 `json:"rejected,omitempty"`
	Mute     float64 `json:"mute,omitempty"`
	// Media is the share of the calls that had a voice, in percent.
	Media float64 `json:"media_percent,omitempty"`
	// AllowedPDD is what the 95th percentile of the post-dial delay may be, in
	// milliseconds; 0 for whatever it is.
	AllowedPDD float64 `json:"allowed_pdd_p95_ms,omitempty"`
}

// LoadStep is a rate that is held for a time.
type LoadStep struct {
	Rate float64 `json:"rate"` // calls a second
	For  int64   `json:"for_ns"`
}

// LoadCallers is what our callers saw. Counts are of calls but where they say
// otherwise.
type LoadCallers struct {
	Attempts    uint64         `json:"attempts"`
	Rate        float64        `json:"attempts_per_second"`
	Answered    uint64         `json:"answered"`
	Completed   uint64         `json:"completed"` // answered, and released by an answered BYE
	Failed      uint64         `json:"failed"`    // not completed, and not because our own crowd did as it was told
	Refused     uint64         `json:"refused"`
	Codes       map[int]uint64 `json:"codes"` // final responses
	TimedOut    uint64         `json:"timed_out"`
	Blocked     uint64         `json:"blocked"`                             // not begun: as many as the limit allows
	Cut         uint64         `json:"cut,omitempty"`                       // had not ended when all had to
	Withdrawn   uint64         `json:"withdrawn,omitempty"`                 // taken back while they rang, for the run was to end
	Late        uint64         `json:"late,omitempty"`                      // answered after they were given up
	ByPeer      uint64         `json:"by_peer"`                             // released by the other side
	Early       uint64         `json:"early,omitempty"`                     // of these, before their time: nobody there hangs up
	Undescribed uint64         `json:"answered_without_a_stream,omitempty"` // completed, and yet the 2xx names no audio stream
	Silent      uint64         `json:"silent"`                              // answered without ringing
	NoBye       uint64         `json:"bye_timed_out"`                       // a BYE without a response
	ByeDenied   uint64         `json:"bye_refused"`                         // a BYE that was refused
	Asked       uint64         `json:"challenged"`                          // for credentials
	Forked      uint64         `json:"answered_by_a_second_phone,omitempty"`
	Again       uint64         `json:"retransmitted"`   // requests of ours
	Repeated    uint64         `json:"repeated"`        // messages that came again
	Broken      uint64         `json:"broken_messages"` // messages
	Stray       uint64         `json:"stray_messages"`  // of no call of ours, or of no use
	// Unusable are those of TimedOut that did get a final response, and
	// ByeUnusable those of NoBye: what was wrong with it.
	Unusable    []LoadUnusable `json:"unusable_responses,omitempty"`
	ByeUnusable []LoadUnusable `json:"unusable_bye_responses,omitempty"`
	Misled      uint64         `json:"bye_with_another_tag,omitempty"` // BYEs from there that were of no dialog
	Lost        uint64         `json:"connection_lost,omitempty"`      // waited for a response on a connection that was lost, or could not be opened
	LostWhy     string         `json:"connection_lost_why,omitempty"`
	Closed      bool           `json:"port_closed,omitempty"`
	CPU         float64        `json:"cpu_ms_per_call"`
}

// LoadUnusable is how many calls got a response that cannot be used.
type LoadUnusable struct {
	What  string `json:"what"`
	Calls uint64 `json:"calls"`
}

// LoadCrowd is what our answering crowd saw.
type LoadCrowd struct {
	Invited      uint64 `json:"invited"` // calls that arrived
	Answered     uint64 `json:"answered"`
	Busy         uint64 `json:"busy,omitempty"`
	Rejected     uint64 `json:"rejected,omitempty"`
	Mute         uint64 `json:"mute,omitempty"`
	Full         uint64 `json:"full,omitempty"` // refused by ourselves: no room
	Cancelled    uint64 `json:"cancelled,omitempty"`
	Acknowledged uint64 `json:"acknowledged"`
	Unheard      uint64 `json:"unheard,omitempty"` // answers that nobody acknowledged
	Released     uint64 `json:"released"`
	Gone         uint64 `json:"gone,omitempty"`        // requests within no call
	Foreign      uint64 `json:"foreign,omitempty"`     // calls in which it heard somebody else beside the caller
	Echo         uint64 `json:"echo,omitempty"`        // calls in which it heard itself
	Undescribed  uint64 `json:"undescribed,omitempty"` // without an audio stream in INVITE, and in ACK
	Elsewhere    uint64 `json:"elsewhere,omitempty"`   // for another of its numbers than was dialled
	Misdialled   uint64 `json:"misdialled,omitempty"`  // for a number that was not dialled: refused 404
	Most         int    `json:"most"`                  // calls at a time
	Open         int    `json:"open"`                  // calls that nobody released
}

// LoadVoices counts answered calls by what was heard in them. A call stands in
// one of them.
type LoadVoices struct {
	Good     uint64 `json:"good"`                // each side heard the other
	NotHere  uint64 `json:"not_here,omitempty"`  // the caller heard nothing
	NotThere uint64 `json:"not_there,omitempty"` // the called side heard nothing
	Crossed  uint64 `json:"crossed,omitempty"`   // somebody heard another call
	Foreign  uint64 `json:"foreign,omitempty"`   // the caller heard somebody else beside the called side
	Changed  uint64 `json:"changed,omitempty"`   // what came was something else
	Late     uint64 `json:"late,omitempty"`      // the caller heard nothing for the first half second
	Gaps     uint64 `json:"gaps,omitempty"`      // more than 5 % lost, or the end
	Unasked  uint64 `json:"unasked,omitempty"`   // the answer said no address to speak to
	Echo     uint64 `json:"echo,omitempty"`      // the caller heard itself
	Cut      uint64 `json:"cut,omitempty"`       // the other side hung up in less than a second
	Short    uint64 `json:"short,omitempty"`     // over too soon to tell: less than a second
}

// Failed gives how many had no good voice.
func (v LoadVoices) Failed() uint64 {
	return v.NotHere + v.NotThere + v.Crossed + v.Foreign + v.Changed + v.Late + v.Gaps + v.Unasked + v.Echo + v.Cut
}

// Unheard lists what became of those, in words; empty where all were good.
func (v LoadVoices) Unheard() string {
	var out []string
	for _, x := range []struct {
		n    uint64
		what string
	}{
		{v.NotHere, "not heard by the caller"},
		{v.NotThere, "not heard by the called side"},
		{v.Crossed, "crossed with another call"},
		{v.Foreign, "with somebody else beside the called side"},
		{v.Changed, "changed on the way"},
		{v.Late, "without a voice in the first half second"},
		{v.Gaps, "with more than 5 % of a voice lost"},
		{v.Unasked, "without an address in the answer"},
		{v.Echo, "in which the caller heard itself"},
		{v.Cut, "that the other side ended in less than a second"},
	} {
		if x.n > 0 {
			out = append(out, fmt.Sprintf("%d %s", x.n, x.what))
		}
	}
	return strings.Join(out, ", ")
}

// Told gives how many lasted for long enough to tell.
func (v LoadVoices) Told() uint64 { return v.Failed() + v.Good }

// Endless stands in percentiles for the delay of a response that never came,
// in milliseconds.
const Endless = 200_000

// LoadDelays are what is told of many delays.
type LoadDelays struct {
	Count int64   `json:"count"`           // that were measured
	Never int64   `json:"never,omitempty"` // calls for which the response never came
	Min   float64 `json:"min"`
	Mean  float64 `json:"mean"`
	P50   float64 `json:"p50"`
	P95   float64 `json:"p95"`
	P99   float64 `json:"p99"`
	Max   float64 `json:"max"`
}

// LoadRatio is a ratio by its standard name, in percent.
type LoadRatio struct {
	Name    string  `json:"name"`
	Percent float64 `json:"percent"`
}

// LoadSecond is what became of the calls of one second.
type LoadSecond struct {
	Attempts uint32  `json:"attempts"`
	Answered uint32  `json:"answered"`
	Failed   uint32  `json:"failed"`
	Again    uint32  `json:"retransmitted"`
	SRD50    float64 `json:"srd_p50_ms"` // 0 for none
	SRD95    float64 `json:"srd_p95_ms"`
	PDD50    float64 `json:"pdd_p50_ms"`
	PDD95    float64 `json:"pdd_p95_ms"`
}

// LoadReason is why figures prove nothing, and what to change.
type LoadReason struct {
	What   string `json:"what"`
	Change string `json:"change"`
}

// Placed gives how many calls were offered to the system under test.
func (l *Load) Placed() uint64 { return l.Callers.Attempts - l.Callers.Blocked }

// ByUs gives how many of the calls that were refused with a code our own crowd
// refused so, as it was to.
func (l *Load) ByUs(code int) uint64 {
	switch code {
	case 486:
		return min(l.Crowd.Busy, l.Callers.Codes[code])
	case 603:
		return min(l.Crowd.Rejected, l.Callers.Codes[code])
	}
	return 0
}

// Good gives how many calls were answered and released, heard both ways where
// they had a voice, and neither came twice nor to somebody else, nor were left
// over.
func (l *Load) Good() uint64 {
	wrong := l.Callers.Failed + l.Crowd.Misdialled + uint64(max(0, l.Crowd.Open))
	wrong += l.Crowd.Invited - min(l.Crowd.Invited, l.Placed())
	answered := l.Callers.Answered + l.Callers.Forked
	wrong += answered - min(answered, l.Crowd.Answered) + l.Crowd.Foreign + l.Crowd.Echo + l.Crowd.Elsewhere + l.Callers.Forked + l.Crowd.Undescribed
	if l.Voices != nil {
		wrong += l.Voices.Failed()
	}
	return l.Placed() - min(l.Placed(), wrong)
}
