package check_test

import (
	"ringproof/internal/check"
	"ringproof/reports/record"
)

// at is a leg that started then.
func at(a *record.Attempt, start int64) *record.Attempt {
	a.Start = start * ms
	return a
}

func from(a *record.Attempt, number string) *record.Attempt {
	a.From = number
	return a
}

func bindingRows() []row {
	const renewed = "an INVITE within 5s, after the first registration would have ended"
	const idle = "an INVITE within 5s, after its idle time was over"
	const moved = "an INVITE within 5s, and no more than 500ms after one to the old address"
	offline := leg("west", "1002", record.Rejected, 100, 480)
	codes := []int{480}
	return append(numberRows(), []row{
		{
			"register.renewed", "called after the first would have ended", call(check.Evidence{Caller: leg("west", "1002", record.Answered, 200), Called: at(leg("east", "1002", record.Answered), 1010), Ended: 900 * ms}),
			record.Pass, "east", "INVITE 110ms after the first registration would have ended", renewed,
		},
		{
			"register.renewed", "not called", call(check.Evidence{Caller: offline, Ended: 900 * ms}),
			record.Fail, "east", "no INVITE came; the caller: 480 Temporarily Unavailable after 200ms (100 480)", renewed,
		},
		{
			"register.renewed", "another is called", call(check.Evidence{Caller: offline, Called: at(leg("south", "1002", record.Answered), 1010), Ended: 900 * ms}),
			record.Fail, "east", "the call reached south", renewed,
		},
		{
			"register.renewed", "called too early to tell", call(check.Evidence{Caller: offline, Called: at(leg("east", "1002", record.Answered), 1010), Ended: 2000 * ms}),
			record.Unprovable, "east", "the call came before the first registration would have ended", renewed,
		},
		{
			"register.idle", "called when its idle time was over", call(check.Evidence{Caller: leg("west", "1002", record.Answered, 200), Called: at(leg("east", "1002", record.Answered), 1010), Ended: 900 * ms}),
			record.Pass, "east", "INVITE 110ms after its idle time was over", idle,
		},
		{
			"register.idle", "not called", call(check.Evidence{Caller: offline, Ended: 900 * ms}),
			record.Fail, "east", "no INVITE came; the caller: 480 Temporarily Unavailable after 200ms (100 480)", idle,
		},
		{
			"register.idle", "called too early to tell", call(check.Evidence{Caller: offline, Called: at(leg("east", "1002", record.Answered), 1010), Ended: 2000 * ms}),
			record.Unprovable, "east", "the call came before its idle time was over", idle,
		},
		{
			"register.ended", "refused, nobody called", call(check.Evidence{Caller: offline, Ended: 900 * ms}),
			record.Pass, "west → 1002", "480 Temporarily Unavailable after 200ms (100 480)", "not called once its registration had ended",
		},
		{
			"register.ended", "called", call(check.Evidence{Caller: offline, Called: at(leg("east", "1002", record.Answered), 1010), Ended: 900 * ms}),
			record.Fail, "west → 1002", "the call reached east 110ms after its registration had ended", "not called once its registration had ended",
		},
		{
			"register.ended", "it may still come", call(check.Evidence{Caller: leg("west", "1002", record.Pending, 100), Ended: 900 * ms}),
			record.Unprovable, "west → 1002", "100 Trying after 100ms", "not called once its registration had ended",
		},
		{
			"register.ended", "called before it had ended", call(check.Evidence{Caller: offline, Called: leg("east", "1002", record.Answered), Ended: 1100 * ms}),
			record.Unprovable, "west → 1002", "the call was placed before its registration had ended", "not called once its registration had ended",
		},
		{
			"register.removed", "refused, nobody called", call(check.Evidence{Caller: offline, Ended: 900 * ms}),
			record.Pass, "west → 1002", "480 Temporarily Unavailable after 200ms (100 480)", "not called once it had removed its registration",
		},
		{
			"register.removed", "called", call(check.Evidence{Caller: offline, Called: at(leg("east", "1002", record.Answered), 1010), Ended: 900 * ms}),
			record.Fail, "west → 1002", "the call reached east 110ms after it had removed its registration", "not called once it had removed its registration",
		},
		{
			"register.moved", "the new address alone", call(check.Evidence{Caller: offline, Called: at(leg("east", "1002", record.Answered), 1010)}),
			record.Pass, "east", "INVITE after 10ms; its old address was not called", moved,
		},
		{
			"register.moved", "both at once", call(check.Evidence{Caller: offline, First: at(leg("east, old", "1002", record.Pending), 1005), Called: at(leg("east", "1002", record.Answered), 1010)}),
			record.Pass, "east", "INVITE after 10ms; its old address was called after 5ms", moved,
		},
		{
			"register.moved", "the old one first", call(check.Evidence{Caller: offline, First: at(leg("east, old", "1002", record.Pending), 1005), Called: at(leg("east", "1002", record.Answered), 5005)}),
			record.Fail, "east", "INVITE after 4.005s; its old address was called after 5ms", moved,
		},
		{
			"register.moved", "the old one alone", call(check.Evidence{Caller: offline, First: at(leg("east, old", "1002", record.Pending), 1005)}),
			record.Fail, "east", "no INVITE came; its old address was called after 5ms; the caller: 480 Temporarily Unavailable after 200ms (100 480)", moved,
		},
		{
			"register.moved", "somebody else", call(check.Evidence{Caller: offline, Called: at(leg("south", "1002", record.Answered), 1010)}),
			record.Fail, "east", "the call reached south", moved,
		},
		{
			"register.offline", "refused as such", call(check.Evidence{Caller: offline, Codes: codes}),
			record.Pass, "west → 1002", "480 Temporarily Unavailable after 200ms (100 480)", "refused with 480, nobody called",
		},
		{
			"register.offline", "refused as something else", call(check.Evidence{Caller: leg("west", "1002", record.Rejected, 486), Codes: codes}),
			record.Fail, "west → 1002", "486 Busy Here after 100ms", "refused with 480, nobody called",
		},
		{
			"register.offline", "refused, and yet somebody was called", call(check.Evidence{Caller: offline, Called: leg("south", "1002", record.Rejected), Codes: codes}),
			record.Fail, "west → 1002", "480 Temporarily Unavailable after 200ms (100 480), and the call reached south", "refused with 480, nobody called",
		},
	}...)
}

