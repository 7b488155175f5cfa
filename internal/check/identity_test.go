package check_test

import (
	"ringproof/internal/check"
	"ringproof/reports/record"
)

// shows is a call that came to east with these headers.
func shows(from string, asserted []string, headers ...string) *record.Attempt {
	a := leg("east", "8000", record.Pending)
	a.From, a.Identity = from, &record.Identity{Asserted: asserted, Shown: headers}
	return a
}

// wishes is a call that arrived with that Privacy.
func wishes(from, privacy string) *record.Attempt {
	a := shows(from, []string{"6000"}, "P-Asserted-Identity: <sip:6000@192.0.2.1>")
	a.Identity.Privacy = privacy
	return a
}

func identityRows() []row {
	e := func(called *record.Attempt, w check.Wanted) check.Evidence {
		return call(check.Evidence{Caller: leg("west", "8000", record.Pending), Called: called, Wanted: w})
	}
	const way = "west → east"
	const forged = "666, which the caller asserts of itself, stands nowhere"
	const secret = "6000 stands in no header that names a caller"
	const kept = "Privacy: id, and 6000 not in From; or the number nowhere"
	told := func(number ...string) *record.Attempt { return shows("6000", number) }
	known := check.Wanted{Asserted: "6000"}
	rows := []row{
		{"identity.number", "in the new form", e(leg("east", "+498000", record.Pending), check.Wanted{Number: "+498000"}), record.Pass, "8000", "8000 arrived at east as +498000", "+498000"},
		{"identity.number", "as it was dialled", e(leg("east", "8000", record.Pending), check.Wanted{Number: "+498000"}), record.Fail, "8000", "8000 arrived at east as 8000", "+498000"},
		{"identity.number", "a plus is significant", e(leg("east", "498000", record.Pending), check.Wanted{Number: "+498000"}), record.Fail, "8000", "8000 arrived at east as 498000", "+498000"},
		{"identity.caller", "as agreed", e(shows("+6000", nil), check.Wanted{Caller: "+6000"}), record.Pass, way, "From names +6000", "+6000"},
		{"identity.caller", "somebody else", e(shows("6001", nil), check.Wanted{Caller: "6000"}), record.Fail, way, "From names 6001", "6000"},
		{"identity.caller", "nobody", e(shows("", nil), check.Wanted{Caller: "6000"}), record.Fail, way, "From names nobody", "6000"},
		{"identity.asserted", "the caller", e(told("6000"), known), record.Pass, way, "P-Asserted-Identity: 6000", "6000"},
		{"identity.asserted", "as a sip and a tel URI", e(told("6000", "6000"), known), record.Pass, way, "P-Asserted-Identity: 6000, 6000", "6000"},
		{"identity.asserted", "nobody", e(told(), known), record.Fail, way, "P-Asserted-Identity: none", "6000"},
		{"identity.asserted", "somebody else too", e(told("6000", "666"), known), record.Fail, way, "P-Asserted-Identity: 6000, 666", "6000"},
		{"identity.asserted", "nobody to who is not trusted", e(told(), check.Wanted{}), record.Pass, way, "P-Asserted-Identity: none", "none"},
		{"identity.asserted", "the caller to who is not trusted", e(told("6000"), check.Wanted{}), record.Fail, way, "P-Asserted-Identity: 6000", "none"},
		{"identity.forged", "replaced", e(shows("6000", []string{"6000"}, "From: <sip:6000@192.0.2.1:5666>;tag=666"), check.Wanted{Forged: "666"}), record.Pass, way, "not shown; P-Asserted-Identity: 6000", forged},
		{"identity.forged", "passed on", e(shows("6000", []string{"666"}, "P-Asserted-Identity: <sip:666@192.0.2.1>"), check.Wanted{Forged: "666"}), record.Fail, way, "P-Asserted-Identity: <sip:666@192.0.2.1>", forged},
		{"identity.forged", "passed on as a tel URI", e(shows("6000", []string{"666"}, "P-Asserted-Identity: tel:+49666"), check.Wanted{Forged: "666"}), record.Fail, way, "P-Asserted-Identity: tel:+49666", forged},
		{"identity.withheld", "nothing names the caller", e(shows("anonymous", nil, `From: "Anonymous" <sip:anonymous@anonymous.invalid>;tag=6000`, "Contact: <sip:192.0.2.1:6000>"), check.Wanted{Secret: "6000"}), record.Pass, way, "not shown", secret},
		{"identity.withheld", "the name does", e(shows("anonymous", nil, `From: "6000" <sip:anonymous@anonymous.invalid>`), check.Wanted{Secret: "6000"}), record.Fail, way, `From: "6000" <sip:anonymous@anonymous.invalid>`, secret},
		{"identity.withheld", "Contact does", e(shows("anonymous", nil, "Contact: <sip:+496000@192.0.2.1>"), check.Wanted{Secret: "6000"}), record.Fail, way, "Contact: <sip:+496000@192.0.2.1>", secret},
		{"identity.withheld", "the headers are not known", e(leg("east", "8000", record.Pending), check.Wanted{Secret: "6000"}), record.Fail, way, "nothing is known of the headers", secret},
		{"identity.kept-private", "the wish came", e(wishes("anonymous", "id"), check.Wanted{Secret: "6000"}), record.Pass, way, "Privacy: id", kept},
		{"identity.kept-private", "with another", e(wishes("anonymous", "critical; id"), check.Wanted{Secret: "6000"}), record.Pass, way, "Privacy: critical; id", kept},
		{"identity.kept-private", "lost", e(wishes("anonymous", ""), check.Wanted{Secret: "6000"}), record.Fail, way, "Privacy: none; P-Asserted-Identity: <sip:6000@192.0.2.1>", kept},
		{"identity.kept-private", "granted on the way", e(shows("anonymous", nil, `From: "Anonymous" <sip:anonymous@anonymous.invalid>`), check.Wanted{Secret: "6000"}), record.Pass, way, "Privacy: none", kept},
		{"identity.kept-private", "said, and not held to", e(wishes("6000", "id"), check.Wanted{Secret: "6000"}), record.Fail, way, "Privacy: id; From names 6000", kept},
		{"identity.kept-private", "the headers are not known", e(leg("east", "8000", record.Pending), check.Wanted{Secret: "6000"}), record.Fail, way, "Privacy: none; nothing is known of the headers", kept},
	}
	return append(rows, strangerRows()...)
}

