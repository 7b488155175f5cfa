package check

import (
	"slices"

	"ringproof/reports/record"
)

// cancelRules: calls that are given up.
func cancelRules() []Rule {
	return []Rule{
		{"cancel.passed-on", "A CANCEL reaches the called party", record.Must, "RFC 3261 §9.2, §16.10; profile: thresholds.release", cancelPassedOn},
		{"cancel.ended", "A cancelled call ends for the caller", record.Must, "RFC 3261 §9.1, §21.4.25; profile: expect.cancelled", cancelEnded},
		{"cancel.crossing", "Nobody stays in a call that was answered while it was cancelled", record.Must, "RFC 3261 §9.1, §15; profile: thresholds.release", cancelCrossing},
	}
}

func cancelPassedOn(e Evidence) result {
	r := result{record.Fail, e.CalledName, "", "CANCEL within " + ms(e.Within)}
	switch {
	case e.Called == nil || e.Called.CancelAt == 0:
		r.measured = "no CANCEL came: it rings on"
		return r
	case e.Caller.CancelAt == 0 || e.Called.CancelAt < e.Caller.CancelAt:
		r.measured = "CANCEL came before the caller gave up"
		return r
	}
	r.verdict = record.Pass
	r.measured = "CANCEL after " + since(e.Caller.CancelAt, e.Called.CancelAt)
	return r
}

func cancelEnded(e Evidence) result {
	answered := e.Caller.CancelCode >= 200 && e.Caller.CancelCode < 300
	return result{
		when(answered && slices.Contains(e.Codes, e.Caller.Final())), e.Caller.Party,
		outcome(e.Caller) + "; the CANCEL: " + codeOr(e.Caller.CancelCode, "no answer"),
		list(e.Codes) + ", and 200 to the CANCEL, within " + ms(e.Within),
	}
}

func cancelCrossing(e Evidence) result {
	r := result{record.Fail, e.CalledName, "", "BYE at " + e.CalledName + ", and the call over for " + e.CallerName + ", within " + ms(e.Within)}
	c := e.Caller
	switch released := c.Outcome == record.Answered && c.ByeSent && c.ByeCode >= 200 && c.ByeCode < 300; {
	case e.Called == nil || e.Called.Outcome != record.Answered:
		r.measured = "no CANCEL came that an answer could cross"
	case e.Called.ByeAt == 0:
		r.measured = "no BYE came: it stays in the call; the caller: " + outcome(c)
	case !released && c.Final() < 300:
		r.measured = "the caller is not released: " + outcome(c)
	default:
		r.verdict = record.Pass
		r.measured = "BYE after " + since(e.Called.AnsweredAt, e.Called.ByeAt) + "; the caller: " + outcome(c)
	}
	return r
}
