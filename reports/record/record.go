// Package record is what a run leaves behind: facts that our parties
// observed, and the judgements made on them, kept apart.
//
// A [Run] is the whole; a [Journal] collects it and writes it line by line
// while the run goes on, so that a killed run still reads; [Read] brings it
// back. Reports are rendered from a Run alone. Secrets are removed at this
// package's edge (see [Redact] and [NewJournal]). It uses the standard library only.
package record

import (
	"net/netip"
	"time"
)

// Schema is the version of run.json that this package writes.
const Schema = 1

// Run is one acceptance run. All times in facts and judgements are
// nanoseconds since Started.
type Run struct {
	Schema        int            `json:"schema"`
	Tool          string         `json:"tool"`
	Started       time.Time      `json:"started"`
	Ended         int64          `json:"ended_ns"`
	Seed          uint64         `json:"seed"`
	Command       string         `json:"command,omitempty"`
	Kind          Kind           `json:"kind,omitempty"`
	Planned       []Planned      `json:"planned,omitempty"` // in their order; outlines row by row
	Environment   *Environment   `json:"environment,omitempty"`
	Site          Site           `json:"site"`
	Verdict       Verdict        `json:"verdict"`
	Why           string         `json:"why"`
	Features      []Feature      `json:"features,omitempty"`
	Scenarios     []Scenario     `json:"scenarios"`
	Checks        []Check        `json:"checks"`
	Findings      []Finding      `json:"findings"`
	Attempts      []Attempt      `json:"attempts"`
	Registrations []Registration `json:"registrations"`
	Streams       []Stream       `json:"streams"`
	Testimonies   []Testimony    `json:"testimonies,omitempty"`
	Loads         []Load         `json:"loads,omitempty"`
	Events        []Event        `json:"events"`
	Messages      []Message      `json:"messages"`
}

// Feature is a file of scenarios, as a reader is to see it.
type Feature struct {
	File string `json:"file"` // Scenario.Feature
	Name string `json:"name"`
	Text string `json:"text,omitempty"` // what it asks for, in a sentence
}

// Scenario is one scenario as it ran. Its index in Run.Scenarios is the
// Scenario of all facts and judgements that belong to it.
type Scenario struct {
	Index   int      `json:"index"`
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	From    string   `json:"from,omitempty"` // the system from whose side, where several are under test; its name says so too
	Feature string   `json:"feature"`
	Tags    []string `json:"tags,omitempty"`
	Try     int      `json:"try"` // 1, or 2 for the repetition of a failed one
	Start   int64    `json:"start_ns"`
	End     int64    `json:"end_ns"`
	Status  Status   `json:"status"`
	Why     string   `json:"why,omitempty"` // of a status other than passed
	// NotApplicable says of a skipped scenario that the system, by its
	// profile, does not offer what it tests: nothing is left to prove.
	NotApplicable bool   `json:"not_applicable,omitempty"`
	Steps         []Step `json:"steps,omitempty"`
}

// Status is how a scenario or a step ended.
type Status string

// The statuses. Flaky is a scenario that failed and then passed unchanged.
const (
	Passed  Status = "passed"
	Failed  Status = "failed"
	Skipped Status = "skipped"
	NotRun  Status = "not run"
	Flaky   Status = "flaky"
)

// Step is one step of a scenario.
type Step struct {
	Text   string `json:"text"`
	Status Status `json:"status"`
	Error  string `json:"error,omitempty"`
	Start  int64  `json:"start_ns"`
	End    int64  `json:"end_ns"`
}

// Message is one SIP message as one of our parties sent or received it.
type Message struct {
	Scenario  int            `json:"scenario"`
	At        int64          `json:"at_ns"`
	Party     string         `json:"party"`
	Sent      bool           `json:"sent"`
	Transport string         `json:"transport"`
	Local     netip.AddrPort `json:"local"`
	Remote    netip.AddrPort `json:"remote"`
	Raw       string         `json:"raw"` // redacted
}

// Outcome is what became of a call attempt.
type Outcome string

// The outcomes of an attempt.
const (
	Answered  Outcome = "answered"
	Rejected  Outcome = "rejected"
	TimedOut  Outcome = "timed out"
	Abandoned Outcome = "abandoned" // cancelled by the caller
	Pending   Outcome = "pending"   // nothing final when the scenario ended
)