func strangerRows() []row {
	var rows []row
	const limit = "refused with 403 or not answered at all, and nobody called"
	for _, rule := range []string{"call.untrusted", "call.forged"} {
		e := func(caller, called *record.Attempt) check.Evidence {
			return call(check.Evidence{Caller: caller, Called: called, Codes: []int{403}})
		}
		east := leg("east", "8000", record.Pending)
		rows = append(rows,
			row{rule, "refused", e(leg("intruder", "8000", record.Rejected, 403), nil), record.Pass, "intruder as 6000", "403 Forbidden after 100ms", limit},
			row{rule, "dropped", e(leg("intruder", "8000", record.Pending), nil), record.Pass, "intruder as 6000", "no response", limit},
			row{rule, "taken up", e(leg("intruder", "8000", record.Pending, 100), nil), record.Fail, "intruder as 6000", "100 Trying after 100ms", limit},
			row{rule, "answered", e(leg("intruder", "8000", record.Answered, 200), east), record.Fail, "intruder as 6000", "200 OK after 100ms, and the call reached east", limit},
			row{rule, "refused, yet somebody was called", e(leg("intruder", "8000", record.Rejected, 403), east), record.Fail, "intruder as 6000", "403 Forbidden after 100ms, and the call reached east", limit},
			row{rule, "dropped, yet somebody was called", e(leg("intruder", "8000", record.Pending), east), record.Fail, "intruder as 6000", "no response, and the call reached east", limit},
			row{rule, "told that the number does not exist", e(leg("intruder", "8000", record.Rejected, 500), nil), record.Fail, "intruder as 6000", "500 Server Internal Error after 100ms", limit},
		)
	}
	return rows
}
