package check_test

import (
	"ringproof/internal/check"
	"ringproof/reports/record"
)

func timerRows() []row {
	east := leg("east", "8000", record.Answered, 200)
	west := func(refresher string, list ...record.Reoffer) *record.Attempt {
		return with(leg("west", "8000", record.Answered, 200), func(a *record.Attempt) {
			a.AnsweredAt, a.Reoffers = 1000*ms, list
			a.Timer = &record.Timer{Asked: 90, Granted: 90, Refresher: refresher}
		})
	}
	refresh := func(at int64, sent bool) record.Reoffer {
		return record.Reoffer{At: at * ms, Method: "UPDATE", Sent: sent, Code: 200}
	}
	cut := func(a *record.Attempt) *record.Attempt {
		return with(a, func(a *record.Attempt) { a.ByeAt = 61000 * ms })
	}
	e := func(caller, called *record.Attempt) check.Evidence {
		return call(check.Evidence{Caller: caller, Called: called, Now: 96000 * ms})
	}
	const kept, upheld = "nobody released within 90 s", "UPDATE or re-INVITE within 1m0s"
	return []row{
		{"session.kept", "it goes on", e(west("uac", refresh(46000, true), refresh(91000, true)), east), record.Pass, "west ↔ east", "2 refreshes, and the call goes on after 1m35s", kept},
		{"session.kept", "the caller is cut off", e(cut(west("uac", refresh(46000, true))), east), record.Fail, "west ↔ east", "1 refreshes, and west was released after 1m0s", kept},
		{"session.kept", "the callee is cut off", e(west("uas"), cut(leg("east", "8000", record.Answered, 200))), record.Fail, "west ↔ east", "0 refreshes, and east was released after 1m0s", kept},
		{"session.upheld", "at half time", e(west("uas", refresh(46000, false)), east), record.Pass, "west", "UPDATE after 45s", upheld},
		{"session.upheld", "too late", e(west("uas", refresh(62000, false)), east), record.Fail, "west", "UPDATE after 1m1s", upheld},
		{"session.upheld", "never", e(west("uas"), east), record.Fail, "west", "no refresh came", upheld},
		{"session.upheld", "it is ours to do", e(west("uac", refresh(46000, true)), east), record.Unprovable, "west", "the system is not to refresh", "a session that it refreshes"},
	}
}