// Attempt is one call as one of our parties saw it: the caller's leg if
// Inbound is false, a called party's otherwise.
type Attempt struct {
	Scenario   int        `json:"scenario"`
	ID         string     `json:"id"`
	Party      string     `json:"party"`
	Inbound    bool       `json:"inbound"`
	CallID     string     `json:"call_id"`
	From       string     `json:"from"` // user parts
	To         string     `json:"to"`
	Start      int64      `json:"start_ns"`
	Responses  []Response `json:"responses,omitempty"` // received, or sent if inbound
	Outcome    Outcome    `json:"outcome"`
	AnsweredAt int64      `json:"answered_ns,omitempty"`
	CancelAt   int64      `json:"cancel_ns,omitempty"` // CANCEL sent, or seen if inbound
	CancelCode int        `json:"cancel_code,omitempty"`
	ByeAt      int64      `json:"bye_ns,omitempty"` // BYE sent or seen
	ByeSent    bool       `json:"bye_sent,omitempty"`
	ByeCode    int        `json:"bye_code,omitempty"` // answer to our BYE
	// After are the methods of requests that came within the dialog when it
	// had ended, AskedCode is the answer to a BYE that we sent in it then.
	After     []string `json:"after,omitempty"`
	AskedCode int      `json:"asked_code,omitempty"`
	// Stray says of requests that named the dialog what in them did not fit it.
	Stray []string `json:"stray,omitempty"`
	// Unacked: it was to hang up, and might not, as its 2xx had no ACK yet.
	Unacked bool   `json:"unacked,omitempty"`
	Error   string `json:"error,omitempty"`
	Refused bool   `json:"refused,omitempty"` // nobody listens at the address (ICMP, TCP reset)
	// Objection is what of the INVITE, or of a later offer, this party had to
	// refuse, in words; Challenge what is wrong or odd in a challenge that this
	// party was to answer.
	Objection string `json:"objection,omitempty"`
	Challenge string `json:"challenge,omitempty"`
	// Own and Seen are those of our INVITE, as of a Registration.
	Own      netip.AddrPort `json:"own,omitzero"`
	Seen     netip.AddrPort `json:"seen,omitzero"`
	Hops     int            `json:"hops,omitempty"` // Max-Forwards that the caller set out with
	Identity *Identity      `json:"identity,omitempty"`
	Session
}

// Identity is what an INVITE that came in said of its caller.
type Identity struct {
	From     string   `json:"from"`               // URI in From
	Asserted []string `json:"asserted,omitempty"` // users in P-Asserted-Identity
	Privacy  string   `json:"privacy,omitempty"`
	Hops     int      `json:"hops"` // Max-Forwards left; -1 without the header
	// Shown are the headers in which a caller may be named, as they stood:
	// "From: <sip:6000@192.0.2.1>;tag=x".
	Shown []string `json:"shown"`
}

// Final gives the code of the response that ended the INVITE, 0 for none. A
// challenge that was answered ended nothing.
func (a *Attempt) Final() int {
	if a.Outcome == Pending || a.Outcome == TimedOut {
		return 0
	}
	for i := len(a.Responses) - 1; i >= 0; i-- {
		if c := a.Responses[i].Code; c >= 200 {
			return c
		}
	}
	return 0
}

// Response is one response of an attempt.
type Response struct {
	At     int64  `json:"at_ns"`
	Code   int    `json:"code"`
	Reason string `json:"reason"`
	// Says is the header field that explains a refusal, as it stood:
	// "Unsupported: 100rel"; empty where there is none.
	Says string `json:"says,omitempty"`
}

// Registration is one REGISTER as our phone saw it, challenge included.
type Registration struct {
	Scenario   int    `json:"scenario"`
	Party      string `json:"party"`
	User       string `json:"user"`
	Start      int64  `json:"start_ns"`
	End        int64  `json:"end_ns"`
	Challenged bool   `json:"challenged"`
	Code       int    `json:"code"` // final, 0 for none
	Reason     string `json:"reason,omitempty"`
	Error      string `json:"error,omitempty"`
	Says       string `json:"says,omitempty"`      // as Response.Says
	Challenge  string `json:"challenge,omitempty"` // as Attempt.Challenge
	// Granted is how many seconds the registrar gave our contact, Contacts
	// are those of the account, by what it answered.
	Granted  int      `json:"granted_s,omitempty"`
	Contacts []string `json:"contacts,omitempty"`
	// Own is the address that our Via named, and Seen the one that the
	// registrar saw the REGISTER come from, by received and rport
	// (RFC 3581 §4). Neither is there where they are the same: a party with
	// both stands behind NAT.
	Own  netip.AddrPort `json:"own,omitzero"`
	Seen netip.AddrPort `json:"seen,omitzero"`
}

// Stream is one party's media of one attempt, both directions.
type Stream struct {
	Scenario  int            `json:"scenario"`
	Attempt   string         `json:"attempt"`
	Party     string         `json:"party"`
	Codec     string         `json:"codec"`
	Local     netip.AddrPort `json:"local"`
	Remote    netip.AddrPort `json:"remote"` // as the other side's SDP said
	Sent      int            `json:"sent"`   // packets
	SendError string         `json:"send_error,omitempty"`
	// Late is how far the talker was behind its own schedule at most.
	Late     int64 `json:"late_ns,omitempty"`
	Received int   `json:"received"` // packets
	// Repeated are those of them with a sequence number that had just come:
	// nobody hears or sees them twice (RFC 3550 §5.1).
	Repeated int `json:"repeated,omitempty"`
	// Changes are those of the SSRC, Stuck the packets of sound with the
	// timestamp of the one before: a phone can play neither (RFC 3550 §5.1).
	Changes  int              `json:"ssrc_changes,omitempty"`
	Stuck    int              `json:"stuck_timestamps,omitempty"`
	Lost     int              `json:"lost"`              // RFC 3550 A.3
	LastAt   int64            `json:"last_ns,omitempty"` // the last packet came
	JitterMS float64          `json:"jitter_ms"`
	Sources  []netip.AddrPort `json:"sources,omitempty"` // they came from
	Heard    []Heard          `json:"heard,omitempty"`
	Video    *Video           `json:"video,omitempty"` // of a stream of pictures
}

