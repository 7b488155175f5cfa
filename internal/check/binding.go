package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ringproof/reports/record"
)

// bindingRules: where accounts are reached, and for how long; the numbers
// behind them; and who passes for whom.
func bindingRules() []Rule {
	return []Rule{
		{"register.renewed", "A renewed registration holds beyond the end of the first", record.Must, "RFC 3261 §10.2.4, §10.3 step 7", registerRenewed},
		{"register.idle", "A registered phone that was idle is called", record.Must, "RFC 3261 §10.3 step 7, §16.5; RFC 5626 §4.4; profile: registration.idle", registerIdle},
		{"register.ended", "A phone whose registration has ended is not called", record.Must, "RFC 3261 §10.3 step 7, §16.5; profile: registration.grace", registerEnded},
		{"register.removed", "A phone that removed its registration is not called", record.Must, "RFC 3261 §10.2.2, §10.3 step 7", registerRemoved},
		{"register.moved", "A phone that has moved is called at its new address", record.Must, "RFC 3261 §10.2.1, §16.6; profile: thresholds.answer", registerMoved},
		{"register.offline", "A call to a phone that is not registered is refused as such", record.Must, "RFC 3261 §21.4.18; profile: expect.offline", registerOffline},
		{"register.repeated", "Credentials that somebody else has used are not accepted again", record.Must, "RFC 7616 §3.4.3, §5.5", registerRepeated},
		{"register.unproved", "No account is registered without credentials", record.Must, "RFC 3261 §10.3 step 3; profile: accounts.password", registerUnproved},
		{"register.kept", "Nobody removes a phone without credentials", record.Must, "RFC 3261 §10.3 step 3; profile: accounts.password", registerKept},
		{"register.owned", "No account takes another's calls by registering for it", record.Must, "RFC 3261 §10.3 step 4, §26.1.1", registerOwned},
		{"number.bound", "A number bound to an account reaches the place that registered it", record.Must, "RFC 3261 §16.5; RFC 6140 §5.2; profile: accounts.numbers", numberBound},
		{"number.form", "A call to such a number arrives with what the place knows it by", record.Must, "RFC 3261 §16.6 step 2; RFC 6140 §5.2; profile: accounts.request_uri", numberForm},
		{"number.unmapped", "A number that the place does not know is reported to the caller as such", record.Must, "RFC 3261 §16.7 step 6, §21.4.5; profile: expect.unallocated", numberUnmapped},
		{"identity.own", "An account cannot call with another account's number", record.Must, "RFC 3261 §22.1, §26.2.3; RFC 3325 §5", identityOwn},
	}
}

func registerRenewed(e Evidence) result {
	return calledAfter(e, "the first registration would have ended")
}

func registerIdle(e Evidence) result { return calledAfter(e, "its idle time was over") }

// calledAfter holds a call against the time from which on it is to come.
func calledAfter(e Evidence, when string) result {
	r := result{record.Fail, e.CalledName, "", "an INVITE within " + ms(e.Within) + ", after " + when}
	switch c := e.Called; {
	case c == nil:
		r.measured = "no INVITE came; the caller: " + outcome(e.Caller)
	case c.Party != e.CalledName:
		r.measured = "the call reached " + c.Party
	case c.Start < e.Ended:
		r.verdict = record.Unprovable
		r.measured = "the call came before " + when
	default:
		r.verdict = record.Pass
		r.measured = "INVITE " + since(e.Ended, c.Start) + " after " + when
	}
	return r
}

func registerEnded(e Evidence) result { return gone(e, "its registration had ended") }

func registerRemoved(e Evidence) result { return gone(e, "it had removed its registration") }

// gone holds a call against the time from which on its party is not to be
// called.
func gone(e Evidence, how string) result {
	r := result{record.Pass, e.Caller.Party + " → " + e.Caller.To, outcome(e.Caller), "not called once " + how}
	switch {
	case e.Caller.Start < e.Ended:
		r.verdict = record.Unprovable
		r.measured = "the call was placed before " + how
	case e.Called != nil:
		r.verdict = record.Fail
		r.measured = fmt.Sprintf("the call reached %s %s after %s", e.Called.Party, since(e.Ended, e.Called.Start), how)
	case e.Caller.Outcome == record.Pending:
		r.verdict = record.Unprovable // it may still arrive
	}
	return r
}

// sideBySide is how far apart the branches of a fork may start. A system that
// knows a phone at two addresses may call both, but not first the one that the
// phone has left, and then wait.
const sideBySide = 500 * time.Millisecond

func registerMoved(e Evidence) result {
	r := result{
		record.Fail, e.CalledName, "",
		fmt.Sprintf("an INVITE within %s, and no more than %s after one to the old address", ms(e.Within), ms(sideBySide)),
	}
	at := "its old address was not called"
	if e.First != nil {
		at = "its old address was called after " + since(e.Caller.Start, e.First.Start)
	}
	switch {
	case e.Called == nil:
		r.measured = fmt.Sprintf("no INVITE came; %s; the caller: %s", at, outcome(e.Caller))
		return r
	case e.Called.Party != e.CalledName:
		r.measured = "the call reached " + e.Called.Party
		return r
	case e.First == nil || e.Called.Start-e.First.Start <= int64(sideBySide):
		r.verdict = record.Pass
	}
	r.measured = fmt.Sprintf("INVITE after %s; %s", since(e.Caller.Start, e.Called.Start), at)
	return r
}

