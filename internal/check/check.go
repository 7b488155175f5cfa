// Package check is the catalogue of rules that calls are held to.
//
// [Evaluate] holds one rule against the evidence and gives a record.Check. It
// is a pure function: the waiting was done before, and what was seen by then
// is what counts.
package check

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"ringproof/reports/record"
)

// Evidence is what our parties observed of one call or registration, and what
// the profile expects. What a rule does not need may be missing.
type Evidence struct {
	// System is the address of the system under test.
	System string
	// Caller is the calling leg. Called are the legs that arrived at our
	// called parties, First where the route leads first, in a fallback, or at
	// an address that a phone has left.
	Caller *record.Attempt
	Called *record.Attempt
	First  *record.Attempt
	// Transferor is the leg that asked for a transfer; Called is then the
	// target's.
	Transferor     *record.Attempt
	TransferorName string
	// Streams of the caller and of the called party, with their names.
	CallerStream, CalledStream *record.Stream
	CallerName, CalledName     string
	// CallerVideo and CalledVideo are their pictures, Camera is the one that
	// should be seen.
	CallerVideo, CalledVideo *record.Stream
	Camera                   string
	// Quiet says that the caller's video fell silent after the call had
	// ended, After is how many packets of it came until then.
	Quiet bool
	After int
	// Testimony is what a phone that is not ours heard.
	Testimony *record.Testimony
	// Registration is the REGISTER in question.
	Registration *record.Registration
	// Proved says that its account was registered with its password before.
	Proved bool
	// Strangers are contacts of other accounts of ours, "user@host:port".
	Strangers []string
	// Down says how the system under test was found not to answer, ClosedPort
	// that ICMP said so, Before that it had answered earlier in the run.
	Down               string
	ClosedPort, Before bool
	// TCP is what TCP said at the address where UDP was silent.
	TCP TCP
	// Mapped are those of our parties that the system has seen at another
	// address than they stand at.
	Mapped []Mapping
	// Sources are our addresses, as the machine sees them.
	Sources []Source

	// Arrivals is how many calls have come to the called party.
	Arrivals int
	// Numbers are those that may stand in a call to the called party; the one
	// dialled alone if there are none.
	Numbers []string
	// Others are those of accounts that are not the calling party's.
	Others []string
	// Foreign is a number that the caller said to have and has not.
	Foreign string
	// Demand is a REGISTER that was not its sender's to send.
	Demand string
	// Ended is when a registration was over, or would have been.
	Ended int64
	// Codes are the responses that the profile accepts, Case is the field of
	// its expect, Preset the preset that they are of; none where the profile
	// names them itself.
	Codes        []int
	Case, Preset string
	// Since is when the session was changed, Now when this is judged.
	Since, Now int64
	// Wanted is what the called party is to be shown.
	Wanted Wanted
	// Asked is how many accounts were tried without credentials, or how many
	// questions whether it is there a deaf first target left unanswered, Misses how many make it known to be down, Every how
	// often the profile says that they come.
	Asked, Misses int
	Every         time.Duration
	// Within is the bound of the wait, Guard the guard time of the route.
	Within, Guard time.Duration
	// Ring is how long the system lets a phone ring, Delay the longest time
	// from mouth to ear, Silence the longest that a voice may pause.
	Ring, Delay, Silence time.Duration
	// Repeats is what had to be sent again in this scenario, RunRepeats in the
	// whole run until now.
	Repeats, RunRepeats record.Repeats
	// Second says that the scenario has failed before, and is repeated.
	Second bool
	// Loss is the largest share of a voice that may be missing, from 0 to 1.
	Loss float64
	// Load is what many calls came to, Failed the share of them that may fail,
	// in percent, Delayed which of their delays is meant.
	Load    *record.Load
	Failed  float64
	Delayed string
}

// TCP is what became of a TCP connection to a system that is silent over UDP.
type TCP string

// What there is of it; empty is not tried.
const (
	TCPAnswered TCP = "is answered"
	TCPRefused  TCP = "is refused"
	TCPSilent   TCP = "is silent too"
)

// Mapping is a party behind NAT: the address that it stands at, the one that
// the system has last seen it at (RFC 3581 §4), and when.
type Mapping struct {
	Party     string
	Own, Seen netip.AddrPort
	At        int64
}

// Source is one of our addresses on its way to the system under test.
type Source struct {
	Party string
	Addr  netip.AddrPort // port 0 for a free one
	// Bind is why it cannot be bound, Route why no route leads from this
	// machine to the system; empty where there is no such reason.
	Bind, Route string
	// Kernel is the address that the kernel would choose towards the system;
	// invalid where it was not asked.
	Kernel netip.Addr
}

// Wanted is what the profile has the called party be shown.
type Wanted struct {
	Number   string // the one called
	Caller   string // the number in From
	Asserted string // the asserted identity; none at all if empty
	Forged   string // the number that the caller claimed wrongly
	Secret   string // the number that must not be shown
}

// Rule is one rule of the catalogue.
type Rule struct {
	ID       string // never changes
	Title    string
	Severity record.Severity
	Source   string // of the rule or of its limit
	eval     func(Evidence) result
}

// result is what a rule finds.
type result struct {
	verdict                  record.Verdict
	subject, measured, limit string
}

// Catalogue gives all rules, by family.
func Catalogue() []Rule {
	return slices.Concat(
		sourceRules(),
		pathRules(),
		callsRules(),
		cancelRules(),
		routingRules(),
		identityRules(),
		registrationRules(),
		bindingRules(),
		mediaRules(),
		cameraRules(),
		sessionRules(),
		formRules(),
		phoneRules(),
		loadRules(),
	)
}

// Evaluate holds the rule of that id against the evidence. An unknown id is a
// mistake in the program.
func Evaluate(id string, e Evidence) record.Check {
	for _, r := range Catalogue() {
		if r.ID != id {
			continue
		}
		got := r.eval(e)
		return record.Check{
			ID: r.ID, Title: r.Title, Severity: r.Severity, Source: r.Source,
			Verdict: got.verdict, Subject: got.subject, Measured: got.measured, Limit: got.limit,
		}
	}
	panic(fmt.Sprintf("check: no rule %q", id))
}

// when gives the verdict for a condition.
func when(ok bool) record.Verdict {
	if ok {
		return record.Pass
	}
	return record.Fail
}

// ms prints a duration for people.
func ms(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d < time.Millisecond:
		return "less than 1ms"
	}
	return d.Round(time.Millisecond).String()
}

func since(from, to int64) string { return ms(time.Duration(to - from)) }
