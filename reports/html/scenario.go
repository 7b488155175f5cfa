package html

import (
	"ringproof/reports/ladder"
	"ringproof/reports/ledger"
	"ringproof/reports/record"
)

// scenario is one scenario with its evidence.
type scenario struct {
	record.Scenario
	Result        string // its status, "waived", or "not applicable"
	Class         string // of its marks
	Waiver        *record.Waiver
	Checks        []record.Check
	Findings      []record.Finding
	Registrations []record.Registration
	Ledgers       []ledger.Ledger
	Columns       []column
	Folds         []fold
	Messages      int
	Streams       []stream
	Loads         []underLoad
	Trials        []trial // of a search, which the loads are then of
	Window        window
	Testimonies   []record.Testimony
	Events        []record.Event
	Open          bool // what went wrong, and not for a second time
}

func newScenario(run *record.Run, s record.Scenario) scenario {
	out := scenario{
		Scenario: s, Result: run.Result(s), Checks: run.ChecksOf(s.Index), Findings: run.Of(s.Index),
		Ledgers: ledger.Of(run, s.Index), Open: s.Try < 2 && (s.Status == record.Failed || s.Status == record.Flaky),
	}
	if w, ok := run.Excused(s); ok {
		out.Waiver = &w
	}
	out.Class = styled(out.Result)
	for _, r := range run.Registrations {
		if r.Scenario == s.Index {
			out.Registrations = append(out.Registrations, r)
		}
	}
	for _, x := range run.Testimonies {
		if x.Scenario == s.Index {
			out.Testimonies = append(out.Testimonies, x)
		}
	}
	for _, e := range run.Events {
		if e.Scenario == s.Index {
			out.Events = append(out.Events, e)
		}
	}
	l := ladder.Build(run, s.Index)
	out.Columns, out.Folds, out.Messages = columns(l), folds(l), len(l.Rows)
	out.Window = windowOf(run, s)
	for _, x := range run.Streams {
		if x.Scenario == s.Index {
			out.Streams = append(out.Streams, newStream(run, x, out.Window))
		}
	}
	out.Loads = newLoads(run, s)
	out.Trials = newTrials(out.Loads)
	out.Open = out.Open || run.Kind == record.ALoad && len(out.Loads) > 0 // it is what the report is about
	return out
}

// Blame says in a sentence why the scenario did not pass: of a failed one, with
// the cause.
func (s scenario) Blame() string {
	if s.Status == record.Failed && len(s.Findings) > 0 {
		return string(s.Findings[0].Cause) + ": " + s.Findings[0].Why
	}
	if s.NotApplicable {
		return "" // it stands once, below the checklist
	}
	return s.Why
}
