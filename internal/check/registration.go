package check

import (
	"fmt"
	"slices"

	"ringproof/reports/record"
)

// registrationRules: who may register and call.
func registrationRules() []Rule {
	return []Rule{
		{"register.accepted", "A phone with the right password is registered", record.Must, "RFC 3261 §10.3", registerAccepted},
		{"register.withdrawn", "The removal of a phone's binding is accepted", record.Must, "RFC 3261 §10.2.2", registerAccepted},
		{"register.refused", "A phone with a wrong password is not registered", record.Must, "RFC 3261 §22.4, §10.3 step 3", registerRefused},
		{"call.refused", "A caller with a wrong password is refused", record.Must, "RFC 3261 §22.2", callRefused},
		{"call.withheld", "A call to a number whose phone had a wrong password does not reach that phone", record.Must, "RFC 3261 §10.3", callWithheld},
	}
}

func registerAccepted(e Evidence) result {
	r := e.Registration
	return result{
		when(r.Code >= 200 && r.Code < 300), r.Party,
		registered(r), "2xx",
	}
}

func registerRefused(e Evidence) result {
	r := e.Registration
	return result{
		when(slices.Contains(e.Codes, r.Code)), r.Party,
		registered(r), "refused with " + list(e.Codes),
	}
}

func registered(r *record.Registration) string {
	switch {
	case r.Code == 0 && r.Error != "":
		return r.Error
	case r.Challenged:
		return fmt.Sprintf("%d %s to its credentials after %s", r.Code, r.Reason, since(r.Start, r.End))
	}
	return fmt.Sprintf("%d %s without being asked for credentials, after %s", r.Code, r.Reason, since(r.Start, r.End))
}

func callRefused(e Evidence) result {
	v := when(e.Caller.Outcome == record.Rejected && slices.Contains(e.Codes, e.Caller.Final()) && e.Called == nil)
	got := outcome(e.Caller)
	if e.Called != nil {
		got += ", and the call reached " + e.Called.Party
	}
	return result{v, e.Caller.Party, got, "refused with " + list(e.Codes) + ", nobody called"}
}

func callWithheld(e Evidence) result {
	r := result{record.Pass, e.Caller.Party + " → " + e.Caller.To, outcome(e.Caller), "refused, nobody called"}
	switch {
	case e.Called != nil:
		r.verdict = record.Fail
		r.measured = "the call reached " + e.Called.Party
	case e.Caller.Outcome == record.Pending:
		r.verdict = record.Unprovable // it may still arrive
	}
	return r
}
