package diagnosis_test

import (
	"ringproof/internal/check"
	"ringproof/reports/record"
)

// expectedRows: another code came than the profile accepts.
func expectedRows() []row {
	wanting := func(field, preset string, e check.Evidence, codes ...int) check.Evidence {
		e.Case, e.Preset, e.Codes = field, preset, codes
		return of(e)
	}
	rang := seen(leg("west", "8000", record.Rejected, 180, 500), func(a *record.Attempt) { a.Responses[1].At = 4e8 })
	return []row{
		{"busy mapped, by the preset", "call.busy", wanting("busy", "rfc", check.Evidence{Caller: leg("west", "8000", record.Rejected, 100, 500), Called: in(leg("east", "8000", record.Rejected, 486))}, 486, 600), record.CauseSignalling},
		{"busy mapped, by the profile", "call.busy", wanting("busy", "", check.Evidence{Caller: leg("west", "8000", record.Rejected, 100, 486), Called: in(leg("east", "8000", record.Rejected, 486))}, 600), record.CauseSignalling},
		{"first target busy, mapped", "route.busy", wanting("busy", "any", check.Evidence{Caller: leg("west", "7000", record.Rejected, 500), First: in(leg("south", "7000", record.Rejected, 486))}, 486, 600), record.CauseSignalling},
		{"offline camera, mapped", "camera.offline", wanting("offline", "sbc", check.Evidence{Caller: leg("west", "9001", record.Rejected, 100, 404), Called: in(leg("east", "9001", record.Rejected, 480))}, 480, 503), record.CauseSignalling},
		{"unmapped number, by the system itself", "camera.unmapped", wanting("unallocated", "rfc", check.Evidence{Caller: leg("west", "9001", record.Rejected, 500)}, 404), record.CauseRouting},
		{"offline phone, by the system itself", "register.offline", wanting("offline", "rfc", check.Evidence{Caller: leg("west", "1003", record.Rejected, 404)}, 480), record.CauseRegistration},
		{"nobody picked up, told late as an error", "call.no-answer", wanting("no_answer", "rfc", check.Evidence{Ring: 4e8, Caller: rang, Called: in(cancelling(leg("east", "8000", record.Abandoned, 180, 487)))}, 408, 480), record.CauseSignalling},
		{"wrong password, with another code", "register.refused", wanting("wrong_password", "rfc", check.Evidence{Registration: &record.Registration{Party: "phone", Challenged: true, Code: 500, Reason: "Error"}}, 401, 403), record.CauseAuthentication},
		{"stranger told of the number", "call.untrusted", wanting("untrusted", "rfc", check.Evidence{Caller: leg("intruder", "8000", record.Rejected, 404)}, 401, 403), record.CauseSecurity},
		{"all targets failed, told as busy", "route.exhausted", wanting("all_down", "rfc", check.Evidence{Caller: leg("west", "7000", record.Rejected, 486), First: in(leg("south", "7000", record.Pending)), Called: in(leg("east", "7000", record.Rejected, 503))}, 408, 503), record.CauseSignalling},
		{"all targets failed, told as one of them did", "route.exhausted", wanting("all_down", "rfc", check.Evidence{Caller: leg("west", "7000", record.Rejected, 500), First: in(leg("south", "7000", record.Pending)), Called: in(leg("east", "7000", record.Rejected, 500))}, 408, 503), record.CauseSignalling},
		{"code as expected, and somebody called", "register.offline", wanting("offline", "rfc", check.Evidence{Caller: leg("west", "1003", record.Rejected, 480), Called: in(leg("south", "1003", record.Rejected, 404))}, 480), record.CauseRegistration},
	}
}
