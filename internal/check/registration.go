package check

import (
	"fmt"
	"slices"
	"strings"

	"ringproof/reports/record"
)

// registrationRules: who may register and call.
func registrationRules() []Rule {
	return []Rule{
		{"register.accepted", "A phone with the right password is registered", record.Must, "RFC 3261 §10.3", registerAccepted},
		{"register.listed", "The answer to a registration lists the account's contacts, and no other account's", record.Must, "RFC 3261 §10.3 step 8", registerListed},
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

// registerListed takes as another account's only what one of our phones has
// for a contact: whose the others are is not known.
func registerListed(e Evidence) result {
	f := e.Registration
	r := result{record.Pass, f.Party, fmt.Sprintf("%d listed", len(f.Contacts)), "a contact, and none of another account"}
	switch foreign := Foreign(e); {
	case f.Code < 200 || f.Code >= 300:
		r.verdict, r.measured = record.Unprovable, registered(f)
	case len(f.Contacts) == 0:
		r.verdict, r.measured = record.Fail, "no contact in the 2xx"
	case foreign != "":
		r.verdict, r.measured = record.Fail, foreign+" listed for account "+f.User
	}
	return r
}

// Foreign gives the first contact in the answer to a registration that is
// another account's; empty where there is none.
func Foreign(e Evidence) string {
	for _, c := range e.Registration.Contacts {
		_, at, _ := strings.Cut(c, ":")
		at, _, _ = strings.Cut(at, ";")
		if slices.Contains(e.Strangers, at) {
			return c
		}
	}
	return ""
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
		return fmt.Sprintf("%s to its credentials after %s", status(r), since(r.Start, r.End))
	}
	return fmt.Sprintf("%s without being asked for credentials, after %s", status(r), since(r.Start, r.End))
}

// status gives a response's code, and its reason where one is known.
func status(r *record.Registration) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", r.Code, r.Reason))
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
