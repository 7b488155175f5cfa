package diagnosis_test

import (
	"net/netip"
	"time"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// loadRows: many calls at once, of 1,000 that were placed.
func loadRows() []row {
	e := func(change func(*record.Load)) check.Evidence {
		l := &record.Load{
			Caller: "trunk west", Called: "trunk east", From: netip.MustParseAddrPort("192.0.2.11:5060"), System: netip.MustParseAddrPort("192.0.2.1:5060"),
			Callers: record.LoadCallers{Attempts: 1000, Rate: 200, Answered: 1000, Completed: 1000, Codes: map[int]uint64{200: 1000}},
			Crowd:   record.LoadCrowd{Invited: 1000, Answered: 1000, Acknowledged: 1000, Released: 1000, Most: 110},
			PDD:     record.LoadDelays{Count: 1000, P50: 40, P95: 700, Max: 900},
		}
		change(l)
		return check.Evidence{Load: l, Within: 5 * time.Second, Delayed: check.PostDial}
	}
	refused := func(n uint64, code int, arrived uint64) check.Evidence {
		return e(func(l *record.Load) {
			l.Callers.Answered, l.Callers.Completed, l.Callers.Refused = 1000-n, 1000-n, n
			l.Callers.Codes = map[int]uint64{200: 1000 - n, code: n}
			l.Crowd = record.LoadCrowd{Invited: arrived, Answered: 1000 - n, Acknowledged: 1000 - n, Released: 1000 - n, Most: 100}
		})
	}
	silent := func(n uint64) check.Evidence {
		return e(func(l *record.Load) {
			l.Callers.Answered, l.Callers.Completed, l.Callers.TimedOut = 1000-n, 1000-n, n
			l.Callers.Codes = map[int]uint64{200: 1000 - n}
			l.Crowd = record.LoadCrowd{Invited: 1000 - n, Answered: 1000 - n, Released: 1000 - n, Most: 100}
		})
	}
	losing := func(x check.Evidence) check.Evidence {
		x.RunRepeats = record.Repeats{Requests: 100, Again: 10}
		return x
	}
	lossy := func(change func(*record.Load)) check.Evidence { return losing(e(change)) }
	voices := func(v record.LoadVoices) check.Evidence { return e(func(l *record.Load) { l.Voices = &v }) }
	few := func(x check.Evidence) check.Evidence {
		x.RunRepeats.Again = 5
		return x
	}
	late := func(l *record.Load) {
		l.Callers.Completed, l.Callers.Refused, l.Callers.Codes = 990, 10, map[int]uint64{200: 990, 408: 10}
		l.Crowd.Invited = 990
	}
	return []row{
		{"slow, where packets are lost", "load.delay", lossy(func(*record.Load) {}), record.CauseReachability},
		{"refused, where packets are lost", "load.failed", lossy(func(l *record.Load) {
			l.Callers.Completed, l.Callers.Refused, l.Callers.Codes = 990, 10, map[int]uint64{200: 990, 503: 10}
			l.Crowd.Invited = 990
		}), record.CauseCapacity},
		{"waited for in vain, where many packets are lost", "load.failed", lossy(late), record.CauseReachability},
		{"waited for in vain, where few packets are lost", "load.failed", few(lossy(late)), record.CauseCapacity},
		{"our own machine was the limit", "load.offered", e(func(l *record.Load) {
			l.Spoiled = []record.LoadReason{{What: "90 of 1000 calls began more than 5 ms late", Change: "Lower the rate."}}
		}), record.CauseHarness},
		{"refused in the system under load", "load.failed", refused(10, 503, 990), record.CauseCapacity},
		{"sent to somebody else under load, who refused", "load.failed", refused(10, 404, 990), record.CauseRouting},
		{"one connection lost, and more refused", "load.failed", e(func(l *record.Load) {
			l.Callers.Answered, l.Callers.Completed, l.Callers.Refused, l.Callers.Failed = 899, 899, 100, 101
			l.Callers.Codes, l.Callers.Lost, l.Callers.LostWhy = map[int]uint64{200: 899, 503: 100}, 1, "connection with 192.0.2.1:5060: closed by the other side"
			l.Crowd.Invited = 899
		}), record.CauseCapacity},
		{"lost in the system under load", "load.failed", silent(10), record.CauseCapacity},
		{"nothing came through at all", "load.failed", silent(1000), record.CauseReachability},
		{"the port was closed under load", "load.failed", e(func(l *record.Load) {
			l.Callers = record.LoadCallers{Attempts: 1000, TimedOut: 1000, Closed: true}
			l.Crowd = record.LoadCrowd{}
		}), record.CauseSIPPort},
		{"the port was closed under load, over TCP", "load.failed", e(func(l *record.Load) {
			l.Transport = "TCP"
			l.Callers = record.LoadCallers{Attempts: 1000, Lost: 1000, LostWhy: "connect to 192.0.2.1:5060: connection refused", Closed: true}
			l.Crowd = record.LoadCrowd{}
		}), record.CauseSIPPort},
		{"the connection was lost before a call arrived", "load.failed", e(func(l *record.Load) {
			l.Callers = record.LoadCallers{Attempts: 1000, Lost: 1000, LostWhy: "connect to 192.0.2.1:5060: no route to host"}
			l.Crowd = record.LoadCrowd{}
		}), record.CauseReachability},
		{"the connection was lost under load", "load.failed", e(func(l *record.Load) {
			l.Callers.Answered, l.Callers.Completed, l.Callers.Failed, l.Callers.Lost, l.Callers.LostWhy = 990, 980, 20, 20, "connection with 192.0.2.1:5060: closed by the other side"
			l.Crowd.Invited = 990
		}), record.CauseCapacity},
		{"callers whom nobody trusts", "load.failed", refused(1000, 403, 0), record.CauseAuthentication},
		{"a number without a route, many times", "load.failed", refused(1000, 404, 0), record.CauseRouting},
		{"every call refused for want of room", "load.failed", refused(1000, 503, 0), record.CauseCapacity},
		{"refused after the called side was reached", "load.failed", refused(10, 500, 1000), record.CauseCapacity},
		{"our own crowd was full", "load.failed", e(func(l *record.Load) { l.Crowd.Full, l.Callers.Completed = 7, 993 }), record.CauseHarness},
		{"calls that were hung up under load", "load.failed", e(func(l *record.Load) { l.Callers.Completed, l.Callers.Early = 980, 20 }), record.CauseSignalling},
		{"answers that lost their description under load", "load.failed", e(func(l *record.Load) { l.Callers.Undescribed = 20 }), record.CauseSignalling},
		{"offers that were lost under load", "load.delivered", e(func(l *record.Load) { l.Crowd.Undescribed = 20 }), record.CauseSignalling},
		{"BYEs that were refused under load", "load.failed", e(func(l *record.Load) { l.Callers.Completed, l.Callers.ByeDenied = 980, 20 }), record.CauseSignalling},
		{"answers that did not come back", "load.failed", e(func(l *record.Load) { l.Callers.Answered, l.Callers.Completed, l.Callers.TimedOut = 990, 990, 10 }), record.CauseCapacity},
		{"answers that cannot be used", "load.failed", e(func(l *record.Load) {
			l.Callers.Answered, l.Callers.Completed, l.Callers.TimedOut = 990, 990, 10
			l.Callers.Unusable = []record.LoadUnusable{{What: "a 200 that nobody can acknowledge: no Contact", Calls: 10}}
		}), record.CauseSignalling},
		{"none but such, before a call arrived", "load.failed", e(func(l *record.Load) {
			l.Callers = record.LoadCallers{Attempts: 1000, TimedOut: 1000, Unusable: []record.LoadUnusable{{What: "a 200 that nobody can acknowledge: no Contact", Calls: 1000}}}
			l.Crowd = record.LoadCrowd{}
		}), record.CauseSignalling},
		{"calls that came twice", "load.delivered", e(func(l *record.Load) { l.Crowd.Invited = 1100 }), record.CauseRouting},
		{"calls for other numbers of the called side", "load.delivered", e(func(l *record.Load) { l.Crowd.Elsewhere = 7 }), record.CauseRouting},
		{"calls that came twice, and others never", "load.delivered", e(func(l *record.Load) { l.Callers.Answered, l.Callers.Forked = 996, 4 }), record.CauseRouting},
		{"callers that hear themselves", "load.heard", voices(record.LoadVoices{Echo: 20}), record.CauseMedia},
		{"the called side hears itself", "load.heard", e(func(l *record.Load) { l.Voices, l.Crowd.Echo = &record.LoadVoices{Good: 20}, 20 }), record.CauseMedia},
		{"voices that are cut off", "load.heard", voices(record.LoadVoices{Good: 1, Cut: 19}), record.CauseMedia},
		{"calls for other numbers", "load.delivered", e(func(l *record.Load) { l.Crowd.Misdialled, l.Crowd.Invited = 4, 996 }), record.CauseRouting},
		{"calls that somebody else took", "load.delivered", e(func(l *record.Load) { l.Crowd.Invited, l.Crowd.Answered = 900, 900 }), record.CauseRouting},
		{"slow under load", "load.delay", e(func(*record.Load) {}), record.CauseCapacity},
		{"silence under load", "load.delay", e(func(l *record.Load) { l.PDD.P95, l.PDD.Never = record.Endless, 60 }), record.CauseCapacity},
		{"no ringing under load", "load.delay", e(func(l *record.Load) { l.PDD = record.LoadDelays{} }), record.CauseSignalling},
		{"voices that cross", "load.heard", voices(record.LoadVoices{Good: 17, Crossed: 3}), record.CauseMedia},
		{"voices beside which somebody else is heard", "load.heard", voices(record.LoadVoices{Good: 17, Foreign: 3}), record.CauseMedia},
		{"somebody else at the called side", "load.heard", e(func(l *record.Load) { l.Voices, l.Crowd.Foreign = &record.LoadVoices{Good: 20}, 20 }), record.CauseMedia},
		{"lost beside calls that our own crowd refused", "load.failed", e(func(l *record.Load) {
			l.Callers.Codes, l.Callers.TimedOut, l.Crowd.Busy, l.Crowd.Invited = map[int]uint64{200: 690, 486: 300}, 10, 300, 990
		}), record.CauseCapacity},
		{"voices that callers do not hear", "load.heard", voices(record.LoadVoices{Good: 17, NotHere: 2, Gaps: 1}), record.CauseMedia},
		{"voices that the called side does not hear", "load.heard", voices(record.LoadVoices{Good: 19, NotThere: 1}), record.CauseMedia},
		{"answers without an address", "load.heard", voices(record.LoadVoices{Good: 19, Unasked: 1}), record.CauseMedia},
		{"voices that are changed", "load.heard", voices(record.LoadVoices{Changed: 20}), record.CauseMedia},
		{"late voices", "load.heard", voices(record.LoadVoices{Good: 19, Late: 1}), record.CauseMedia},
		{"voices with gaps", "load.heard", voices(record.LoadVoices{Good: 19, Gaps: 1}), record.CauseMedia},
		{"voices with gaps, where packets are lost", "load.heard", losing(voices(record.LoadVoices{Good: 18, Gaps: 2})), record.CauseReachability},
		{"voices that cross, where packets are lost", "load.heard", losing(voices(record.LoadVoices{Good: 18, Gaps: 1, Crossed: 1})), record.CauseMedia},
		{"voices of no length", "load.heard", voices(record.LoadVoices{Short: 20}), record.CauseHarness},
		{"ACKs lost", "load.released", e(func(l *record.Load) { l.Crowd.Unheard = 50 }), record.CauseSignalling},
		{"left over", "load.released", e(func(l *record.Load) { l.Crowd.Open, l.Crowd.Released = 50, 950 }), record.CauseSignalling},
	}
}