func registerOffline(e Evidence) result {
	r := result{record.Fail, e.Caller.Party + " → " + e.Caller.To, outcome(e.Caller), "refused with " + list(e.Codes) + ", nobody called"}
	if e.Called != nil {
		r.measured += ", and the call reached " + e.Called.Party
		return r
	}
	r.verdict = when(e.Caller.Outcome == record.Rejected && slices.Contains(e.Codes, e.Caller.Final()))
	return r
}

func registerRepeated(e Evidence) result {
	f := e.Registration
	r := result{record.Pass, f.Party, fmt.Sprintf("%d %s", f.Code, f.Reason), "no 2xx to a REGISTER with credentials that were used before"}
	switch {
	case f.Code >= 200 && f.Code < 300:
		r.verdict = record.Fail
	case f.Code == 0: // whether it was bound after all, the next call shows
		r.measured = f.Error
	}
	return r
}

func registerUnproved(e Evidence) result {
	f := e.Registration
	r := result{record.Pass, f.Party, fmt.Sprintf("%d accounts, the last: %d %s", e.Asked, f.Code, f.Reason), "no 2xx to a REGISTER without credentials"}
	switch {
	case f.Code >= 200 && f.Code < 300:
		r.verdict = record.Fail
		r.measured = fmt.Sprintf("account %s: %d %s", f.User, f.Code, f.Reason)
	case f.Code == 0:
		r.verdict = record.Unprovable
		r.measured = fmt.Sprintf("account %s: %s", f.User, f.Error)
	}
	return r
}

func registerKept(e Evidence) result {
	f := e.Registration
	r := result{record.Pass, f.Party, fmt.Sprintf("%s: %d %s", e.Demand, f.Code, f.Reason), "no 2xx to a REGISTER without credentials"}
	switch {
	case f.Code >= 200 && f.Code < 300:
		r.verdict = record.Fail
	case f.Code == 0:
		r.verdict = record.Unprovable
		r.measured = e.Demand + ": " + f.Error
	}
	return r
}

// registerOwned goes by who is called: what the registrar grants may be a
// binding of the sender's own account.
func registerOwned(e Evidence) result {
	r := result{record.Fail, e.Caller.Party + " → " + e.Caller.To, "", "a call to " + e.CalledName + " alone, whatever another account asked for"}
	granted := "nothing was granted"
	if e.Demand != "" {
		granted = "granted was " + e.Demand
	}
	switch {
	case e.Called == nil && e.Demand == "":
		r.verdict = record.Unprovable
		r.measured = granted + ", and yet no call came; the caller: " + outcome(e.Caller)
	case e.Called == nil:
		r.measured = granted + ", and no call came; the caller: " + outcome(e.Caller)
	case e.Called.Party != e.CalledName:
		r.measured = granted + ", and the call reached " + e.Called.Party
	default:
		r.verdict, r.measured = record.Pass, granted+", and the call reached "+e.Called.Party
	}
	return r
}

func numberBound(e Evidence) result {
	r := result{record.Fail, e.Caller.To, "", "an INVITE at " + e.CalledName + " within " + ms(e.Within)}
	if e.Called == nil {
		r.measured = "no INVITE came; the caller: " + outcome(e.Caller)
		return r
	}
	r.verdict = when(e.Called.Party == e.CalledName)
	r.measured = fmt.Sprintf("INVITE at %s after %s", e.Called.Party, since(e.Caller.Start, e.Called.Start))
	return r
}

func numberForm(e Evidence) result {
	r := result{record.Unprovable, e.Caller.To, "no INVITE came", "Request-URI for " + strings.Join(e.Numbers, " or ")}
	if e.Called != nil {
		r.verdict = when(slices.Contains(e.Numbers, e.Called.To))
		r.measured = "Request-URI for " + e.Called.To
	}
	return r
}

func numberUnmapped(e Evidence) result {
	r := result{record.Unprovable, e.Caller.Party + " → " + e.Caller.To, "", list(e.Codes)}
	if e.Called == nil || e.Called.Outcome != record.Rejected {
		r.measured = "the place did not refuse the number"
		return r
	}
	r.verdict = when(slices.Contains(e.Codes, e.Caller.Final()))
	r.measured = outcome(e.Caller)
	return r
}

func identityOwn(e Evidence) result {
	r := result{record.Pass, e.Caller.Party + " as " + e.Foreign, outcome(e.Caller), "refused, or called with another number than " + e.Foreign}
	switch c := e.Called; {
	case c != nil:
		r.measured = c.Party + " was called by " + c.From
		r.verdict = when(!strings.HasSuffix(c.From, strings.TrimPrefix(e.Foreign, "+")))
	case e.Caller.Outcome == record.Pending:
		r.verdict = record.Unprovable // it may still arrive
	case e.Caller.Outcome == record.Answered:
		r.verdict = record.Unprovable
		r.measured += ", by nobody of ours"
	}
	return r
}
