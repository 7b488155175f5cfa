// Package check is the catalogue of rules that calls are held to.
//
// [Evaluate] holds one rule against the evidence and gives a record.Check. It
// is a pure function: the waiting was done before, and what was seen by then
// is what counts.
package check

import (
	"fmt"
	"time"

	"ringproof/reports/record"
)

// Evidence is what our parties observed of one call or registration, and what
// the profile expects. What a rule does not need may be missing.
type Evidence struct {
	// System is the address of the system under test.
	System string
	// Caller is the calling leg. Called are the legs that arrived at our
	// called parties, First where the route leads first, in a fallback.
	Caller *record.Attempt
	Called *record.Attempt
	First  *record.Attempt
	// Streams of the caller and of the called party, with their names.
	CallerStream, CalledStream *record.Stream
	CallerName, CalledName     string
	// Registration is the REGISTER in question.
	Registration *record.Registration
	// Down says how the system under test was found not to answer, ClosedPort
	// that ICMP said so, Before that it had answered earlier in the run.
	Down               string
	ClosedPort, Before bool

	// Arrivals is how many calls have come to the called party.
	Arrivals int
	// Numbers are those that reach the called party besides the one dialled.
	Numbers []string
	// Codes are the responses that the profile accepts.
	Codes []int
	// Within is the bound of the wait, Guard the guard time of the route.
	Within, Guard time.Duration
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

// Catalogue gives all rules.
func Catalogue() []Rule {
	return []Rule{
		{"system.answers", "The system under test answers", record.Must, "RFC 3261 §11.2", systemAnswers},
		{"register.accepted", "A phone with the right password is registered", record.Must, "RFC 3261 §10.3", registerAccepted},
		{"register.refused", "A phone with a wrong password is not registered", record.Must, "RFC 3261 §22.4, §10.3 step 3", registerRefused},
		{"call.refused", "A caller with a wrong password is refused", record.Must, "RFC 3261 §22.2", callRefused},
		{"call.delivered", "The call reaches the number that was dialled", record.Must, "RFC 3261 §16.5; profile: thresholds.answer", callDelivered},
		{"call.once", "One call reaches the called party, not more", record.Must, "RFC 3261 §16.6", callOnce},
		{"call.withheld", "A call to a number whose phone had a wrong password does not reach that phone", record.Must, "RFC 3261 §10.3", callWithheld},
		{"call.answered", "The caller's call is answered", record.Must, "RFC 3261 §13.2.2.4; profile: thresholds.answer", callAnswered},
		{"media.heard-by-callee", "The called party hears the caller's voice", record.Must, "RFC 3264 §5; profile: thresholds.voice", heardByCallee},
		{"media.heard-by-caller", "The caller hears the called party's voice", record.Must, "RFC 3264 §5; profile: thresholds.voice", heardByCaller},
		{"call.released", "Hanging up on one side releases the other", record.Must, "RFC 3261 §15; profile: thresholds.release", callReleased},
		{"call.busy", "A busy callee is reported to the caller as busy", record.Must, "RFC 3261 §21.4.24; profile: expect.busy", callBusy},
		{"route.fallback", "The second target is tried when the first stays silent", record.Must, "RFC 3263 §4.3; profile: routes.guard, thresholds.fallback", routeFallback},
		{"cancel.passed-on", "A CANCEL reaches the called party", record.Must, "RFC 3261 §9.2, §16.10; profile: thresholds.release", cancelPassedOn},
		{"cancel.ended", "A cancelled call ends for the caller", record.Must, "RFC 3261 §9.1, §21.4.25; profile: expect.cancelled", cancelEnded},
	}
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