func numberRows() []row {
	const bound = "an INVITE at east within 5s"
	refused := leg("west", "2099", record.Rejected, 480)
	unknown := []int{487} // whatever the profile says
	return []row{
		{
			"number.bound", "it arrives", call(check.Evidence{Caller: refused, Called: at(leg("east", "2000", record.Answered), 1010)}),
			record.Pass, "2099", "INVITE at east after 10ms", bound,
		},
		{
			"number.bound", "it does not", call(check.Evidence{Caller: refused}),
			record.Fail, "2099", "no INVITE came; the caller: 480 Temporarily Unavailable after 100ms", bound,
		},
		{
			"number.bound", "it arrives elsewhere", call(check.Evidence{Caller: refused, Called: at(leg("south", "2099", record.Answered), 1010)}),
			record.Fail, "2099", "INVITE at south after 10ms", bound,
		},
		{
			"number.form", "as the place knows it", call(check.Evidence{Caller: refused, Called: leg("east", "2099", record.Answered), Numbers: []string{"2099"}}),
			record.Pass, "2099", "Request-URI for 2099", "Request-URI for 2099",
		},
		{
			"number.form", "as something else", call(check.Evidence{Caller: refused, Called: leg("east", "2000", record.Answered), Numbers: []string{"2099"}}),
			record.Fail, "2099", "Request-URI for 2000", "Request-URI for 2099",
		},
		{
			"number.form", "it never came", call(check.Evidence{Caller: refused, Numbers: []string{"2099", "2000"}}),
			record.Unprovable, "2099", "no INVITE came", "Request-URI for 2099 or 2000",
		},
		{
			"number.unmapped", "the caller is told", call(check.Evidence{Caller: leg("west", "2050", record.Rejected, 100, 487), Called: leg("east", "2050", record.Rejected, 487), Codes: unknown}),
			record.Pass, "west → 2050", "487 Request Terminated after 200ms (100 487)", "487",
		},
		{
			"number.unmapped", "the caller is told something else", call(check.Evidence{Caller: leg("west", "2050", record.Rejected, 100, 500), Called: leg("east", "2050", record.Rejected, 487), Codes: unknown}),
			record.Fail, "west → 2050", "500 Server Internal Error after 200ms (100 500)", "487",
		},
		{
			"number.unmapped", "the place answered", call(check.Evidence{Caller: leg("west", "2050", record.Answered, 200), Called: leg("east", "2050", record.Answered, 200), Codes: unknown}),
			record.Unprovable, "west → 2050", "the place did not refuse the number", "487",
		},
	}
}

