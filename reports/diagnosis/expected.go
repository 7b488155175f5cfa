package diagnosis

import (
	"fmt"
	"slices"
	"strings"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// withExpectation adds to a finding, where another code came than the profile
// accepts, which was expected, by what, and who said first what came.
func withExpectation(e check.Evidence, f record.Finding) record.Finding {
	got := refusedWith(e)
	if e.Case == "" || got < 300 || slices.Contains(e.Codes, got) {
		return f
	}
	f.Why += " Expected was " + expected(e)
	if who := origin(e, got, f.Why); who != "" {
		f.Why += "; " + who
	}
	f.Why += "."
	if f.Cause != record.CauseSecurity && (f.Cause != record.CauseRouting || e.Called == nil) { // who was called wrongly is no matter of codes
		f.ToDo += fmt.Sprintf(" If %d is what this product means to say here, name it in expect.%s of the profile.", got, e.Case)
	}
	return f
}

// refusedWith gives the final response that is judged, 0 for none.
func refusedWith(e check.Evidence) int {
	switch {
	case e.Caller != nil:
		return e.Caller.Final()
	case e.Registration != nil:
		return e.Registration.Code
	}
	return 0
}

// expected says which codes the profile accepts, and where they come from.
func expected(e check.Evidence) string {
	var codes []string
	for _, c := range e.Codes {
		codes = append(codes, fmt.Sprint(c))
	}
	text := strings.Join(codes, " or ")
	if e.Preset == "" {
		return text + ", by expect." + e.Case + " of the profile"
	}
	return fmt.Sprintf("%s, by the preset %s (expect.%s)", text, e.Preset, e.Case)
}

// origin says who was the first to say a code, as far as our parties can tell;
// nothing where the finding has told what the called side answered.
func origin(e check.Evidence, got int, told string) string {
	if e.Caller == nil {
		return fmt.Sprintf("%d is the system's own", got)
	}
	var called []string
	said := ""
	for _, a := range []*record.Attempt{e.First, e.Called} {
		if a == nil {
			continue
		}
		called = append(called, a.Party)
		switch final := a.Final(); {
		case final < 300 || a.CancelAt != 0:
		case final == got && strings.Contains(told, a.Party+" refused with"):
			return ""
		case final == got:
			return fmt.Sprintf("%s had answered %d itself, and the system passed it on", a.Party, got)
		case strings.Contains(told, fmt.Sprintf("%s answered %d", a.Party, final)):
			return ""
		default:
			said = fmt.Sprintf("%s had answered %d, and the system made %d of it", a.Party, final, got)
		}
	}
	switch {
	case said != "":
		return said
	case len(called) == 0:
		return fmt.Sprintf("no party of ours was called, so %d is the system's own", got)
	}
	return fmt.Sprintf("%s had refused nothing, so %d is the system's own", strings.Join(called, " and "), got)
}

// toldAsSaid tells whether the caller got the very refusal of the called side:
// then it is the profile that expects another.
func toldAsSaid(e check.Evidence) bool {
	return e.Called != nil && e.Called.Final() >= 300 && e.Called.Final() == e.Caller.Final() && e.Called.Objection == ""
}

func asSaid(e check.Evidence) record.Finding {
	return record.Finding{
		Cause: record.CauseSignalling,
		Why:   fmt.Sprintf("%s refused with %d, and the caller was told so.", e.Called.Party, e.Called.Final()),
		ToDo:  "Look at the profile: the codes that it expects are others than the called side says and the system passes on.",
	}
}
