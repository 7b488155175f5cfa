package check

import (
	"fmt"
	"time"

	"ringproof/reports/record"
)

// sessionKept is held when a session would have ended without a refresh.
func sessionKept(e Evidence) result {
	r := result{record.Pass, e.CallerName + " ↔ " + e.CalledName, "", fmt.Sprintf("nobody released within %d s", lasts(e))}
	refreshed := 0
	for _, x := range e.Caller.Reoffers {
		if x.Code >= 200 && x.Code < 300 {
			refreshed++
		}
	}
	r.measured = fmt.Sprintf("%d refreshes, and the call goes on after %s", refreshed, since(e.Caller.AnsweredAt, e.Now))
	for _, a := range []*record.Attempt{e.Caller, e.Called} {
		if a.ByeAt != 0 {
			r.verdict = record.Fail
			r.measured = fmt.Sprintf("%d refreshes, and %s was released after %s", refreshed, a.Party, since(e.Caller.AnsweredAt, a.ByeAt))
			return r
		}
	}
	return r
}

// lasts gives how long a session lasts without a refresh, in seconds.
func lasts(e Evidence) int {
	if e.Caller.Timer == nil {
		return 0
	}
	return e.Caller.Timer.Granted
}

// Spared is how long before its end a session is given up at the latest, in
// seconds: it is to be refreshed by then (RFC 4028 §10).
func Spared(granted int) int { return min(32, granted/3) }

func sessionUpheld(e Evidence) result {
	t := e.Caller.Timer
	if t == nil || t.Granted == 0 || t.Refresher != "uas" {
		return result{record.Unprovable, e.CallerName, "the system is not to refresh", "a session that it refreshes"}
	}
	within := time.Duration(t.Granted-Spared(t.Granted)) * time.Second
	r := result{record.Fail, e.CallerName, "no refresh came", "UPDATE or re-INVITE within " + ms(within)}
	for _, x := range e.Caller.Reoffers {
		if !x.Sent {
			r.verdict = when(x.At-e.Caller.AnsweredAt <= int64(within))
			r.measured = fmt.Sprintf("%s after %s", x.Method, since(e.Caller.AnsweredAt, x.At))
			break
		}
	}
	return r
}
