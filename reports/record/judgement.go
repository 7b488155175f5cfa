package record

// Verdict is what a run or a check comes to.
type Verdict string

// The verdicts of a run.
const (
	Accepted    Verdict = "ACCEPTED"
	NotAccepted Verdict = "REJECTED"
	Invalid     Verdict = "INVALID"     // the harness or its machine was the limit
	Interrupted Verdict = "INTERRUPTED" // stopped from outside
	Incomplete  Verdict = "INCOMPLETE"  // a must was not proved
)

// The verdicts of a single call, a probe and a load: they accept and reject nothing.
const (
	Worked    Verdict = "WORKED"
	NotWorked Verdict = "FAILED"
)

// Holds tells of a verdict that leaves nothing to be done.
func (v Verdict) Holds() bool { return v == Accepted || v == Worked }

// Kind is what was run.
type Kind string

// The kinds of runs; the suite's, or a selection's of it, is none of these.
const (
	OneCall Kind = "call"
	AProbe  Kind = "probe"
	ALoad   Kind = "load"
)

// Judges tells whether a run of the kind can accept or reject a system.
func (k Kind) Judges() bool { return k == "" }

func (k Kind) String() string {
	if k == "" {
		return "run of the suite"
	}
	return string(k)
}

// The verdicts of a check.
const (
	Pass       Verdict = "pass"
	Fail       Verdict = "fail"
	Unprovable Verdict = "unprovable"
)

// Severity says what a failed check means for the run.
type Severity string

// A must that fails rejects; a should is a remark; info is neither.
const (
	Must   Severity = "must"
	Should Severity = "should"
	Info   Severity = "info"
)

// Check is one rule held against the facts.
type Check struct {
	Scenario int      `json:"scenario"`
	At       int64    `json:"at_ns"`
	ID       string   `json:"id"` // never changes, as in "media.heard"
	Title    string   `json:"title"`
	Severity Severity `json:"severity"`
	Verdict  Verdict  `json:"verdict"`
	Subject  string   `json:"subject"` // which party or call
	Measured string   `json:"measured"`
	Limit    string   `json:"limit"`
	Source   string   `json:"source"` // of the limit
}

// Cause is what a failure is put down to.
type Cause string

// The causes.
const (
	CauseSIPPort        Cause = "sip-port"
	CauseFirewall       Cause = "firewall"
	CauseRouting        Cause = "routing"
	CauseRegistration   Cause = "registration"
	CauseAuthentication Cause = "authentication"
	CauseCodec          Cause = "codec"
	CauseNAT            Cause = "nat"
	CauseBinding        Cause = "binding"
	CauseReachability   Cause = "reachability"
	CauseMedia          Cause = "media"
	CauseSignalling     Cause = "signalling"
	CauseCapacity       Cause = "capacity"
	CauseSecurity       Cause = "security"
	CauseHarness        Cause = "harness"
	CauseUnknown        Cause = "unknown"
)

// Finding puts a failed check down to one cause.
type Finding struct {
	Scenario int      `json:"scenario"`
	Check    string   `json:"check"`
	Cause    Cause    `json:"cause"`
	Why      string   `json:"why"`      // one sentence
	Evidence []string `json:"evidence"` // what was observed
	ToDo     string   `json:"todo"`     // where to look, what to change
}

// Of gives the scenario's findings, first the one that matters.
func (r *Run) Of(scenario int) []Finding {
	var out []Finding
	for _, f := range r.Findings {
		if f.Scenario == scenario {
			out = append(out, f)
		}
	}
	return out
}

// ChecksOf gives the scenario's checks in the order in which they were made.
func (r *Run) ChecksOf(scenario int) []Check {
	var out []Check
	for _, c := range r.Checks {
		if c.Scenario == scenario {
			out = append(out, c)
		}
	}
	return out
}
