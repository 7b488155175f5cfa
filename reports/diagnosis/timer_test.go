package diagnosis_test

import (
	"ringproof/internal/check"
	"ringproof/reports/record"
)

// timerRows: sessions that are refreshed, or should be.
func timerRows() []row {
	east := in(leg("east", "8000", record.Answered, 200))
	west := func(refresher string, list ...record.Reoffer) *record.Attempt {
		return seen(leg("west", "8000", record.Answered, 200), func(a *record.Attempt) {
			a.Reoffers, a.ByeAt = list, 9
			a.Timer = &record.Timer{Asked: 90, Granted: 90, Refresher: refresher}
		})
	}
	return []row{
		{"cut in spite of a refresh", "session.kept", of(check.Evidence{Caller: west("uac", record.Reoffer{At: 5, Method: "UPDATE", Sent: true, Code: 200}), Called: east}), record.CauseSignalling},
		{"cut before any refresh", "session.kept", of(check.Evidence{Caller: west("uac"), Called: east}), record.CauseSignalling},
		{"not refreshed by the system", "session.upheld", of(check.Evidence{Caller: west("uas"), Called: east}), record.CauseSignalling},
	}
}
