package diagnosis_test

import (
	"time"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// pathRows: packets that are lost between us and the system.
func pathRows() []row {
	losing := func(e check.Evidence, share int) check.Evidence {
		e.RunRepeats = record.Repeats{Requests: 100, Again: share, Heard: 100, HeardAgain: 2}
		return of(e)
	}
	early := check.Evidence{Caller: leg("west", "7000", record.Rejected, 100, 408), First: in(leg("south", "7000", record.Pending))}
	one := losing(early, 1)
	one.RunRepeats.HeardAgain = 0
	here, second, worse := losing(early, 5), losing(early, 5), losing(early, 9)
	here.Repeats = record.Repeats{Requests: 3, Again: 1, Heard: 4, HeardAgain: 1}
	second.Second, worse.Second = true, true
	answered := in(leg("east", "8000", record.Answered, 180, 200))
	told := func(after time.Duration) check.Evidence {
		a := leg("west", "8000", record.Rejected, 100, 503)
		a.Responses[1].At = int64(after)
		return losing(check.Evidence{Caller: a, Called: answered, Within: 5 * time.Second}, 5)
	}
	silent := func(within time.Duration, share int) check.Evidence {
		return losing(check.Evidence{Caller: leg("west", "8000", record.TimedOut, 100), Called: answered, Within: within}, share)
	}
	kept := func(code int, within time.Duration) check.Evidence {
		return losing(check.Evidence{Caller: hungUp(leg("west", "8000", record.Answered, 200), code), Called: in(leg("east", "8000", record.Answered, 200)), Within: within}, 5)
	}
	return []row{
		{"refused at once though answered, packets lost", "call.answered", told(20 * time.Millisecond), record.CauseSignalling},
		{"refused after a while though answered, packets lost", "call.answered", told(400 * time.Millisecond), record.CauseReachability},
		{"answer that never comes, few packets lost", "call.answered", silent(5*time.Second, 5), record.CauseSignalling},
		{"answer that does not come soon, few packets lost", "call.answered", silent(2*time.Second, 5), record.CauseReachability},
		{"answer that never comes, many packets lost", "call.answered", silent(5*time.Second, 9), record.CauseReachability},
		{"BYE that is never passed on, few packets lost", "call.released", kept(200, 5*time.Second), record.CauseSignalling},
		{"BYE that is not soon passed on, few packets lost", "call.released", kept(200, 2*time.Second), record.CauseReachability},
		{"packets lost in the run", "path.lossless", losing(check.Evidence{}, 5), record.CauseReachability},
		{"target never tried as packets are lost", "route.fallback", losing(early, 5), record.CauseReachability},
		{"target never tried as packets are lost here too", "route.fallback", here, record.CauseReachability},
		{"target never tried a second time, few packets lost", "route.fallback", second, record.CauseRouting},
		{"target never tried a second time, many packets lost", "route.fallback", worse, record.CauseReachability},
		{"one packet lost", "route.fallback", one, record.CauseRouting},
		{"busy told as an error, packets lost", "call.busy", losing(check.Evidence{Caller: leg("west", "8000", record.Rejected, 100, 500), Called: in(leg("east", "8000", record.Rejected, 486))}, 5), record.CauseSignalling},
		{"wrong password, packets lost", "call.delivered", losing(check.Evidence{Caller: leg("west", "8000", record.Rejected, 403)}, 5), record.CauseAuthentication},
		{"extension required of us, packets lost", "call.answered", losing(check.Evidence{Caller: leg("west", "8000", record.Rejected, 480), Called: objecting(leg("east", "8000", record.Rejected, 420), "requires precondition")}, 5), record.CauseSignalling},
		{"one-way audio, packets lost", "media.heard-by-callee", losing(check.Evidence{CallerStream: stream("west", "192.0.2.1:6000", 50, 50), CalledStream: stream("east", "192.0.2.1:6002", 50, 0)}, 5), record.CauseMedia},
		{"audio in pieces, packets lost", "media.whole", losing(check.Evidence{CallerStream: thinned(stream("west", "192.0.2.1:6000", 100, 90), "east"), CalledStream: after(stream("east", "192.0.2.1:6002", 100, 100), "west", 0)}, 5), record.CauseReachability},
	}
}