func impostureRows() []row {
	const own = "refused, or called with another number than 1003"
	const alone = "a call to east alone, whatever another account asked for"
	const again = "no 2xx to a REGISTER with credentials that were used before"
	return []row{
		{
			"identity.own", "refused", call(check.Evidence{Caller: leg("west", "1002", record.Rejected, 401, 403), Foreign: "1003"}),
			record.Pass, "west as 1003", "403 Forbidden after 200ms (401 403)", own,
		},
		{
			"identity.own", "called with the caller's own number", call(check.Evidence{Caller: leg("west", "1002", record.Answered, 200), Called: from(leg("east", "1002", record.Answered), "1001"), Foreign: "1003"}),
			record.Pass, "west as 1003", "east was called by 1001", own,
		},
		{
			"identity.own", "called with the other's number", call(check.Evidence{Caller: leg("west", "1002", record.Answered, 200), Called: from(leg("east", "1002", record.Answered), "1003"), Foreign: "1003"}),
			record.Fail, "west as 1003", "east was called by 1003", own,
		},
		{
			"identity.own", "called with the other's number in a longer form", call(check.Evidence{Caller: leg("west", "1002", record.Answered, 200), Called: from(leg("east", "1002", record.Answered), "+49301003"), Foreign: "1003"}),
			record.Fail, "west as 1003", "east was called by +49301003", own,
		},
		{
			"identity.own", "it may still come", call(check.Evidence{Caller: leg("west", "1002", record.Pending, 100), Foreign: "1003"}),
			record.Unprovable, "west as 1003", "100 Trying after 100ms", own,
		},
		{
			"identity.own", "answered by we know not whom", call(check.Evidence{Caller: leg("west", "1002", record.Answered, 200), Foreign: "1003"}),
			record.Unprovable, "west as 1003", "200 OK after 100ms, by nobody of ours", own,
		},
		{
			"register.unproved", "all are asked for credentials",
			check.Evidence{Registration: register(false, 401, "Unauthorized"), Asked: 3},
			record.Pass, "phone", "3 accounts, the last: 401 Unauthorized", "no 2xx to a REGISTER without credentials",
		},
		{
			"register.unproved", "one is not",
			check.Evidence{Registration: &record.Registration{Party: "phone", User: "1004", Code: 200, Reason: "OK"}, Asked: 3},
			record.Fail, "phone", "account 1004: 200 OK", "no 2xx to a REGISTER without credentials",
		},
		{
			"register.unproved", "no answer",
			check.Evidence{Registration: &record.Registration{Party: "phone", User: "1004", Error: "no response after 5s"}, Asked: 3},
			record.Unprovable, "phone", "account 1004: no response after 5s", "no 2xx to a REGISTER without credentials",
		},
		{
			"register.kept", "refused",
			check.Evidence{Registration: register(false, 401, "Unauthorized"), Demand: "the removal"},
			record.Pass, "phone", "the removal: 401 Unauthorized", "no 2xx to a REGISTER without credentials",
		},
		{
			"register.kept", "granted",
			check.Evidence{Registration: register(false, 200, "OK"), Demand: "the removal"},
			record.Fail, "phone", "the removal: 200 OK", "no 2xx to a REGISTER without credentials",
		},
		{
			"register.kept", "not answered",
			check.Evidence{Registration: &record.Registration{Party: "phone", Error: "no response after 5s"}, Demand: "the removal"},
			record.Unprovable, "phone", "the removal: no response after 5s", "no 2xx to a REGISTER without credentials",
		},
		{
			"register.owned", "refused", call(check.Evidence{Caller: leg("west", "1002", record.Pending, 180), Called: leg("east", "1002", record.Pending, 180)}),
			record.Pass, "west → 1002", "nothing was granted, and the call reached east", alone,
		},
		{
			"register.owned", "granted for the sender's own account", call(check.Evidence{Demand: "a contact", Caller: leg("west", "1002", record.Pending, 180), Called: leg("east", "1002", record.Pending, 180)}),
			record.Pass, "west → 1002", "granted was a contact, and the call reached east", alone,
		},
		{
			"register.owned", "the intruder is called", call(check.Evidence{Demand: "a contact", Caller: leg("west", "1002", record.Pending, 180), Called: leg("intruder", "1002", record.Pending, 180)}),
			record.Fail, "west → 1002", "granted was a contact, and the call reached intruder", alone,
		},
		{
			"register.owned", "nobody is called any more", call(check.Evidence{Demand: "the removal", Caller: leg("west", "1002", record.Rejected, 480)}),
			record.Fail, "west → 1002", "granted was the removal, and no call came; the caller: 480 Temporarily Unavailable after 100ms", alone,
		},
		{
			"register.owned", "no call comes for another reason", call(check.Evidence{Caller: leg("west", "1002", record.Rejected, 480)}),
			record.Unprovable, "west → 1002", "nothing was granted, and yet no call came; the caller: 480 Temporarily Unavailable after 100ms", alone,
		},
		{
			"register.repeated", "refused",
			check.Evidence{Registration: register(false, 401, "Unauthorized")},
			record.Pass, "phone", "401 Unauthorized", again,
		},
		{
			"register.repeated", "not answered",
			check.Evidence{Registration: &record.Registration{Party: "phone", Error: "no response after 5s"}},
			record.Pass, "phone", "no response after 5s", again,
		},
		{
			"register.repeated", "accepted",
			check.Evidence{Registration: register(false, 200, "OK")},
			record.Fail, "phone", "200 OK", again,
		},
	}
}
