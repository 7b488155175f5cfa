package check_test

import (
	"ringproof/internal/check"
	"ringproof/reports/record"
)

// lacking is an attempt that got message without a header field, or with
// several of it.
func lacking(a *record.Attempt, message, field string, count int) *record.Attempt {
	return with(a, func(a *record.Attempt) {
		a.Lacks = append(a.Lacks, record.Lack{Message: message, Field: field, Count: count})
	})
}

func formRows() []row {
	west := func() *record.Attempt { return leg("west", "8000", record.Answered, 200) }
	east := func() *record.Attempt { return leg("east", "8000", record.Answered, 200) }
	e := func(caller, called *record.Attempt) check.Evidence {
		return call(check.Evidence{Caller: caller, Called: called})
	}
	const contact, typed = "one Contact in the INVITE, and one in the 2xx to it", "a Content-Type in each message with a body"
	return []row{
		{"dialog.contact", "in both", e(west(), east()), record.Pass, "west, east", "nothing is missing", contact},
		{"dialog.contact", "in the INVITE alone", e(lacking(west(), "200 to INVITE", "Contact", 0), east()), record.Fail, "west, east", "west got 200 to INVITE without Contact", contact},
		{"dialog.contact", "two in the INVITE", e(west(), lacking(east(), "INVITE", "Contact", 2)), record.Fail, "west, east", "east got INVITE with 2 of Contact", contact},
		{"dialog.contact", "another field is missing", e(lacking(west(), "200 to INVITE", "Content-Type", 0), nil), record.Pass, "west", "nothing is missing", contact},
		{"message.typed", "all", e(west(), east()), record.Pass, "west, east", "nothing is missing", typed},
		{"message.typed", "not all", e(lacking(west(), "200 to INVITE", "Content-Type", 0), lacking(east(), "ACK", "Content-Type", 0)), record.Fail, "west, east", "west got 200 to INVITE without Content-Type; east got ACK without Content-Type", typed},
	}
}
