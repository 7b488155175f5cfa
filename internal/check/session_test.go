package check_test

import (
	"time"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// reoffered is an attempt that sent a re-INVITE 2 s into the run.
func reoffered(a *record.Attempt, code int) *record.Attempt {
	return with(a, func(a *record.Attempt) {
		a.Reoffers = append(a.Reoffers, record.Reoffer{At: 2000 * ms, Method: "INVITE", Sent: true, Direction: "sendonly", Code: code, End: 2005 * ms})
	})
}

// answering is an attempt whose last re-INVITE was answered with a direction.
func answering(a *record.Attempt, direction string) *record.Attempt {
	return with(a, func(a *record.Attempt) { a.Reoffers[len(a.Reoffers)-1].Answer = direction })
}

func refreshing(code, expires int) *record.Attempt {
	return with(leg("west", "8000", record.Answered, 200), func(a *record.Attempt) {
		a.Reoffers = append(a.Reoffers, record.Reoffer{At: 2000 * ms, Method: "UPDATE", Sent: true, Code: code, Expires: expires})
	})
}

func reliable(a *record.Attempt, r ...record.Reliable) *record.Attempt {
	return with(a, func(a *record.Attempt) { a.Reliable = r })
}

// until is a stream in which a voice was heard from 1 s to a moment.
func until(to time.Duration, voice string) *record.Stream {
	return &record.Stream{Received: 20, Heard: []record.Heard{{Voice: voice, From: 1000 * ms, To: int64(to)}}}
}

func agreedRows() []row {
	early := "east's voice for 400ms before the answer"
	ringing := leg("west", "8000", record.Pending, 183)
	agree := func(party string, offered []string, agreed ...string) *record.Attempt {
		return with(leg(party, "8000", record.Answered, 200), func(a *record.Attempt) {
			a.Offered, a.Agreed = offered, agreed
			if len(agreed) > 0 {
				a.AgreedAt = 1200 * ms
			}
		})
	}
	delayed := with(agree("east", []string{"PCMA/8000"}), func(a *record.Attempt) { a.Delayed = true })
	both := "an offer and its answer on both sides"
	two := []string{"PCMA/8000", "PCMU/8000"}
	rows := []row{
		{"media.early-heard", "while it rings", call(check.Evidence{Caller: ringing, CallerStream: until(1500*time.Millisecond, "east")}), record.Pass, "west", "east's voice for 500ms before the answer", early},
		{"media.early-heard", "too briefly", call(check.Evidence{Caller: ringing, CallerStream: until(1200*time.Millisecond, "east")}), record.Fail, "west", "east's voice for 200ms before the answer", early},
		{
			"media.early-heard", "only after the answer", call(check.Evidence{
				Caller:       with(leg("west", "8000", record.Answered, 200), func(a *record.Attempt) { a.AnsweredAt = 1100 * ms }),
				CallerStream: until(2*time.Second, "east"),
			}), record.Fail, "west", "east's voice for 100ms before the answer", early,
		},
		{"media.early-heard", "music instead", call(check.Evidence{Caller: ringing, CallerStream: hears(0)}), record.Fail, "west", "20 packets, not east's voice in them; the call: 183  after 100ms", early},
		{"media.early-heard", "nothing", call(check.Evidence{Caller: ringing, CallerStream: &record.Stream{}}), record.Fail, "west", "nothing: not one packet came; the call: 183  after 100ms", early},
		{"media.early-heard", "no media", call(check.Evidence{Caller: ringing}), record.Fail, "west", "no media was opened", early},

		{"offer.agreed", "on both sides", call(check.Evidence{Caller: agree("west", two, "PCMA/8000"), Called: agree("east", two, "PCMA/8000")}), record.Pass, "west ↔ east", "west has PCMA/8000, east has PCMA/8000", both},
		{"offer.agreed", "the answer in the ACK is lost", call(check.Evidence{Caller: agree("west", two, "PCMA/8000"), Called: delayed}), record.Fail, "west ↔ east", "east made its offer in the 200, and got no answer in the ACK", both},
		{"offer.agreed", "the callee has no answer", call(check.Evidence{Caller: agree("west", two, "PCMA/8000"), Called: agree("east", two)}), record.Fail, "west ↔ east", "east has no answer", both},
		{"offer.agreed", "the caller has no answer", call(check.Evidence{Caller: agree("west", two), Called: agree("east", two, "PCMA/8000")}), record.Fail, "west ↔ east", "west has no answer", both},
		{"offer.agreed", "no call came", call(check.Evidence{Caller: agree("west", two)}), record.Fail, "west ↔ east", "no call came", both},

		{"codec.agreed", "one of the offer", call(check.Evidence{Caller: agree("west", two, "PCMU/8000")}), record.Pass, "west", "PCMU/8000", "codecs out of PCMA/8000, PCMU/8000"},
		{"codec.agreed", "one that was not offered", call(check.Evidence{Caller: agree("west", two, "PCMU/8000", "G729/8000")}), record.Fail, "west", "PCMU/8000, G729/8000", "codecs out of PCMA/8000, PCMU/8000"},
		{"codec.agreed", "no answer", call(check.Evidence{Caller: agree("west", two)}), record.Fail, "west", "no answer came", "codecs out of PCMA/8000, PCMU/8000"},
	}
	refusal := func(called *record.Attempt, code int) check.Evidence {
		return call(check.Evidence{Caller: leg("west", "8000", record.Rejected, code), Called: called, Codes: []int{488, 606}})
	}
	limit := "488 or 606, and no phone left ringing"
	return append(rows,
		row{"codec.refused", "by the callee", refusal(leg("east", "8000", record.Rejected, 488), 488), record.Pass, "west → 8000", "488  after 100ms", limit},
		row{"codec.refused", "by the system itself", refusal(nil, 488), record.Pass, "west → 8000", "488  after 100ms", limit},
		row{"codec.refused", "as busy", refusal(leg("east", "8000", record.Rejected, 488), 486), record.Fail, "west → 8000", "486 Busy Here after 100ms", limit},
		row{"codec.refused", "and a phone rings on", refusal(leg("east", "8000", record.Pending, 180), 488), record.Fail, "west → 8000", "488  after 100ms; east: pending", limit},
	)
}

func changeRows() []row {
	west, east := leg("west", "8000", record.Answered, 200), leg("east", "8000", record.Answered, 200)
	hold := func(caller, callee *record.Stream) check.Evidence {
		return call(check.Evidence{Caller: west, Called: east, CallerStream: caller, CalledStream: callee, Now: 3000 * ms})
	}
	again := func(caller, callee *record.Stream) check.Evidence {
		return call(check.Evidence{Caller: west, Called: east, CallerStream: caller, CalledStream: callee, Since: 1500 * ms})
	}
	const silence, voices = "nothing for 300ms, within 5s", "each voice for 400ms within 5s of the change"
	return []row{
		{"reoffer.accepted", "it is", call(check.Evidence{Caller: reoffered(leg("west", "8000", record.Answered, 200), 200), Called: east}), record.Pass, "west", "INVITE with a=sendonly got 200", "2xx within 5s"},
		{"reoffer.accepted", "the callee's", call(check.Evidence{Caller: west, Called: reoffered(leg("east", "8000", record.Answered, 200), 200)}), record.Pass, "east", "INVITE with a=sendonly got 200", "2xx within 5s"},
		{"reoffer.accepted", "with a direction that answers it", call(check.Evidence{Caller: answering(reoffered(leg("west", "8000", record.Answered, 200), 200), "recvonly"), Called: east}), record.Pass, "west", "INVITE with a=sendonly got 200", "2xx within 5s"},
		{"reoffer.accepted", "as if it had not been read", call(check.Evidence{Caller: answering(reoffered(leg("west", "8000", record.Answered, 200), 200), "sendrecv"), Called: east}), record.Fail, "west", "INVITE with a=sendonly got 200 with a=sendrecv", "2xx within 5s, and a direction that answers a=sendonly"},
		{"reoffer.accepted", "it is refused", call(check.Evidence{Caller: reoffered(leg("west", "8000", record.Answered, 200), 500)}), record.Fail, "west", "INVITE with a=sendonly got 500", "2xx within 5s"},
		{"reoffer.accepted", "no answer", call(check.Evidence{Caller: reoffered(leg("west", "8000", record.Answered, 200), 0)}), record.Fail, "west", "INVITE with a=sendonly got no answer", "2xx within 5s"},
		{"reoffer.accepted", "none was made", call(check.Evidence{Caller: west}), record.Unprovable, "west", "no new offer could be made", "a new offer"},

		{"hold.silent", "both", hold(until(2*time.Second, "east"), until(2690*time.Millisecond, "west")), record.Pass, "west ↔ east", "neither hears anything", silence},
		{"hold.silent", "nothing was ever heard", hold(&record.Stream{}, &record.Stream{}), record.Pass, "west ↔ east", "neither hears anything", silence},
		{"hold.silent", "the caller hears on", hold(until(2990*time.Millisecond, "east"), until(2*time.Second, "west")), record.Fail, "west ↔ east", "west still hears east", silence},
		{"hold.silent", "both hear on", hold(until(3*time.Second, "east"), until(3*time.Second, "west")), record.Fail, "west ↔ east", "west still hears east, east still hears west", silence},
		{"hold.silent", "no media", hold(nil, until(2*time.Second, "west")), record.Unprovable, "west ↔ east", "west has no media", silence},

		{"media.heard-again", "both", again(until(1900*time.Millisecond, "east"), until(2*time.Second, "west")), record.Pass, "west ↔ east", "east heard west for 500ms, west heard east for 400ms", voices},
		{"media.heard-again", "only before", again(until(1500*time.Millisecond, "east"), until(1500*time.Millisecond, "west")), record.Fail, "west ↔ east", "east heard west for less than 1ms, west heard east for less than 1ms", voices},
		{"media.heard-again", "one alone", again(until(2*time.Second, "east"), until(1600*time.Millisecond, "west")), record.Fail, "west ↔ east", "east heard west for 100ms, west heard east for 500ms", voices},
		{"media.heard-again", "somebody else", again(until(2*time.Second, "south"), until(2*time.Second, "west")), record.Fail, "west ↔ east", "east heard west for 500ms, west heard east for less than 1ms", voices},
		{"media.heard-again", "no media", again(nil, nil), record.Fail, "west ↔ east", "east heard west for less than 1ms, west heard east for less than 1ms", voices},

		{"session.refreshed", "it is", call(check.Evidence{Caller: refreshing(200, 1800)}), record.Pass, "west", "UPDATE got 200, Session-Expires 1800", "2xx with Session-Expires within 5s"},
		{"session.refreshed", "it is refused", call(check.Evidence{Caller: refreshing(500, 0)}), record.Fail, "west", "UPDATE got 500, Session-Expires none", "2xx with Session-Expires within 5s"},
		{"session.refreshed", "the timer is dropped", call(check.Evidence{Caller: refreshing(200, 0)}), record.Fail, "west", "UPDATE got 200, Session-Expires none", "2xx with Session-Expires within 5s"},
		{"session.refreshed", "no answer", call(check.Evidence{Caller: refreshing(0, 0)}), record.Fail, "west", "UPDATE got no answer, Session-Expires none", "2xx with Session-Expires within 5s"},
		{"session.refreshed", "none was sent", call(check.Evidence{Caller: west}), record.Unprovable, "west", "no refresh could be sent", "a refresh"},
	}
}

func ringRows() []row {
	timer := func(t *record.Timer) check.Evidence {
		return call(check.Evidence{Caller: with(leg("west", "8000", record.Answered, 200), func(a *record.Attempt) { a.Timer = t })})
	}
	const acked, told, agreed = "PRACK with the right RAck within 5s", "a provisional response with RSeq, and 2xx to its PRACK", "Session-Expires from 90 to 1800 s, with a refresher"
	const answered = "2xx to each PRACK"
	const required = "Require: timer in a 2xx with refresher=uac"
	rang := func(r ...record.Reliable) check.Evidence {
		return call(check.Evidence{Caller: leg("west", "8000", record.Pending, 180), Called: reliable(leg("east", "8000", record.Pending, 180), r...)})
	}
	was := func(a *record.Attempt) check.Evidence { return call(check.Evidence{Caller: a}) }
	return []row{
		{"prack.acknowledged", "it is", rang(record.Reliable{At: 1000 * ms, Code: 180, RSeq: 5, RAck: "5 1 INVITE", AckAt: 1004 * ms, AckCode: 200}), record.Pass, "east", "PRACK for 180 after 4ms", acked},
		{"prack.acknowledged", "no PRACK", rang(record.Reliable{Code: 180, RSeq: 5}), record.Fail, "east", "no PRACK for 180 with RSeq 5", acked},
		{"prack.acknowledged", "the wrong one", rang(record.Reliable{Code: 180, RSeq: 5, RAck: "1 1 INVITE", AckAt: 1, AckCode: 481}), record.Fail, "east", `PRACK with RAck "1 1 INVITE" for RSeq 5`, acked},
		{"prack.acknowledged", "it could not ring so", rang(), record.Unprovable, "east", "it could not ring reliably: 180 Ringing after 100ms", acked},
		{"prack.acknowledged", "no call", call(check.Evidence{Caller: leg("west", "8000", record.Pending)}), record.Fail, "east", "no call came", acked},

		{"prack.reliable", "it is", was(reliable(leg("west", "8000", record.Pending, 180), record.Reliable{Code: 180, AckCode: 200})), record.Pass, "west", "180 with RSeq, its PRACK got 200", told},
		{"prack.reliable", "its PRACK is refused", was(reliable(leg("west", "8000", record.Pending, 180), record.Reliable{Code: 180, AckCode: 481})), record.Fail, "west", "180 with RSeq, its PRACK got 481", told},
		{"prack.reliable", "its PRACK is not answered", was(reliable(leg("west", "8000", record.Pending, 180), record.Reliable{Code: 180})), record.Fail, "west", "180 with RSeq, its PRACK got no answer", told},
		{"prack.reliable", "unreliably", was(leg("west", "8000", record.Answered, 180, 200)), record.Fail, "west", "told of ringing unreliably: 200 OK after 200ms (180 200)", told},
		{"prack.reliable", "refused", was(leg("west", "8000", record.Rejected, 480)), record.Fail, "west", "480 Temporarily Unavailable after 100ms", told},
		{"prack.reliable", "answered at once", was(leg("west", "8000", record.Answered, 200)), record.Unprovable, "west", "200 OK after 100ms", told},

		{"session.required", "it is", timer(&record.Timer{Asked: 1800, Granted: 1800, Refresher: "uac", Required: true}), record.Pass, "west", "it is to refresh, and told so", required},
		{"session.required", "it need not be", timer(&record.Timer{Asked: 1800, Granted: 1800, Refresher: "uas"}), record.Pass, "west", "the system refreshes", required},
		{"session.required", "it is not", timer(&record.Timer{Asked: 1800, Granted: 1800, Refresher: "uac"}), record.Fail, "west", "refresher=uac without Require: timer", required},
		{"session.required", "no timer", timer(&record.Timer{Asked: 1800}), record.Unprovable, "west", "no session timer was agreed on", required},
		{"prack.answered", "they are", was(reliable(leg("west", "8000", record.Pending, 180), record.Reliable{Code: 180, AckCode: 200}, record.Reliable{Code: 183, AckCode: 200})), record.Pass, "west", "2 PRACKs, each got 2xx", answered},
		{"prack.answered", "none was needed", was(leg("west", "8000", record.Answered, 180, 200)), record.Pass, "west", "told of ringing unreliably, as it allows", answered},
		{"prack.answered", "one is refused", was(reliable(leg("west", "8000", record.Pending, 180), record.Reliable{Code: 180, AckCode: 481}, record.Reliable{Code: 183, AckCode: 200})), record.Fail, "west", "180 with RSeq, its PRACK got 481", answered},
		{"prack.answered", "one gets no answer", was(reliable(leg("west", "8000", record.Pending, 180), record.Reliable{Code: 180})), record.Fail, "west", "180 with RSeq, its PRACK got no answer", answered},

		{"session.agreed", "it is", timer(&record.Timer{Asked: 1800, Granted: 1800, Refresher: "uac"}), record.Pass, "west", `Session-Expires 1800 s, refresher "uac"`, agreed},
		{"session.agreed", "a shorter one", timer(&record.Timer{Asked: 1800, Granted: 90, Refresher: "uas"}), record.Pass, "west", `Session-Expires 90 s, refresher "uas"`, agreed},
		{"session.agreed", "it is ignored", timer(&record.Timer{Asked: 1800}), record.Fail, "west", "the 2xx has no Session-Expires", agreed},
		{"session.agreed", "too short", timer(&record.Timer{Asked: 1800, Granted: 89, Refresher: "uac"}), record.Fail, "west", `Session-Expires 89 s, refresher "uac"`, agreed},
		{"session.agreed", "longer than asked", timer(&record.Timer{Asked: 1800, Granted: 1801, Refresher: "uac"}), record.Fail, "west", `Session-Expires 1801 s, refresher "uac"`, agreed},
		{"session.agreed", "nobody refreshes", timer(&record.Timer{Asked: 1800, Granted: 1800}), record.Fail, "west", `Session-Expires 1800 s, refresher ""`, agreed},
		{"session.agreed", "none was asked for", timer(nil), record.Unprovable, "west", "none was asked for", "a session timer"},
	}
}

func transferRows() []row {
	west, south := leg("west", "8000", record.Answered, 200), leg("south", "5000", record.Answered, 200)
	refer := func(code int, notified ...int) *record.Attempt {
		return with(leg("east", "8000", record.Answered, 200), func(a *record.Attempt) {
			a.Refer = &record.Refer{At: 900 * ms, To: "5000", Code: code, Notices: noticed(notified)}
		})
	}
	e := func(t, called *record.Attempt) check.Evidence {
		x := call(check.Evidence{Caller: west, Called: called, Transferor: t, TransferorName: "east"})
		x.CalledName = "south"
		return x
	}
	left := func(sent bool, code int) *record.Attempt {
		return with(refer(202, 200), func(a *record.Attempt) { a.ByeAt, a.ByeSent, a.ByeCode = 3000*ms, sent, code })
	}
	gone := func(party string) *record.Attempt {
		return with(leg(party, "5000", record.Answered, 200), func(a *record.Attempt) { a.ByeAt = 3001 * ms })
	}
	released := e(left(true, 200), south)
	released.Caller = gone("west")
	answered := with(leg("south", "5000", record.Answered, 200), func(a *record.Attempt) { a.AnsweredAt = 1100 * ms })
	states := func(list ...record.Notice) *record.Attempt {
		return with(refer(202), func(a *record.Attempt) { a.Refer.Notices = list })
	}
	const state, true2xx = "Subscription-State in each NOTIFY, terminated in the final one", "no NOTIFY with 2xx before the 2xx of south"
	const out = "released within 5s, and the call goes on"
	return []row{
		{"redirect.followed", "it is", e(nil, south), record.Pass, "8000", "INVITE for 5000 at south after less than 1ms", "an INVITE at south within 5s"},
		{"redirect.followed", "it is not", e(nil, nil), record.Fail, "8000", "no INVITE came; the caller: 200 OK after 100ms", "an INVITE at south within 5s"},
		{"redirect.followed", "to somebody else", e(nil, leg("north", "5000", record.Answered)), record.Fail, "8000", "INVITE for 5000 at north after less than 1ms", "an INVITE at south within 5s"},
		{"transfer.accepted", "it is", e(refer(202), nil), record.Pass, "east", "REFER to 5000 got 202", "2xx within 5s"},
		{"transfer.accepted", "it is refused", e(refer(405), nil), record.Fail, "east", "REFER to 5000 got 405", "2xx within 5s"},
		{"transfer.accepted", "no answer", e(refer(0), nil), record.Fail, "east", "REFER to 5000 got no answer", "2xx within 5s"},
		{"transfer.accepted", "no REFER", e(west, nil), record.Unprovable, "east", "no REFER could be sent", "2xx within 5s"},
		{"transfer.reached", "it is", e(refer(202), south), record.Pass, "5000", "INVITE for 5000 at south after 100ms", "an INVITE at south within 5s"},
		{"transfer.reached", "it is not", e(refer(202), nil), record.Fail, "5000", "no INVITE came", "an INVITE at south within 5s"},
		{"transfer.notified", "it is", e(refer(202, 100, 180, 200), south), record.Pass, "east", "NOTIFY with 100, 180, 200", "NOTIFY with 2xx within 5s"},
		{"transfer.notified", "of ringing alone", e(refer(202, 100, 180), south), record.Fail, "east", "NOTIFY with 100, 180", "NOTIFY with 2xx within 5s"},
		{"transfer.notified", "of nothing", e(refer(202), south), record.Fail, "east", "no NOTIFY came", "NOTIFY with 2xx within 5s"},
		{"transfer.subscribed", "it is", e(refer(202, 100, 180, 200), south), record.Pass, "east", "3 NOTIFYs, the last of them terminated", state},
		{"transfer.subscribed", "no state", e(states(record.Notice{Code: 200}), south), record.Fail, "east", "a NOTIFY with 200 and without Subscription-State", state},
		{"transfer.subscribed", "no state, no status", e(states(record.Notice{}, record.Notice{Code: 200, State: "terminated"}), south), record.Fail, "east", "a NOTIFY with no status and without Subscription-State", state},
		{"transfer.subscribed", "it does not end", e(states(record.Notice{Code: 100, State: "pending"}, record.Notice{Code: 200, State: "active"}), south), record.Fail, "east", "the NOTIFY with 200 has Subscription-State active", state},
		{"transfer.subscribed", "no NOTIFY", e(refer(202), south), record.Fail, "east", "no NOTIFY came", state},
		{"transfer.truthful", "it rings", e(refer(202, 100, 180), leg("south", "5000", record.Pending, 180)), record.Pass, "east", "no success was told", true2xx},
		{"transfer.truthful", "a failure", e(refer(202, 100, 486), leg("south", "5000", record.Rejected, 486)), record.Pass, "east", "no success was told", true2xx},
		{"transfer.truthful", "it has answered", e(refer(202, 100, 200), answered), record.Unprovable, "east", "south has answered", true2xx},
		{"transfer.truthful", "before the answer", e(refer(202, 100, 200), leg("south", "5000", record.Pending, 180)), record.Fail, "east", "NOTIFY with 200, and south has not answered", true2xx},
		{"transfer.truthful", "without a call", e(refer(202, 200), nil), record.Fail, "east", "NOTIFY with 200, and south has not answered", true2xx},
		{"transfer.out", "by its own BYE", e(left(true, 200), south), record.Pass, "east", "released, and the call goes on", out},
		{"transfer.out", "by the system's BYE", e(left(false, 0), south), record.Pass, "east", "released, and the call goes on", out},
		{"transfer.out", "its BYE is refused", e(left(true, 481), south), record.Fail, "east", "it is still in the call; its BYE got 481", out},
		{"transfer.out", "it stays", e(refer(202, 200), south), record.Fail, "east", "it is still in the call; its BYE got no answer", out},
		{"transfer.out", "the caller goes with it", released, record.Fail, "east", "west was released with it", out},
		{"transfer.out", "the target goes with it", e(left(true, 200), gone("south")), record.Fail, "east", "south was released with it", out},
	}
}

// noticed are NOTIFYs with these codes, 50 ms apart from 1.1 s on.
func noticed(codes []int) (out []record.Notice) {
	for i, c := range codes {
		state := "active"
		if c >= 200 {
			state = "terminated"
		}
		out = append(out, record.Notice{At: (1100 + 50*int64(i)) * ms, Code: c, State: state})
	}
	return out
}
