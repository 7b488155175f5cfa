package check_test

import (
	"time"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// carried is a load of 100 calls of which every one went well, but for what is
// changed.
func carried(change func(*record.Load)) *record.Load {
	l := &record.Load{Caller: "west", Called: "east", Offered: record.LoadOffered{Rate: 50}}
	l.Callers = record.LoadCallers{Attempts: 100, Rate: 50, Answered: 100, Completed: 100, Codes: map[int]uint64{200: 100}}
	l.Crowd = record.LoadCrowd{Invited: 100, Answered: 100, Acknowledged: 100, Released: 100}
	l.PDD = record.LoadDelays{Count: 100, P50: 20, P95: 80, Max: 200}
	l.SRD = record.LoadDelays{Count: 100, P50: 10, P95: 40, Max: 100}
	l.Lateness.Max = 0.5
	change(l)
	return l
}

func loadRows() []row {
	e := func(change func(*record.Load)) check.Evidence {
		return check.Evidence{Load: carried(change), Failed: 1, Within: 5 * time.Second}
	}
	delay := func(which string, limit time.Duration, change func(*record.Load)) check.Evidence {
		return check.Evidence{Load: carried(change), Delayed: which, Within: limit}
	}
	refused := func(n uint64) func(*record.Load) {
		return func(l *record.Load) {
			l.Callers.Answered, l.Callers.Completed, l.Callers.Refused, l.Callers.Failed = 100-n, 100-n, n, n
			l.Callers.Codes = map[int]uint64{200: 100 - n, 503: n}
			l.Crowd.Invited, l.Crowd.Answered = 100-n, 100-n
		}
	}
	lossy := func(change func(*record.Load)) check.Evidence {
		e := delay(check.PostDial, 80*time.Millisecond, change)
		e.RunRepeats = record.Repeats{Requests: 100, Again: 3, Heard: 100}
		return e
	}
	much := func(change func(*record.Load)) check.Evidence {
		e := lossy(change)
		e.RunRepeats.Again = 14
		return e
	}
	fine := func(*record.Load) {}
	const who, failed, once, all = "west → east, 50 calls/s", "1 % failed at most", "none that arrives twice, none that somebody else answers", "each released on both sides, 5s after the last was hung up at most"
	voices := func(v record.LoadVoices) func(*record.Load) { return func(l *record.Load) { l.Voices = &v } }
	const heard = "1 % not heard at most"
	const ours, pdd = "nothing that this machine was the limit of", "95th percentile of post-dial delay: 80ms at most"
	return []row{
		{"load.offered", "as asked for", e(fine), record.Pass, who, "100 calls at 50/s, the latest begun 0.5ms late", ours},
		{"load.offered", "late", e(func(l *record.Load) { l.Spoiled = []record.LoadReason{{What: "9 began late"}, {What: "1 was dropped"}} }), record.Fail, who, "9 began late; 1 was dropped", ours},
		{"load.failed", "none", e(fine), record.Pass, who, "0 of 100 calls failed (0 %)", failed},
		{"load.failed", "as many as may", e(refused(1)), record.Pass, who, "1 of 100 calls failed (1 %): 1 refused with 503", failed},
		{"load.failed", "one more", e(refused(2)), record.Fail, who, "2 of 100 calls failed (2 %): 2 refused with 503", failed},
		{"load.failed", "answered, and not released", e(func(l *record.Load) { l.Callers.Completed, l.Callers.NoBye, l.Callers.Failed = 90, 10, 10 }), record.Fail, who, "10 of 100 calls failed (10 %): 10 whose BYE got no answer", failed},
		{"load.failed", "answered, and told of nothing to speak to", e(func(l *record.Load) { l.Callers.Undescribed, l.Callers.Failed = 10, 10 }), record.Fail, who, "10 of 100 calls failed (10 %): 10 answered without an audio stream", failed},
		{"load.failed", "refused by our own crowd, as it was to", e(func(l *record.Load) {
			refused(0)(l)
			l.Callers.Completed, l.Callers.Codes[486], l.Crowd.Busy = 80, 20, 20
		}), record.Pass, who, "0 of 100 calls failed (0 %)", failed},
		{"load.failed", "busy, and not by our crowd", e(func(l *record.Load) { refused(20)(l); l.Callers.Codes = map[int]uint64{486: 20} }), record.Fail, who, "20 of 100 calls failed (20 %): 20 refused with 486", failed},
		{"load.failed", "no call at all", e(func(l *record.Load) {
			*l = record.Load{Caller: "west", Called: "east", Offered: record.LoadOffered{Rate: 50}}
		}), record.Fail, who, "0 of 0 calls failed (100 %)", failed},
		{"load.delivered", "each once", e(fine), record.Pass, who, "100 calls placed, 100 arrived; 100 answered at east, 100 at the callers", once},
		{"load.delivered", "some refused before", e(refused(5)), record.Pass, who, "100 calls placed, 95 arrived; 95 answered at east, 95 at the callers", once},
		{"load.delivered", "one twice", e(func(l *record.Load) { l.Crowd.Invited, l.Crowd.Answered = 101, 101 }), record.Fail, who, "100 calls placed, 101 arrived; 101 answered at east, 100 at the callers", once},
		{"load.delivered", "for another number", e(func(l *record.Load) { l.Crowd.Misdialled, l.Crowd.Invited = 3, 97 }), record.Fail, who, "100 calls placed, 97 arrived; 100 answered at east, 100 at the callers; 3 came for a number that nobody had dialled", once},
		{"load.delivered", "answered by somebody else", e(func(l *record.Load) { l.Crowd.Invited, l.Crowd.Answered = 90, 90 }), record.Fail, who, "100 calls placed, 90 arrived; 90 answered at east, 100 at the callers", once},
		{"load.delivered", "one twice, and another never", e(func(l *record.Load) { l.Callers.Answered, l.Callers.Forked = 99, 1 }), record.Fail, who, "100 calls placed, 100 arrived; 100 answered at east, 99 at the callers; 1 by a second phone too", once},
		{"load.delivered", "without what the caller offered", e(func(l *record.Load) { l.Crowd.Undescribed = 1 }), record.Fail, who, "100 calls placed, 100 arrived; 100 answered at east, 100 at the callers; 1 without a session description, in INVITE and in ACK", once},
		{"load.delivered", "for another number of the same crowd", e(func(l *record.Load) { l.Crowd.Elsewhere = 2 }), record.Fail, who, "100 calls placed, 100 arrived; 100 answered at east, 100 at the callers; 2 came for another number than was dialled, as their callers' numbers tell", once},
		{"load.heard", "the callers themselves", e(voices(record.LoadVoices{Good: 18, Echo: 2})), record.Fail, who, "18 of 20 calls were heard both ways: 2 in which the caller heard itself", heard},
		{"load.heard", "the called side itself", e(func(l *record.Load) { l.Voices, l.Crowd.Echo = &record.LoadVoices{Good: 20}, 3 }), record.Fail, who, "20 of 20 calls were heard both ways; 3 times the called side heard itself", heard},
		{"load.heard", "cut off", e(voices(record.LoadVoices{Good: 1, Cut: 19})), record.Fail, who, "1 of 20 calls were heard both ways: 19 that the other side ended in less than a second", heard},
		{"load.delivered", "answered by somebody else, and then by the crowd", e(func(l *record.Load) { l.Callers.Forked = 1 }), record.Fail, who, "100 calls placed, 100 arrived; 100 answered at east, 100 at the callers; 1 by a second phone too", once},
		{"load.delay", "in time", delay(check.PostDial, 80*time.Millisecond, fine), record.Pass, who, "95th percentile of post-dial delay: 80ms (median 20ms, longest 200ms) of 100 calls", pdd},
		{"load.delay", "late", delay(check.PostDial, 80*time.Millisecond, func(l *record.Load) { l.PDD.P95 = 81 }), record.Fail, who, "95th percentile of post-dial delay: 81ms (median 20ms, longest 200ms) of 100 calls", pdd},
		{"load.delay", "as many silent as may be", delay(check.PostDial, 80*time.Millisecond, func(l *record.Load) { l.PDD.Count, l.PDD.Never = 95, 5 }), record.Pass, who, "95th percentile of post-dial delay: 80ms (median 20ms, longest 200ms) of 95 calls, and 5 more that never got so far", pdd},
		{"load.delay", "one more silent", delay(check.PostDial, 80*time.Millisecond, func(l *record.Load) { l.PDD.Count, l.PDD.Never, l.PDD.P95 = 94, 6, record.Endless }), record.Fail, who, "95th percentile of post-dial delay: never (median 20ms, longest 200ms) of 94 calls, and 6 more that never got so far", pdd},
		{"load.delay", "silent where packets are lost", lossy(func(l *record.Load) { l.PDD.Count, l.PDD.Never, l.PDD.P95 = 94, 6, record.Endless }), record.Fail, who, "95th percentile of post-dial delay: never (median 20ms, longest 200ms) of 94 calls, and 6 more that never got so far", pdd},
		{"load.delay", "SRD", delay(check.SessionRequest, 39*time.Millisecond, fine), record.Fail, who, "95th percentile of session request delay: 40ms (median 10ms, longest 100ms) of 100 calls", "95th percentile of session request delay: 39ms at most"},
		{"load.delay", "late where packets are lost", lossy(func(l *record.Load) { l.PDD.P95 = 501 }), record.Unprovable, who, "95th percentile of post-dial delay: 501ms (median 20ms, longest 200ms) of 100 calls; packets are lost on the way (3.0 % of the requests of ours had to be sent again (3 of 100); of 100 messages of the system 0 came again although they had arrived), and calls that lose one wait for half a second at least: mend the way first", pdd},
		{"load.delay", "too soon for a lost packet", lossy(func(l *record.Load) { l.PDD.P95 = 499 }), record.Fail, who, "95th percentile of post-dial delay: 499ms (median 20ms, longest 200ms) of 100 calls", pdd},
		{"load.delay", "most are late", lossy(func(l *record.Load) { l.PDD.P50, l.PDD.P95 = 200, 501 }), record.Fail, who, "95th percentile of post-dial delay: 501ms (median 200ms, longest 200ms) of 100 calls", pdd},
		{"load.delay", "most are late, and so much is lost that they must be", much(func(l *record.Load) { l.PDD.P50, l.PDD.P95 = 500, 501 }), record.Unprovable, who, "95th percentile of post-dial delay: 501ms (median 500ms, longest 200ms) of 100 calls; packets are lost on the way (14.0 % of the requests of ours had to be sent again (14 of 100); of 100 messages of the system 0 came again although they had arrived), and calls that lose one wait for half a second at least: mend the way first", pdd},
		{"load.delay", "none rang", delay(check.PostDial, 80*time.Millisecond, func(l *record.Load) { l.PDD = record.LoadDelays{} }), record.Fail, who, "none was measured", pdd},
		{"load.heard", "all", e(voices(record.LoadVoices{Good: 20})), record.Pass, who, "20 of 20 calls were heard both ways", heard},
		{"load.heard", "as many as may not be", e(voices(record.LoadVoices{Good: 99, NotThere: 1, Short: 5})), record.Pass, who, "99 of 100 calls were heard both ways: 1 not heard by the called side", heard},
		{"load.heard", "some not", e(voices(record.LoadVoices{Good: 12, NotHere: 1, NotThere: 1, Crossed: 1, Foreign: 1, Changed: 1, Late: 1, Gaps: 1, Unasked: 1})), record.Fail, who, "12 of 20 calls were heard both ways: 1 not heard by the caller, 1 not heard by the called side, 1 crossed with another call, 1 with somebody else beside the called side, 1 changed on the way, 1 without a voice in the first half second, 1 with more than 5 % of a voice lost, 1 without an address in the answer", heard},
		{"load.heard", "gaps", e(voices(record.LoadVoices{Good: 19, Gaps: 1})), record.Fail, who, "19 of 20 calls were heard both ways: 1 with more than 5 % of a voice lost", heard},
		{"load.heard", "gaps where packets are lost", lossy(voices(record.LoadVoices{Good: 19, Gaps: 1})), record.Unprovable, who, "19 of 20 calls were heard both ways: 1 with more than 5 % of a voice lost; packets are lost on the way (3.0 % of the requests of ours had to be sent again (3 of 100); of 100 messages of the system 0 came again although they had arrived): mend the way first", "0 % not heard at most"},
		{"load.heard", "one way where packets are lost", lossy(voices(record.LoadVoices{Good: 19, NotHere: 1})), record.Fail, who, "19 of 20 calls were heard both ways: 1 not heard by the caller", "0 % not heard at most"},
		{"load.heard", "somebody else at the called side", e(func(l *record.Load) { voices(record.LoadVoices{Good: 20})(l); l.Crowd.Foreign = 20 }), record.Fail, who, "20 of 20 calls were heard both ways; 20 times the called side heard somebody else beside the caller", heard},
		{"load.heard", "all too short", e(voices(record.LoadVoices{Short: 20})), record.Unprovable, who, "no call with a voice lasted for a second", heard},
		{"load.heard", "none with a voice", e(fine), record.Unprovable, who, "no call with a voice lasted for a second", heard},
		{"load.released", "all", e(fine), record.Pass, who, "all 100 calls released at east", all},
		{"load.released", "no ACK", e(func(l *record.Load) { l.Crowd.Unheard = 2 }), record.Fail, who, "2 of 100 answers of east were never acknowledged", all},
		{"load.released", "one ACK was lost", e(func(l *record.Load) { l.Crowd.Unheard = 1 }), record.Pass, who, "all 100 calls released at east", all},
		{"load.released", "one left over", e(func(l *record.Load) { l.Crowd.Open = 1 }), record.Fail, who, "1 of 100 calls are still open at east, 5s after the last caller hung up", all},
	}
}