// Heard is a stretch in which one voice was heard.
type Heard struct {
	Voice string `json:"voice"` // the party whose signature it is
	From  int64  `json:"from_ns"`
	To    int64  `json:"to_ns"`
	// Voiced is how much of it was sound: the rest was lost on the way. 0, in
	// older records, is all of it.
	Voiced int64 `json:"voiced_ns,omitempty"`
	// Delay is from mouth to ear, in steps of 20 ms, where enough of the voice
	// was heard to tell; else 0.
	Delay int64 `json:"delay_ns,omitempty"`
}

// Whole tells whether so little of a stretch was lost that it can be
// understood: a fifth at most, far more than any network should lose.
func (h Heard) Whole() bool { return h.Voiced == 0 || 5*h.Voiced >= 4*h.Took() }

// HeardFor sums how long a voice was heard, in stretches that were not in
// pieces.
func (s *Stream) HeardFor(voice string) time.Duration {
	var d int64
	for _, h := range s.Heard {
		if h.Voice == voice && h.Whole() {
			d += h.To - h.From
		}
	}
	return time.Duration(d)
}

// Testimony is what a phone that is not ours heard of one call, by what it
// recorded or by what its holder says.
type Testimony struct {
	Scenario int    `json:"scenario"`
	At       int64  `json:"at_ns"`
	Party    string `json:"party"`             // "phone 1002"
	Product  string `json:"product,omitempty"` // as the profile calls it
	Voice    string `json:"voice"`             // the party of ours that it talked with

	// A program's. Files are its recordings of the call in the directory
	// Records, Heard is how long the voice is in them, Took how long they are.
	Records string   `json:"records,omitempty"`
	Files   []string `json:"files,omitempty"`
	Heard   int64    `json:"heard_ns,omitempty"`
	Took    int64    `json:"took_ns,omitempty"`
	// Trouble says why a file that may be a recording of the call tells nothing,
	// with its name.
	Trouble string `json:"trouble,omitempty"`

	// Of a phone that somebody holds. Spoken are the digits that our party said,
	// Typed those that the holder says to have heard. Aloud is how long sound
	// came when the holder was asked to speak, of Speaking in all; Before is how
	// long it came when not, of Quiet. Kept says that after our BYE the holder
	// saw the phone in the call still.
	Held     bool   `json:"held,omitempty"`
	Spoken   string `json:"spoken,omitempty"`
	Typed    string `json:"typed,omitempty"`
	Aloud    int64  `json:"aloud_ns,omitempty"`
	Speaking int64  `json:"speaking_ns,omitempty"`
	Before   int64  `json:"before_ns,omitempty"`
	Quiet    int64  `json:"quiet_ns,omitempty"`
	Kept     bool   `json:"kept,omitempty"`
}

// Event is anything else worth knowing.
type Event struct {
	Scenario int    `json:"scenario"`
	At       int64  `json:"at_ns"`
	Party    string `json:"party"`
	Text     string `json:"text"`
}

// Took gives how long the stretch was, in nanoseconds.
func (h Heard) Took() int64 { return h.To - h.From }

// Took gives how long the registration went on, in nanoseconds.
func (r Registration) Took() int64 { return r.End - r.Start }

// Took gives how long the scenario ran, in nanoseconds.
func (s Scenario) Took() int64 { return s.End - s.Start }

// LastHeard gives when a voice was heard last.
func (s *Stream) LastHeard(voice string) (at int64, ok bool) {
	if s == nil {
		return 0, false
	}
	for _, h := range s.Heard {
		if h.Voice == voice {
			at, ok = max(at, h.To), true
		}
	}
	return at, ok
}

// MissingOf gives how much of a voice did not come between the first and the
// last that was heard of it, and how long that was. A silence in between that
// is no longer than pause is none of it.
func (s *Stream) MissingOf(voice string, pause time.Duration) (missing, took time.Duration) {
	if s == nil {
		return 0, 0
	}
	last := int64(0)
	for _, h := range s.Heard {
		if h.Voice != voice {
			continue
		}
		if gap := h.From - last; last != 0 && gap > int64(pause) {
			missing += time.Duration(gap)
			took += time.Duration(gap)
		}
		if h.Voiced != 0 {
			missing += time.Duration(max(0, h.Took()-h.Voiced))
		}
		took += time.Duration(h.Took())
		last = h.To
	}
	return missing, took
}

// DelayOf gives the longest time from mouth to ear of a voice, where it could
// be told.
func (s *Stream) DelayOf(voice string) (d time.Duration, ok bool) {
	if s == nil {
		return 0, false
	}
	for _, h := range s.Heard {
		if h.Voice == voice && h.Delay > 0 {
			d, ok = max(d, time.Duration(h.Delay)), true
		}
	}
	return d, ok
}
