package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ringproof/reports/record"
)

func redirectFollowed(e Evidence) result {
	r := result{record.Fail, e.Caller.To, "no INVITE came; the caller: " + outcome(e.Caller), "an INVITE at " + e.CalledName + " within " + ms(e.Within)}
	if e.Called != nil {
		r.verdict = when(e.Called.Party == e.CalledName)
		r.measured = fmt.Sprintf("INVITE for %s at %s after %s", e.Called.To, e.Called.Party, since(e.Caller.Start, e.Called.Start))
	}
	return r
}

func transferAccepted(e Evidence) result {
	r := result{record.Unprovable, e.TransferorName, "no REFER could be sent", "2xx within " + ms(e.Within)}
	if t := e.Transferor; t != nil && t.Refer != nil {
		r.verdict = when(t.Refer.Code >= 200 && t.Refer.Code < 300)
		r.measured = "REFER to " + t.Refer.To + " got " + codeOr(t.Refer.Code, "no answer")
	}
	return r
}

func transferReached(e Evidence) result {
	r := result{record.Fail, e.Transferor.Refer.To, "no INVITE came", "an INVITE at " + e.CalledName + " within " + ms(e.Within)}
	if e.Called != nil {
		r.verdict = when(e.Called.Party == e.CalledName)
		r.measured = fmt.Sprintf("INVITE for %s at %s after %s", e.Called.To, e.Called.Party, since(e.Transferor.Refer.At, e.Called.Start))
	}
	return r
}

func transferNotified(e Evidence) result {
	r := result{record.Fail, e.TransferorName, "no NOTIFY came", "NOTIFY with 2xx within " + ms(e.Within)}
	if n := e.Transferor.Refer.Notified(); len(n) > 0 {
		r.verdict = when(slices.ContainsFunc(n, func(c int) bool { return c >= 200 && c < 300 }))
		r.measured = "NOTIFY with " + strings.ReplaceAll(list(n), " or ", ", ")
	}
	return r
}

func transferOut(e Evidence) result {
	t := e.Transferor
	r := result{record.Fail, e.TransferorName, "", "released within " + ms(e.Within) + ", and the call goes on"}
	answered := t.ByeCode >= 200 && t.ByeCode < 300
	switch {
	case t.ByeAt == 0 || t.ByeSent && !answered:
		r.measured = "it is still in the call; its BYE got " + codeOr(t.ByeCode, "no answer")
	case e.Caller.ByeAt != 0:
		r.measured = e.Caller.Party + " was released with it"
	case e.Called == nil || e.Called.ByeAt != 0:
		r.measured = e.CalledName + " was released with it"
	default:
		r.verdict = record.Pass
		r.measured = "released, and the call goes on"
	}
	return r
}

func transferSubscribed(e Evidence) result {
	list := e.Transferor.Refer.Notices
	r := result{record.Pass, e.TransferorName, fmt.Sprintf("%d NOTIFYs, the last of them terminated", len(list)), "Subscription-State in each NOTIFY, terminated in the final one"}
	if wrong := Unsubscribed(e.Transferor); wrong != "" || len(list) == 0 {
		r.verdict, r.measured = record.Fail, cmp.Or(wrong, "no NOTIFY came")
	}
	return r
}

// Unsubscribed says what is wrong with the Subscription-State of the first
// NOTIFY whose is; empty where none is.
func Unsubscribed(transferor *record.Attempt) string {
	for _, n := range transferor.Refer.Notices {
		switch {
		case n.State == "":
			return fmt.Sprintf("a NOTIFY with %s and without Subscription-State", codeOr(n.Code, "no status"))
		case n.Code >= 200 && n.State != "terminated":
			return fmt.Sprintf("the NOTIFY with %d has Subscription-State %s", n.Code, n.State)
		}
	}
	return ""
}

// transferTruthful is held while the target rings.
func transferTruthful(e Evidence) result {
	r := result{record.Pass, e.TransferorName, "no success was told", "no NOTIFY with 2xx before the 2xx of " + e.CalledName}
	if e.Called != nil && e.Called.AnsweredAt != 0 {
		r.verdict, r.measured = record.Unprovable, e.CalledName+" has answered"
		return r
	}
	for _, code := range e.Transferor.Refer.Notified() {
		if code >= 200 && code < 300 {
			r.verdict, r.measured = record.Fail, fmt.Sprintf("NOTIFY with %d, and %s has not answered", code, e.CalledName)
		}
	}
	return r
}
